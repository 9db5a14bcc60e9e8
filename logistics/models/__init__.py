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
from .floor import BinCount, BinCountEntry, PickStop, Wave
from .identities import (
    ConsentText,
    IdentityAccess,
    IdentityConsent,
    IdentityRule,
    RecipientIdentity,
)
from .routing import Holiday, Lane, LaneLeg, LastMile, Place, Service, ServicePrice, Stage
from .scans import FloorScan, WeightDifference, WeightRule
from .shipments import Leg, NumberRange, Shipment, ShipmentEvent, ShipmentItem
from .storage import StorageBill
from .tracking import CarrierCode, CarrierNotice, Courier, Incident, IncidentRule, Patience
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
    "CarrierCode",
    "CarrierNotice",
    "Closure",
    "ConsentText",
    "Courier",
    "CustomsAnswer",
    "CustomsMode",
    "DamagePicture",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Filing",
    "FilingMessage",
    "FloorScan",
    "Holiday",
    "IdentityAccess",
    "IdentityConsent",
    "IdentityRule",
    "ImportLimit",
    "Incident",
    "IncidentRule",
    "Lane",
    "LaneLeg",
    "LastMile",
    "Layout",
    "Leg",
    "NumberRange",
    "Patience",
    "PickStop",
    "Place",
    "RecipientIdentity",
    "Replanned",
    "Reservation",
    "ReturnRelief",
    "Serial",
    "SerialRule",
    "Service",
    "ServicePrice",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Stage",
    "Stock",
    "StockMove",
    "StorageBill",
    "Wave",
    "WeightDifference",
    "WeightRule",
]
