"""What the tests of reconciliation share: sales, deals, and what was found of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from moneyed import Money

from orders.models import Order
from payments import books, ledger, postings
from payments.models import BankAccount, Break, Conversion, Entry, StatementLine
from payments.reconciliation import matches, registries
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.statements import DAY, RUB, row

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
MINE = {"actor": "task:test", "now": NOW}
HAND = {"reason": "the bank's letter of the 25th", "actor": "user:1", "now": NOW}
NEXT = DAY + timedelta(days=1)


def sold(**fields: object) -> Order:
    """An order paid with 17 630 rubles on the 23rd, for a fee of 493.64."""
    order = factory.order(goods.offer())
    money.captured(order, **fields)
    return order


def told(sale: Order, gross: str = "17630.00", fee: str = "493.64", **parts: str) -> str:
    charge = sale.charges.get()
    return row("payment", charge.provider_id, gross, fee, **{"order": sale.number, **parts})


def account(number: str = RUB) -> BankAccount:
    return BankAccount.objects.get(number=number)


def found() -> list[tuple[str, str, int]]:
    return sorted(Break.objects.open().values_list("kind", "source", "units"))


def compare() -> tuple[int, int]:
    return registries.reconcile("yookassa", **MINE)


def post(kind: str, key: str, legs: list[ledger.Leg], *, on: date = DAY) -> None:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    ledger.post(kind, key=key, legs=legs, occurred_at=at, actor="task:test", source="test")


def deal(number: int = 1, *, sold: int = 1_000_00, bought: int = 80_00, on: date = DAY) -> str:
    """Rubles sold for yuan, booked; the reference it has at the bank."""
    name = f"FX-2026-11-23-{number}"
    Conversion.objects.create(
        reference=name,
        bank="SNGHCNBH",
        deal=f"D{number}",
        rate=Decimal("12.5"),
        sold=Money(Decimal(sold).scaleb(-2), "RUB"),
        bought=Money(Decimal(bought).scaleb(-2), "CNY"),
        made_at=NOW,
    )
    post("converted", f"conversion:{name}", postings.converted(sold=sold, bought=bought), on=on)
    return name


def broken_books() -> list[str]:
    return [name for name, _rows, failures in books.checks() if failures]


def entries() -> list[Entry]:
    return list(matches.open_entries(account()).order_by("pk"))


def lines() -> list[StatementLine]:
    return list(matches.open_lines(account()).order_by("pk"))
