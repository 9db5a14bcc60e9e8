"""What every bank says of an account, whatever the form of its file; and whether it adds up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LIMIT = 8 * 1024 * 1024
MOST_LINES = 50_000


class BadStatement(ValueError):
    """A file or a statement that is not taken in; `code` names why."""

    code = "unreadable"


class TooLarge(BadStatement):
    """More bytes or more lines than a statement may have."""

    code = "too_large"


class Unrecognised(BadStatement):
    """None of the forms that are read here."""

    code = "unrecognised"


class Missing(BadStatement):
    """Something every statement must say is not there."""

    code = "missing"


class BadField(BadStatement):
    """A field is there and cannot be what it says."""

    code = "bad_field"


class Mixed(BadStatement):
    """More than one currency, or more than one account, in one statement."""

    code = "mixed"


class Unbalanced(BadStatement):
    """Opening and entries do not make the closing."""

    code = "unbalanced"


@dataclass(frozen=True)
class Line:
    """One booked movement.

    Money: `price` is credit above zero and debit below, in the currency of the statement.
    """

    booked_on: date
    value_on: date
    price: Decimal
    reference: str = ""
    end_to_end: str = ""
    uetr: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    text: str = ""
    code: str = ""

    @property
    def direction(self) -> str:
        """CRDT or DBIT, the words of ISO 20022."""
        return "DBIT" if self.price < 0 else "CRDT"


@dataclass(frozen=True)
class Statement:
    """The movements of one account over some days, between two balances.

    Money: balances are credit above zero. Time: both days are inclusive.
    """

    form: str
    account: str
    currency: str
    number: str
    from_on: date
    until_on: date
    opening: Decimal
    closing: Decimal
    lines: tuple[Line, ...]


def check(statement: Statement) -> Statement:
    """The statement itself, if it adds up.

    Raises: Unbalanced, naming by how much; TooLarge; BadField, if it ends before it begins.
    """
    if len(statement.lines) > MOST_LINES:
        raise TooLarge(f"{statement.number}: over {MOST_LINES} lines")
    if statement.until_on < statement.from_on:
        raise BadField(f"{statement.number}: ends {statement.until_on}, before it begins")
    moved = sum((line.price for line in statement.lines), Decimal(0))
    off = statement.closing - statement.opening - moved
    if off:
        raise Unbalanced(
            f"{statement.number}: {statement.opening} and entries of {moved} do not make"
            f" {statement.closing}; off by {off} {statement.currency}"
        )
    return statement
