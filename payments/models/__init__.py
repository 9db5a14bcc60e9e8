"""What is kept of money."""

from .charges import Charge, ChargeFact, Notice, Refund
from .fx import Rate
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
    "Charge",
    "ChargeFact",
    "Conversion",
    "Decision",
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
    "Refund",
    "SanctionsList",
    "ScreenedParty",
    "ScreeningRun",
    "ScreeningWord",
]
