"""Explains the exchange gain or loss: each deal's, from the rate at the sale to that of the deal.

Reads the position's entries in the order they were booked and works every gain out anew; what
the books say otherwise is told, never smoothed over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from orders import days
from orders.models import Order
from storefront.lib import money

from .models import Conversion, Entry, Rate

POSITION, GAIN = "fx_position", "fx_gain_loss"
INCOME = ("commission", "penalty_income", "storage_income", "bank_fee")
CONVERTED, CLOSED, MANUAL = "converted", "closed", "manual"
REVALUED = ("revalued", "revalued-reversed")  # of the end of a month, taken back as the next begins
FEN = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Deal:
    """What one deal gained over the rates of the sales it closed.

    Money: rubles; a loss is below zero. `own` is our commission, penalties and storage, paid to
    us in yuan nobody has to buy; `moved` the yuan bought at the central bank's rate of the day
    instead of that of the sales; `bank` what the bank takes over it; `beyond` the yuan bought
    for which no sale stands open. `booked` is what the ledger says.
    """

    reference: str
    made_at: datetime
    bought: Decimal
    sold: Decimal
    rate: Decimal
    at_sale: Decimal
    at_bank: Decimal
    own: Decimal = NOTHING
    moved: Decimal = NOTHING
    bank: Decimal = NOTHING
    beyond: Decimal = NOTHING
    booked: Decimal = NOTHING

    @property
    def explained(self) -> Decimal:
        return self.own + self.moved + self.bank + self.beyond

    @property
    def unexplained(self) -> Decimal:
        """What the ledger booked and the rates do not say."""
        return self.booked - self.explained


@dataclass
class Explanation:
    """The position from its first entry to its last.

    Units: `by_kind` holds kopecks and fen as booked, credit of rubles and debit of yuan above
    zero. Money: `open_rubles` is what the open yuan stand at. `rounding` are the rubles by which
    lines differ from their yuan at the order's rate. `strange` tells what is not as it must be.
    """

    by_kind: dict[str, tuple[int, int]] = field(default_factory=dict)
    deals: list[Deal] = field(default_factory=list)
    rounding: Decimal = NOTHING
    strange: list[str] = field(default_factory=list)
    open_yuan: Decimal = NOTHING
    open_rubles: Decimal = NOTHING

    @property
    def booked(self) -> Decimal:
        """The gain of all deals as the ledger has it."""
        return sum((deal.booked for deal in self.deals), NOTHING)

    @property
    def explained(self) -> Decimal:
        return sum((deal.explained for deal in self.deals), NOTHING)

    @property
    def unexplained(self) -> Decimal:
        """How much of the gain no rate explains, each deal by itself."""
        return sum((abs(deal.unexplained) for deal in self.deals), NOTHING)


@dataclass
class _Books:
    """What stood where, while the entries are read; kopecks and fen."""

    yuan: int = 0
    rubles: int = 0
    own: int = 0


def explain() -> Explanation:
    """Explain all gains and losses of exchange that the books hold."""
    told, books = Explanation(), _Books()
    conversions = {f"{CONVERTED}:{row.reference}": row for row in Conversion.objects.all()}
    rates = _rates()
    for (kind, key), group in groupby(_entries(), key=lambda row: (row.kind, row.key)):
        rows = list(group)
        if kind == CONVERTED:
            conversion = conversions.get(key.replace("conversion:", f"{CONVERTED}:", 1))
            _convert(told, books, rows, conversion, rates)
        elif kind == CLOSED:
            _close(told, key, rows)
        _move(told, books, kind, rows)
    told.open_yuan = money.from_minor(books.yuan, "CNY")
    told.open_rubles = money.from_minor(books.rubles, "RUB")
    _check_sales(told)
    return told


@dataclass(frozen=True)
class _Row:
    kind: str
    key: str
    purpose: str
    currency: str
    units: int


def _entries() -> Iterator[_Row]:
    names = ("journal__kind", "journal__key", "account__purpose", "currency", "units")
    rows = Entry.objects.filter(account__purpose__in=(POSITION, GAIN, *INCOME))
    for row in rows.order_by("journal", "line").values_list(*names).iterator(chunk_size=5000):
        yield _Row(*row)


def _rates() -> list[tuple[date, Decimal]]:
    """The central bank's rates by day; a held one is its rate too, though nobody was quoted it."""
    rows = Rate.objects.filter(currency="CNY", source__startswith="cbr").order_by("rate_on", "-pk")
    return list(rows.distinct("rate_on").values_list("rate_on", "rate"))


def _move(told: Explanation, books: _Books, kind: str, rows: Iterable[_Row]) -> None:
    rubles, yuan = told.by_kind.get(kind, (0, 0))
    for row in rows:
        if row.purpose == POSITION and row.currency == "RUB":
            books.rubles -= row.units
            rubles -= row.units
        elif row.purpose == POSITION:
            books.yuan += row.units
            yuan += row.units
        elif row.currency == "CNY":
            books.own -= row.units
        elif row.purpose == GAIN and kind != CLOSED and kind not in REVALUED:
            told.strange.append(f"{row.key}: a gain of {-row.units} kopecks without a deal")
    if rubles or yuan:
        told.by_kind[kind] = (rubles, yuan)


def _convert(
    told: Explanation,
    books: _Books,
    rows: Iterable[_Row],
    conversion: Conversion | None,
    rates: list[tuple[date, Decimal]],
) -> None:
    """Work out what a deal must gain, by what stood open before it."""
    rows = list(rows)
    sold = sum(row.units for row in rows if row.currency == "RUB")
    bought = -sum(row.units for row in rows if row.currency == "CNY")
    if conversion is None:
        told.strange.append(f"{rows[0].key}: no deal of this name")
        return
    if money.half_up(money.from_minor(bought, "CNY") * conversion.rate) != conversion.sold.amount:
        told.strange.append(f"{conversion.reference}: its sums are not of its rate")
    if (sold, bought) != _sums(conversion):
        told.strange.append(f"{conversion.reference}: booked otherwise than dealt")
    told.deals.append(_deal(conversion, books, rates))


def _sums(conversion: Conversion) -> tuple[int, int]:
    return (
        money.to_minor(conversion.sold.amount, "RUB"),
        money.to_minor(conversion.bought.amount, "CNY"),
    )


def _deal(conversion: Conversion, books: _Books, rates: list[tuple[date, Decimal]]) -> Deal:
    """Rounding: each part half up to the kopeck once; `moved` takes what that leaves over."""
    day = days.of_books(conversion.made_at)
    official = next((rate for on, rate in reversed(rates) if on <= day), conversion.rate)
    bought, sold = conversion.bought.amount, conversion.sold.amount
    plain = Deal(
        reference=conversion.reference,
        made_at=conversion.made_at,
        bought=bought,
        sold=sold,
        rate=conversion.rate,
        at_sale=NOTHING,
        at_bank=official,
    )
    if books.yuan <= 0:
        return plain  # no sale stands open: the yuan bought wait for one
    at_sale = Decimal(books.rubles) / books.yuan
    own = money.half_up(money.from_minor(books.own, "CNY") * at_sale)
    closing = bought + money.from_minor(books.own, "CNY")
    most = money.from_minor(books.yuan, "CNY")
    wanted = money.half_up(closing * at_sale)
    closed = wanted if closing <= most else money.from_minor(books.rubles, "RUB")
    at_bank = money.half_up(bought * official)
    return Deal(
        **{
            **plain.__dict__,
            "at_sale": at_sale,
            "own": own,
            "moved": wanted - own - at_bank,
            "bank": at_bank - sold,
            "beyond": closed - wanted,
        }
    )


def _close(told: Explanation, key: str, rows: Iterable[_Row]) -> None:
    """Lay what the ledger booked beside what it had to."""
    gain = -sum(row.units for row in rows if row.purpose == GAIN and row.currency == "RUB")
    reference = key.removeprefix("closing:")
    for number, deal in enumerate(told.deals):
        if deal.reference == reference:
            booked = money.from_minor(gain, "RUB")
            told.deals[number] = Deal(**{**deal.__dict__, "booked": booked})
            return
    told.strange.append(f"{key}: {gain} kopecks for a deal that is not there")


def _check_sales(told: Explanation) -> None:
    """Hold every line of the position against its order's rate.

    Rounding: a line that was cut may be a fen, at the rate, and a kopeck off at each end.
    """
    names = ("journal__key", "journal__kind", "journal__rate__rate", "order_number", "order_line")
    rows = Entry.objects.filter(account__purpose=POSITION).exclude(
        journal__kind__in=(CONVERTED, CLOSED, MANUAL)
    )
    found = rows.order_by("journal", "order_number", "order_line")
    orders = dict(Order.objects.values_list("number", "rate"))
    listed = found.values_list(*names, "currency", "units").iterator(chunk_size=5000)
    for place, group in groupby(listed, key=lambda row: row[:5]):
        sums = {"RUB": 0, "CNY": 0}
        for row in group:
            sums[row[5]] += row[6]
        rate = orders.get(place[3], place[2])
        if rate is None:
            told.strange.append(f"{place[0]}: no rate is known of it")
            continue
        off = money.from_minor(-sums["RUB"], "RUB") - money.from_minor(sums["CNY"], "CNY") * rate
        told.rounding += off
        if abs(off) > FEN * rate + 2 * FEN:
            told.strange.append(f"{place[0]}: {off} rubles off the rate of its order")
