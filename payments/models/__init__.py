"""What is kept of money."""

from .charges import Charge, ChargeFact, Notice, Refund
from .fx import Rate
from .jobs import Job
from .ledger import Account, BalanceSnapshot, Cut, Entry, Journal, Seal
from .manual import ManualPosting
from .settlement import Conversion, Payout

__all__ = [
    "Account",
    "BalanceSnapshot",
    "Charge",
    "ChargeFact",
    "Conversion",
    "Cut",
    "Entry",
    "Job",
    "Journal",
    "ManualPosting",
    "Notice",
    "Payout",
    "Rate",
    "Refund",
    "Seal",
]
