"""What is kept of places, stock, ways, parcels and papers."""

from .consolidation import Bag, Departure
from .customs import (
    CustomsAnswer,
    Declaration,
    DeclarationLine,
    DeclarationMessage,
    DutyRule,
    ImportLimit,
)
from .identities import (
    ConsentText,
    IdentityAccess,
    IdentityConsent,
    IdentityRule,
    RecipientIdentity,
)
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, Stage
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .warehouse import Reservation, Stock, StockMove

__all__ = [
    "Bag",
    "ConsentText",
    "CustomsAnswer",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Holiday",
    "IdentityAccess",
    "IdentityConsent",
    "IdentityRule",
    "ImportLimit",
    "Lane",
    "LaneLeg",
    "LastMile",
    "Leg",
    "NumberRange",
    "Place",
    "RecipientIdentity",
    "Reservation",
    "Service",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
]
