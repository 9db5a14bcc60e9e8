"""Who pays for what a buyer gets back, in the books; each bearer has its own entries."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from orders.models import Delivery, Order, OrderLine
from storefront.lib import money

from . import ledger, parts, postings
from .ledger import Leg
from .models import Bearer, Journal, Refund
from .parts import Kind, Part


def line_of(line: OrderLine) -> postings.Line:
    """An order line in whole kopecks and fen, as it was sold."""
    return postings.line(
        line.position,
        seller=line.seller.slug,
        goods=line.price_rub.amount * line.quantity,
        gross=line.price_cny.amount * line.quantity,
        commission=line.commission.amount,
        rate=line.order.rate,
    )


def released(delivery: Delivery) -> Journal | None:
    """The journal that released a delivery, or the first of several."""
    found = Journal.objects.filter(kind="released", key__startswith=f"release:{delivery.pk}:")
    return found.order_by("pk").first()


def book(refund: Refund, asked: Sequence[Part], *, actor: str, now: datetime) -> list[Journal]:
    """Book what a decision to give back means for those who bear it; call before it is kept.

    Before the release a sale that falls away moves nothing: less will be released. After it,
    the release is mirrored by line at the original rate, and the seller may owe us.
    Locks: the caller holds the order's.
    """
    order = refund.charge.order
    made = []
    for delivery in {part.delivery.pk: part.delivery for part in asked if part.delivery}.values():
        mine = [part for part in asked if part.delivery and part.delivery.pk == delivery.pk]
        first = released(delivery)
        pages = _undone(delivery, mine, order) if first else []
        for kind, groups, rate in (
            ("undone", pages, first.rate if first else None),
            ("borne", postings.packed(_borne(mine, order)), None),
        ):
            made += [
                ledger.post(
                    kind,
                    key=f"{kind}:{refund.key}:{delivery.pk}:{page}",
                    legs=legs,
                    occurred_at=now,
                    actor=actor,
                    source=f"{refund.get_reason_display()}, delivery {delivery.pk}"[:120],
                    rate=rate,
                )
                for page, legs in enumerate(groups, start=1)
            ]
    return made


def _undone(delivery: Delivery, asked: Iterable[Part], order: Order) -> list[list[Leg]]:
    before = parts.undone(delivery).goods
    slices, freight, duty = [], 0, 0
    for part in asked:
        if not part.is_undone:
            continue
        units = money.to_minor(part.money, "RUB")
        if part.line:
            start = before[part.line.position]
            slices.append(line_of(part.line).between(start, start + units))
            before[part.line.position] = start + units
        elif part.kind == Kind.FREIGHT:
            freight += units
        else:
            duty += units
    return postings.undone(slices, freight=freight, duty=duty, order_number=order.number)


def _borne(asked: Iterable[Part], order: Order) -> Iterator[list[Leg]]:
    for part in asked:
        if part.is_undone or part.delivery is None:
            continue
        units = money.to_minor(part.money, "RUB")
        if part.bearer == Bearer.SELLER:
            yield from _charged(part.delivery, units, order)
            continue
        account = "compensation_expense" if part.kind == Kind.COMPENSATION else "refund_expense"
        if part.bearer == Bearer.CARRIER:
            account = "carrier_receivable"
        yield postings.borne(
            units,
            account=account,
            party=part.delivery.lane if part.bearer == Bearer.CARRIER else "",
            order_number=order.number,
            line=part.line.position if part.line else None,
        )


def _charged(delivery: Delivery, units: int, order: Order) -> Iterator[list[Leg]]:
    """The delivery's sellers share it by their goods' price.

    Rounding: rubles apportioned to the kopeck; each share in yuan half up to the fen.
    """
    lines = list(delivery.lines.select_related("seller").order_by("position"))
    sellers: dict[str, Decimal] = {}
    for line in lines:
        paid = line.price_rub.amount * line.quantity
        sellers[line.seller.slug] = sellers.get(line.seller.slug, Decimal(0)) + paid
    shares = money.apportion(units, list(sellers.values()))
    for slug, share in zip(sellers, shares, strict=True):
        yuan = money.half_up(money.from_minor(share, "RUB") / order.rate)
        if share and yuan:
            yield postings.charged(
                share, money.to_minor(yuan, "CNY"), seller=slug, order_number=order.number
            )
