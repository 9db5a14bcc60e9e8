"""A seller's statement as he reads it: every line with its order, rate and journal."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Seller
from payments.models import LeftOut, Payout, Settlement, SettlementLine
from storefront.lib import money


@dataclass(frozen=True)
class Row:
    """One line. Money: yuan; `rate` is rubles for one yuan at the sale."""

    position: int
    kind: str
    order: str
    title: str
    quantity: int | None
    gross: Decimal
    commission: Decimal
    net: Decimal
    rate: Decimal | None
    rate_on: date | None
    journal: str


@dataclass(frozen=True)
class Missing:
    """A line that was left out, and why."""

    order: str
    title: str
    net: Decimal
    reason: str


@dataclass(frozen=True)
class Statement:
    """A period of a seller, ready to be shown, printed or put on a sheet."""

    seller: Seller
    number: str
    since: date | None
    until: date
    rows: list[Row]
    sums: list[tuple[str, Decimal]]
    net: Decimal
    missing: list[Missing]
    payouts: list[Payout]


@dataclass(frozen=True)
class Brief:
    """A statement in a list."""

    pk: int
    number: str
    since: date | None
    until: date
    net: Decimal


def read(settlement: Settlement) -> Statement:
    """Read a frozen statement; words in the reader's language, goods by their Chinese title."""
    lines = settlement.lines.select_related("order_line__order", "journal").order_by("position")
    gaps = settlement.left_out.select_related("order_line__order").order_by("pk")
    return Statement(
        seller=settlement.seller,
        number=_number(settlement),
        since=settlement.period_from,
        until=settlement.period_until,
        rows=[_row(line) for line in lines],
        sums=sums(settlement),
        net=yuan(settlement.net_units),
        missing=[_missing(gap) for gap in gaps],
        payouts=list(settlement.payouts.order_by("pk")),
    )


def brief(settlement: Settlement) -> Brief:
    """A statement in one line."""
    return Brief(
        settlement.pk,
        _number(settlement),
        settlement.period_from,
        settlement.period_until,
        yuan(settlement.net_units),
    )


def _number(settlement: Settlement) -> str:
    return f"S-{settlement.period_until:%Y%m%d}-{settlement.seller_id}"


def sums(settlement: Settlement) -> list[tuple[str, Decimal]]:
    """What the net is made of, by name; nothing is left out, so the column can be added up."""
    return [
        (_("Carried over"), yuan(settlement.carried_units)),
        (_("Sold"), yuan(settlement.sold_units)),
        (_("Commission"), yuan(settlement.commission_units)),
        (_("Refunds"), yuan(settlement.refunded_units)),
        (_("Penalties"), yuan(settlement.penalty_units)),
        (_("Storage fees"), yuan(settlement.storage_units)),
        (_("Corrections"), yuan(settlement.corrected_units)),
    ]


def yuan(units: int) -> Decimal:
    """Fen as yuan."""
    return money.from_minor(units, "CNY")


def _row(line: SettlementLine) -> Row:
    sold = line.order_line
    return Row(
        position=line.position,
        kind=line.get_kind_display(),
        order=sold.order.shown_number if sold else "",
        title=sold.title_zh if sold else "",
        quantity=sold.quantity if sold else None,
        gross=yuan(line.gross_units),
        commission=yuan(line.commission_units),
        net=yuan(line.net_units),
        rate=line.rate.normalize() if line.rate is not None else None,
        rate_on=line.rate_on,
        journal=line.journal.key if line.journal else "",
    )


def _missing(gap: LeftOut) -> Missing:
    line = gap.order_line
    return Missing(
        line.order.shown_number, line.title_zh, yuan(gap.net_units), gap.get_reason_display()
    )
