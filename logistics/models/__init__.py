"""What is kept of places, stock, ways, parcels and papers."""

from .closures import Closure, Replanned
from .consolidation import Bag, Departure
from .customs import Declaration, DeclarationLine, DeclarationMessage, DutyRule
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, ServicePrice, Stage
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .warehouse import Reservation, Stock, StockMove

__all__ = [
    "Bag",
    "Closure",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Holiday",
    "Lane",
    "LaneLeg",
    "LastMile",
    "Leg",
    "NumberRange",
    "Place",
    "Replanned",
    "Reservation",
    "Service",
    "ServicePrice",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
]
