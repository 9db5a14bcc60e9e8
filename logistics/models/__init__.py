"""What is kept of places, stock, ways, parcels and papers."""

from .closures import Closure, Replanned
from .consolidation import Bag, Departure
from .customs import (
    CustomsAnswer,
    CustomsMode,
    Declaration,
    DeclarationLine,
    DeclarationMessage,
    DutyRule,
    ImportLimit,
    ReturnRelief,
)
from .filings import Filing, FilingMessage
from .identities import (
    ConsentText,
    IdentityAccess,
    IdentityConsent,
    IdentityRule,
    RecipientIdentity,
)
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, ServicePrice, Stage
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .warehouse import Reservation, Stock, StockMove

__all__ = [
    "Bag",
    "Closure",
    "ConsentText",
    "CustomsAnswer",
    "CustomsMode",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Filing",
    "FilingMessage",
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
    "Replanned",
    "Reservation",
    "ReturnRelief",
    "Service",
    "ServicePrice",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
]
