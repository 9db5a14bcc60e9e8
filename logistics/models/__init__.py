"""What is kept of places, stock, ways, parcels and papers."""

from .consolidation import Bag, Departure
from .customs import (
    CustomsMode,
    Declaration,
    DeclarationLine,
    DeclarationMessage,
    DutyRule,
    ReturnRelief,
)
from .filings import Filing, FilingMessage
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, Stage
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .warehouse import Reservation, Stock, StockMove

__all__ = [
    "Bag",
    "CustomsMode",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Filing",
    "FilingMessage",
    "Holiday",
    "Lane",
    "LaneLeg",
    "LastMile",
    "Leg",
    "NumberRange",
    "Place",
    "Reservation",
    "ReturnRelief",
    "Service",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
]
