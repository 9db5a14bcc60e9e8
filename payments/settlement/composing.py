"""Composes a seller's statement from the ledger: every entry once, each with its order and rate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import F, QuerySet, Sum

from catalog.models import Seller
from orders.models import OrderLine
from payments.models import Entry, LeftOut, Payout, Settlement, SettlementLine
from storefront.lib import money

from . import eligibility

Kind = SettlementLine.Kind
PAID = ("payout-sent", "payout-sent-reversed")
KINDS = {
    "released": Kind.SALE,
    "penalty": Kind.PENALTY,
    "penalty-reversed": Kind.PENALTY,
    "storage": Kind.STORAGE,
    "storage-reversed": Kind.STORAGE,
}
BESIDE = ("buyer_funds", "fx_position", "commission")
# What a statement needs of a line; an order and a delivery carry forty columns more.
OF_A_LINE = (
    *("position", "quantity", "price_cny", "price_cny_currency"),
    *("commission", "commission_currency", "order__number", "order__rate", "order__rate_on"),
    "delivery__cleared_at",
)
Place = tuple[int, str, int | None]  # journal, order number, order line


@dataclass(frozen=True)
class Counted:
    """One entry of a seller's account, with what stands beside it in its journal.

    Units: fen and kopecks.
    """

    entry: Entry
    line: OrderLine | None
    kind: Kind
    net: int
    commission: int
    goods: int
    booked: int


@dataclass(frozen=True)
class Composed:
    """A statement before it is frozen.

    Units: fen.
    """

    seller: Seller
    since: date | None
    carried: int
    lines: list[Counted] = field(default_factory=list)
    left_out: list[tuple[OrderLine, LeftOut.Reason]] = field(default_factory=list)


def unsettled(cut: datetime) -> QuerySet[Entry]:
    """What moved on sellers' accounts before an instant, payouts apart, and stands nowhere yet."""
    entries = Entry.objects.filter(
        account__purpose="seller_payable",
        account__currency="CNY",
        settled=None,
        journal__occurred_at__lt=cut,
    )
    return entries.exclude(journal__kind__in=PAID)


def compose(seller: Seller, *, cut: datetime) -> Composed:
    """Everything of a seller that no statement counts yet, before an instant.

    Lines whose order is stopped, or whose goods customs has not released, are left out with
    their reason and counted by a later period.
    """
    entries = unsettled(cut).filter(account__party=seller.slug)
    found = list(entries.select_related("journal").order_by("journal__occurred_at", "pk"))
    lines = _order_lines(seller, found)
    stopped = eligibility.stopped({line.order_id for line in lines.values()})
    last = Settlement.objects.filter(seller=seller).order_by("-period_until").first()
    composed = Composed(seller, last.period_until if last else None, carried(seller))
    beside = _beside(found)
    for entry in found:
        line = lines.get((entry.order_number, entry.order_line))
        reason = eligibility.withheld(line, stopped=stopped)
        if line is not None and reason is not None:
            composed.left_out.append((line, reason))
        else:
            composed.lines.append(_counted(entry, line, beside))
    waiting = _waiting(seller, cut)
    return replace(composed, left_out=_once([*composed.left_out, *waiting]))


def carried(seller: Seller) -> int:
    """What earlier statements say and no payout has taken; below zero the seller owes us."""
    own = Settlement.objects.filter(seller=seller).aggregate(
        units=Sum(F("net_units") - F("carried_units"))
    )["units"]
    paid = Payout.objects.living().filter(seller=seller).aggregate(total=Sum("money"))["total"]
    return (own or 0) - (money.to_minor(paid, "CNY") if paid else 0)


def _order_lines(
    seller: Seller, entries: Iterable[Entry]
) -> dict[tuple[str, int | None], OrderLine]:
    numbers = {entry.order_number for entry in entries if entry.order_number}
    rows = OrderLine.objects.filter(order__number__in=numbers, seller=seller)
    found = rows.select_related("order", "delivery").only(*OF_A_LINE)
    return {(line.order.number, line.position): line for line in found}


def _beside(entries: Iterable[Entry]) -> dict[Place, dict[tuple[str, str], int]]:
    """Per journal and order line, what stands on the accounts that explain the seller's."""
    rows = Entry.objects.filter(
        journal__in={entry.journal_id for entry in entries}, account__purpose__in=BESIDE
    )
    names = ("journal", "order_number", "order_line", "account__purpose", "currency", "units")
    found: dict[Place, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for journal, number, line, purpose, currency, units in rows.values_list(*names):
        found[journal, number, line][purpose, currency] += units
    return found


def _counted(
    entry: Entry, line: OrderLine | None, beside: dict[Place, dict[tuple[str, str], int]]
) -> Counted:
    # Taken out: of two entries of one place in a journal the first is explained, once.
    legs = beside.pop((entry.journal_id, entry.order_number, entry.order_line), {})
    kind = KINDS.get(entry.journal.kind)
    if kind is None:
        kind = Kind.REFUND if entry.order_number else Kind.CORRECTION
    is_trade = kind in (Kind.SALE, Kind.REFUND)
    return Counted(
        entry=entry,
        line=line,
        kind=kind,
        net=-entry.units,
        commission=legs.get(("commission", "CNY"), 0) if is_trade else 0,
        goods=legs.get(("buyer_funds", "RUB"), 0) if is_trade else 0,
        booked=-legs.get(("fx_position", "RUB"), 0) if is_trade else 0,
    )


def _waiting(seller: Seller, cut: datetime) -> list[tuple[OrderLine, LeftOut.Reason]]:
    lines = list(eligibility.unreleased(seller).filter(order__paid_at__lt=cut).order_by("pk"))
    stopped = eligibility.stopped({line.order_id for line in lines})
    return [(line, eligibility.waits(line, stopped=stopped)) for line in lines]


def _once(
    left_out: Iterable[tuple[OrderLine, LeftOut.Reason]],
) -> list[tuple[OrderLine, LeftOut.Reason]]:
    return list({line.pk: (line, reason) for line, reason in left_out}.values())


def freeze(composed: Composed, *, until: date, actor: str, now: datetime) -> Settlement:
    """Write a statement down for ever.

    Locks: the caller holds the seller's.
    """
    settlement = Settlement.objects.create(
        seller=composed.seller,
        period_from=composed.since,
        period_until=until,
        made_at=now,
        made_by=actor,
        **_sums(composed),
    )
    first = [_carried_line(settlement, composed.carried)] if composed.carried else []
    rows = (
        _row(settlement, position, item)
        for position, item in enumerate(composed.lines, start=1 + len(first))
    )
    SettlementLine.objects.bulk_create([*first, *rows])
    LeftOut.objects.bulk_create(
        LeftOut(
            settlement=settlement,
            order_line=line,
            reason=reason,
            net_units=money.to_minor(eligibility.net(line), "CNY"),
        )
        for line, reason in composed.left_out
    )
    return settlement


def _sums(composed: Composed) -> dict[str, int]:
    def total(kind: Kind) -> int:
        return sum(item.net - item.commission for item in composed.lines if item.kind == kind)

    sums = {
        "carried_units": composed.carried,
        "sold_units": total(Kind.SALE),
        "commission_units": sum(item.commission for item in composed.lines),
        "refunded_units": total(Kind.REFUND),
        "penalty_units": total(Kind.PENALTY),
        "storage_units": total(Kind.STORAGE),
        "corrected_units": total(Kind.CORRECTION),
    }
    return {**sums, "net_units": sum(sums.values())}


def _carried_line(settlement: Settlement, units: int) -> SettlementLine:
    return SettlementLine(
        settlement=settlement, position=1, kind=Kind.CARRIED, gross_units=units, net_units=units
    )


def _row(settlement: Settlement, position: int, item: Counted) -> SettlementLine:
    order = item.line.order if item.line else None
    return SettlementLine(
        settlement=settlement,
        position=position,
        kind=item.kind,
        entry=item.entry,
        journal_id=item.entry.journal_id,
        order_line=item.line,
        gross_units=item.net - item.commission,
        commission_units=item.commission,
        net_units=item.net,
        goods_units=item.goods,
        booked_units=item.booked,
        rate=order.rate if order else None,
        rate_on=order.rate_on if order else None,
    )
