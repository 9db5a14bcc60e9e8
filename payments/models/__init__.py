"""What is kept of money."""

from .banks import Bank, BankDay, Correspondence, ReturnReason
from .changes import AccountChange
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
from .fees import BankFee
from .fx import DealRate, Rate, RatePayload
from .jobs import Job
from .ledger import Account, BalanceSnapshot, Cut, Entry, Journal, Seal
from .manual import ManualPosting
from .months import Month
from .receipts import Receipt, VatRule
from .reconciliation import Booking, Break, BreakNote, Match, MatchPart, MatchUndone
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
from .settlement import Conversion, LeftOut, Payout, PayoutBatch, Settlement, SettlementLine
from .statements import BankAccount, BankStatement, Paper, Registry, RegistryLine, StatementLine

__all__ = [
    "Account",
    "AccountChange",
    "BalanceSnapshot",
    "Bank",
    "BankAccount",
    "BankDay",
    "BankFee",
    "BankStatement",
    "Bearer",
    "Booking",
    "Break",
    "BreakNote",
    "Charge",
    "ChargeFact",
    "Chargeback",
    "ChargebackFile",
    "ChargebackReason",
    "Conversion",
    "Correspondence",
    "Cut",
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
    "LeftOut",
    "ListKind",
    "ListedName",
    "ListedParty",
    "ManualPosting",
    "Match",
    "MatchPart",
    "MatchUndone",
    "Month",
    "Notice",
    "Paper",
    "Payout",
    "PayoutBatch",
    "Rate",
    "RatePayload",
    "Receipt",
    "Refund",
    "RefundPart",
    "Registry",
    "RegistryLine",
    "ReturnReason",
    "SanctionsList",
    "ScreenedParty",
    "ScreeningRun",
    "ScreeningWord",
    "Seal",
    "Settlement",
    "SettlementLine",
    "StatementLine",
    "VatRule",
]
