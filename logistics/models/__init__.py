"""What is kept of places, stock, ways, parcels and papers."""

from .advices import (
    Advice,
    AdviceCount,
    AdviceLine,
    DamageDecision,
    DamagePicture,
    Serial,
    SerialRule,
)
from .bins import Bin, BinMove, BinStock, Layout
from .boxes import Box, Splitting
from .circuits import Circuit
from .closures import Closure, Replanned
from .consolidation import Bag, BagLimit, Departure, Seal, Vehicle
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
from .forecasts import Forecast, LaneLevel, Pace, StepTime, Study
from .identities import (
    ConsentText,
    IdentityAccess,
    IdentityConsent,
    IdentityRule,
    RecipientIdentity,
)
from .points import Point, PointList
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
    "BagLimit",
    "Bin",
    "BinCount",
    "BinCountEntry",
    "BinMove",
    "BinStock",
    "Box",
    "CarrierCode",
    "CarrierNotice",
    "Circuit",
    "Closure",
    "ConsentText",
    "Courier",
    "CustomsAnswer",
    "CustomsMode",
    "DamageDecision",
    "DamagePicture",
    "Declaration",
    "DeclarationLine",
    "DeclarationMessage",
    "Departure",
    "DutyRule",
    "Filing",
    "FilingMessage",
    "FloorScan",
    "Forecast",
    "Holiday",
    "IdentityAccess",
    "IdentityConsent",
    "IdentityRule",
    "ImportLimit",
    "Incident",
    "IncidentRule",
    "Lane",
    "LaneLeg",
    "LaneLevel",
    "LastMile",
    "Layout",
    "Leg",
    "NumberRange",
    "Pace",
    "Patience",
    "PickStop",
    "Place",
    "Point",
    "PointList",
    "RecipientIdentity",
    "Replanned",
    "Reservation",
    "ReturnRelief",
    "Seal",
    "Serial",
    "SerialRule",
    "Service",
    "ServicePrice",
    "Shipment",
    "ShipmentEvent",
    "ShipmentItem",
    "Splitting",
    "Stage",
    "StepTime",
    "Stock",
    "StockMove",
    "StorageBill",
    "Study",
    "Vehicle",
    "Wave",
    "WeightDifference",
    "WeightRule",
]
