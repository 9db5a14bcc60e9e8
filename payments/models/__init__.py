"""What is kept of money."""

from .charges import Bearer, Charge, ChargeFact, Notice, Refund, RefundPart
from .disputes import (
    Chargeback,
    ChargebackFile,
    ChargebackReason,
    Dispute,
    DisputeDecision,
    DisputeEvent,
    DisputeFile,
)
from .fx import DealRate, Rate, RatePayload
from .jobs import Job
from .ledger import Account, Entry, Journal
from .screening import (
    Decision,
    Hit,
    ListedName,
    ListedParty,
    ListKind,
    SanctionsList,
    ScreenedParty,
    ScreeningRun,
    ScreeningWord,
)
from .settlement import Conversion, Payout

__all__ = [
    "Account",
    "Bearer",
    "Charge",
    "ChargeFact",
    "Chargeback",
    "ChargebackFile",
    "ChargebackReason",
    "Conversion",
    "DealRate",
    "Decision",
    "Dispute",
    "DisputeDecision",
    "DisputeEvent",
    "DisputeFile",
    "Entry",
    "Hit",
    "Job",
    "Journal",
    "ListKind",
    "ListedName",
    "ListedParty",
    "Notice",
    "Payout",
    "Rate",
    "RatePayload",
    "Refund",
    "RefundPart",
    "SanctionsList",
    "ScreenedParty",
    "ScreeningRun",
    "ScreeningWord",
]
