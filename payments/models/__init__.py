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
from .receipts import Receipt, VatRule
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
    "Dispute",
    "DisputeDecision",
    "DisputeEvent",
    "DisputeFile",
    "Entry",
    "Job",
    "Journal",
    "Notice",
    "Payout",
    "Rate",
    "RatePayload",
    "Receipt",
    "Refund",
    "RefundPart",
    "VatRule",
]
