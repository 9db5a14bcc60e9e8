"""What is kept of money."""

from .charges import Charge, ChargeFact, Notice, Refund
from .fx import Rate
from .jobs import Job
from .ledger import Account, Entry, Journal
from .settlement import Conversion, Payout

__all__ = [
    "Account",
    "Charge",
    "ChargeFact",
    "Conversion",
    "Entry",
    "Job",
    "Journal",
    "Notice",
    "Payout",
    "Rate",
    "Refund",
]
