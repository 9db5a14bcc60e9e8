"""What is kept of places, stock, ways, parcels and papers."""

from .consolidation import Bag, Departure
from .customs import Declaration, DeclarationLine, DeclarationMessage, DutyRule
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, Stage
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .tracking import CarrierCode, CarrierNotice, Courier, Incident, IncidentRule, Patience
from .warehouse import Reservation, Stock, StockMove

__all__ = [
    "Bag",
    "CarrierCode",
    "CarrierNotice",
    "Courier",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Holiday",
    "Incident",
    "IncidentRule",
    "Lane",
    "LaneLeg",
    "LastMile",
    "Leg",
    "NumberRange",
    "Patience",
    "Place",
    "Reservation",
    "Service",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
]
