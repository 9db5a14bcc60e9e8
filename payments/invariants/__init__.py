"""What must always hold of money: a name, how many rows are looked at, and what breaks it."""

from payments.reconciliation.invariants import RECONCILED

from .buyers import BUYERS
from .ledger import LEDGER
from .sellers import SELLERS

INVARIANTS = [*LEDGER, *BUYERS, *SELLERS, *RECONCILED]

__all__ = ["INVARIANTS"]
