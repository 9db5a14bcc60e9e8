"""What is kept of money."""

from .charges import Bearer, Charge, ChargeFact, Notice, Refund, RefundPart
from .fx import Rate
from .jobs import Job
from .ledger import Account, Entry, Journal
from .settlement import Conversion, Payout

__all__ = [
    "Account",
    "Bearer",
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
    "RefundPart",
]
