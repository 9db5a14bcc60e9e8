"""The acquirer's register of a day as CSV: what was paid, given back, charged back, receipted."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .statement import LIMIT, BadField, BadStatement, Missing, TooLarge, Unbalanced, Unrecognised

FORM = "registry.csv"
MOST_ROWS = 200_000
NEEDED = ("kind", "id", "payment_id", "at", "gross", "fee", "net", "currency")
KINDS = {
    "payment": "PAYMENT",
    "refund": "REFUND",
    "chargeback": "CHARGEBACK",
    "chargeback_reversal": "RESTORED",
    "receipt": "RECEIPT",
}
PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,2})?")
ORDER = re.compile(r"(?<!\d)(\d{2})-?(\d{3})-?(\d{3})-?(\d)(?!\d)")


@dataclass(frozen=True)
class Row:
    """One operation. Money: a refund and a chargeback stand below zero; the fee is theirs."""

    kind: str
    object_id: str
    payment_id: str
    order_number: str
    happened_at: datetime
    gross: Decimal
    fee: Decimal
    currency: str


def read(body: bytes) -> list[Row]:
    """Every operation of a register; an empty one is a day without any.

    Raises: BadStatement, naming the row and the column.
    """
    if len(body) > LIMIT:
        raise TooLarge(f"over {LIMIT} bytes")
    try:
        text = body.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadStatement(f"not readable CSV: {error}") from error
    heading = text.partition("\n")[0].strip().split(",")
    absent = [name for name in NEEDED if name not in heading]
    if absent:
        raise Unrecognised(f"no register: {', '.join(absent)} is missing from its heading")
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"over {MOST_ROWS} rows")
    return [_row(row, number) for number, row in enumerate(rows, start=2)]


def _row(row: dict[str, str], number: int) -> Row:
    if None in row or None in row.values():
        raise BadField(f"row {number}: more or fewer cells than the heading")
    kind = row["kind"]
    if kind not in KINDS:
        raise BadField(f"row {number}: kind {kind[:30]!r} is unknown")
    for name in ("id", "payment_id", "currency"):
        if not row[name] or len(row[name]) > 80:
            raise Missing(f"row {number}: {name} is missing or too long")
    gross, fee, net = (_decimal(row[name], name, number) for name in ("gross", "fee", "net"))
    if kind != "receipt" and gross - fee != net:
        raise Unbalanced(f"row {number}: {gross} less {fee} is not {net}")
    order = ORDER.search(row.get("description", ""))
    return Row(
        kind=KINDS[kind],
        object_id=row["id"],
        payment_id=row["payment_id"],
        order_number="".join(order.groups()) if order else "",
        happened_at=_instant(row["at"], number),
        gross=gross,
        fee=fee,
        currency=_currency(row["currency"], number),
    )


def _currency(text: str, number: int) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise BadField(f"row {number}: {text[:10]!r} is no currency")
    return text


def _decimal(text: str, name: str, number: int) -> Decimal:
    if not PLAIN.fullmatch(text):
        raise BadField(f"row {number}: {name} {text[:30]!r} is no amount")
    return Decimal(text)


def _instant(text: str, number: int) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadField(f"row {number}: at {text[:40]!r} is no instant") from error
    if found.tzinfo is None:
        raise BadField(f"row {number}: at {text[:40]!r} has no time zone")
    return found
