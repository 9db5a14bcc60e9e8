"""What is kept of money."""

from .charges import Charge, ChargeFact, Notice, Refund
from .fx import Rate
from .jobs import Job
from .ledger import Account, Entry, Journal
from .reconciliation import Break, BreakNote, Match, MatchPart, MatchUndone
from .settlement import Conversion, Payout
from .statements import BankAccount, BankStatement, Paper, Registry, RegistryLine, StatementLine

__all__ = [
    "Account",
    "BankAccount",
    "BankStatement",
    "Break",
    "BreakNote",
    "Charge",
    "ChargeFact",
    "Conversion",
    "Entry",
    "Job",
    "Journal",
    "Match",
    "MatchPart",
    "MatchUndone",
    "Notice",
    "Paper",
    "Payout",
    "Rate",
    "Refund",
    "Registry",
    "RegistryLine",
    "StatementLine",
]
