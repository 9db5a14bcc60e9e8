"""What is kept of places, stock, ways, parcels and papers."""

from .advices import (
    Advice,
    AdviceCount,
    AdviceLine,
    DamagePicture,
    Serial,
    SerialRule,
)
from .bins import Bin, BinMove, BinStock, Layout
from .consolidation import Bag, Departure
from .customs import Declaration, DeclarationLine, DeclarationMessage, DutyRule
from .floor import BinCount, BinCountEntry, PickStop, Wave
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, Stage
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .storage import StorageBill
from .warehouse import Reservation, Stock, StockMove

__all__ = [
    "Advice",
    "AdviceCount",
    "AdviceLine",
    "Bag",
    "Bin",
    "BinCount",
    "BinCountEntry",
    "BinMove",
    "BinStock",
    "DamagePicture",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Holiday",
    "Lane",
    "LaneLeg",
    "LastMile",
    "Layout",
    "Leg",
    "NumberRange",
    "PickStop",
    "Place",
    "Reservation",
    "Serial",
    "SerialRule",
    "Service",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
    "StorageBill",
    "Wave",
]
