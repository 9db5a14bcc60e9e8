"""What is kept of money."""

from .banks import Bank, BankDay, Correspondence, ReturnReason
from .charges import Charge, ChargeFact, Notice, Refund
from .fx import Rate
from .jobs import Job
from .ledger import Account, Entry, Journal
from .settlement import (
    Conversion,
    LeftOut,
    Payout,
    PayoutBatch,
    Settlement,
    SettlementLine,
)

__all__ = [
    "Account",
    "Bank",
    "BankDay",
    "Charge",
    "ChargeFact",
    "Conversion",
    "Correspondence",
    "Entry",
    "Job",
    "Journal",
    "LeftOut",
    "Notice",
    "Payout",
    "PayoutBatch",
    "Rate",
    "Refund",
    "ReturnReason",
    "Settlement",
    "SettlementLine",
]
