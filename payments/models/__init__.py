"""What is kept of money."""

from .charges import Charge, ChargeFact, Notice, Refund
from .fx import DealRate, Rate, RatePayload
from .jobs import Job
from .ledger import Account, Entry, Journal
from .settlement import Conversion, Payout

__all__ = [
    "Account",
    "Charge",
    "ChargeFact",
    "Conversion",
    "DealRate",
    "Entry",
    "Job",
    "Journal",
    "Notice",
    "Payout",
    "Rate",
    "RatePayload",
    "Refund",
]
