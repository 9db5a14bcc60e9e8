"""What refunds are made of: parts of goods, freight and duty, never more than each cost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from djmoney.money import Money

from orders.models import Delivery, OrderLine
from storefront.lib import money
from storefront.lib.refusal import Refusal

from .models import Bearer, Refund, RefundPart

Kind = RefundPart.Kind
NONE = Decimal(0)


class TooMuch(Refusal):
    """More than is left of what the buyer paid."""

    code = "too_much"


@dataclass(frozen=True)
class Part:
    """Something to be given back.

    Money: rubles. Goods of no quantity are a price taken down.
    """

    kind: str
    money: Decimal
    delivery: Delivery | None = None
    line: OrderLine | None = None
    quantity: int = 0
    bearer: str = ""

    @property
    def is_undone(self) -> bool:
        """Whether the sale itself falls away by this much, on the seller's side too."""
        if self.kind == Kind.GOODS:
            return self.bearer in ("", Bearer.SELLER)
        return self.kind in (Kind.FREIGHT, Kind.DUTY) and not self.bearer


@dataclass(frozen=True)
class Undone:
    """How much of a delivery's sale fell away; kopecks, goods by position of their line."""

    goods: dict[int, int]
    freight: int
    duty: int


def surplus(price: Decimal) -> Part:
    """Money that came for nothing."""
    return Part(Kind.SURPLUS, price)


def goods(line: OrderLine, quantity: int, *, bearer: str = "") -> Part:
    """So many pieces of a line, at what they were paid."""
    price = line.price_rub.amount * quantity
    return Part(Kind.GOODS, price, line.delivery, line, quantity, bearer)


def total(parts: Iterable[Part]) -> Decimal:
    """What parts come to."""
    return sum((part.money for part in parts), NONE)


def left_of(delivery: Delivery) -> list[Part]:
    """All of a delivery that was not given back yet: goods, freight and duty."""
    given = _given([delivery])
    found = [_line_left(line, given) for line in delivery.lines.order_by("position")]
    for kind, paid in ((Kind.FREIGHT, delivery.freight), (Kind.DUTY, delivery.duty)):
        rest = paid.amount - given[kind, delivery.pk].money
        found.append(Part(kind, rest, delivery))
    return [part for part in found if part.money > 0]


def _line_left(line: OrderLine, given: "dict[tuple[str, int], _Sum]") -> Part:
    was = given[Kind.GOODS, line.pk]
    paid = line.price_rub.amount * line.quantity
    return Part(Kind.GOODS, paid - was.money, line.delivery, line, line.quantity - was.quantity)


def of_pieces(delivery: Delivery, pieces: Mapping[int, int]) -> list[Part]:
    """So many pieces of each line (by its key), with their share of freight and duty by price.

    What was given back before is left out.
    Rounding: each share half up to the kopeck, once.
    """
    left = left_of(delivery)
    goods_left = {part.line.pk: part for part in left if part.line}
    found = [_cut(goods_left[key], n) for key, n in pieces.items() if key in goods_left]
    lines = {line.pk: line for line in delivery.lines.all()}
    all_goods = sum((one.price_rub.amount * one.quantity for one in lines.values()), NONE)
    theirs = sum((lines[key].price_rub.amount * n for key, n in pieces.items()), NONE)
    for part in left:
        if part.line is None:
            share = money.half_up(_paid(part) * theirs / all_goods)
            found.append(replace(part, money=min(part.money, share)))
    return [part for part in found if part.money > 0]


def _cut(left: Part, quantity: int) -> Part:
    assert left.line is not None, "goods have a line"
    most = left.line.price_rub.amount * quantity
    return replace(left, money=min(left.money, most), quantity=min(left.quantity, quantity))


@dataclass(frozen=True)
class _Sum:
    money: Decimal = NONE
    quantity: int = 0


def _given(deliveries: Iterable[Delivery]) -> dict[tuple[str, int], _Sum]:
    """What was decided to be given back, by kind and line, or by kind and delivery."""
    rows = RefundPart.objects.decided().filter(delivery__in=list(deliveries))
    found: dict[tuple[str, int], _Sum] = defaultdict(_Sum)
    for kind, delivery, line, rubles, pieces in rows.values_list(
        "kind", "delivery", "line"
    ).annotate(rubles=Sum("money"), pieces=Sum("quantity")):
        found[kind, line or delivery] = _Sum(rubles, pieces)
    return found


def check(asked: Sequence[Part]) -> None:
    """Refuse what is more than was paid for a line, a freight or a duty and not given back yet.

    Locks: the caller holds the order's.
    Raises: TooMuch.
    """
    given = _given({part.delivery.pk: part.delivery for part in asked if part.delivery}.values())
    for part in asked:
        if part.delivery is None or part.kind == Kind.COMPENSATION:
            continue
        key = (part.kind, part.line.pk if part.line else part.delivery.pk)
        was = given[key]
        now = _Sum(was.money + part.money, was.quantity + part.quantity)
        if part.money <= 0 or now.money > _paid(part) or now.quantity > _pieces(part):
            raise TooMuch(
                _("No more can be given back than was paid."),
                asked=part.money,
                left=_paid(part) - was.money,
            )
        given[key] = now


def _paid(part: Part) -> Decimal:
    if part.line:
        return Decimal(part.line.price_rub.amount * part.line.quantity)
    assert part.delivery
    paid = part.delivery.freight if part.kind == Kind.FREIGHT else part.delivery.duty
    return Decimal(paid.amount)


def _pieces(part: Part) -> int:
    return part.line.quantity if part.line else 0


def allot(parts: Iterable[Part], room: Decimal) -> tuple[list[Part], list[Part]]:
    """Split parts into those that fit into a sum and the rest, in their order.

    A part that fits partly is cut; its pieces go with the first half.
    """
    fitting, rest = [], []
    for part in parts:
        fits = min(part.money, max(room, NONE))
        room -= fits
        if fits:
            fitting.append(replace(part, money=fits))
        if part.money > fits:
            pieces = 0 if fits else part.quantity
            rest.append(replace(part, money=part.money - fits, quantity=pieces))
    return fitting, rest


def write(refund: Refund, parts: Iterable[Part], *, is_again: bool = False) -> None:
    """Keep the parts of a refund."""
    RefundPart.objects.bulk_create(
        RefundPart(
            refund=refund,
            kind=part.kind,
            delivery=part.delivery,
            line=part.line,
            quantity=part.quantity,
            money=Money(part.money, "RUB"),
            bearer=part.bearer,
            is_again=is_again,
        )
        for part in parts
    )


def of(refund: Refund) -> list[Part]:
    """The parts of a refund as they were decided."""
    rows = refund.parts.select_related("delivery", "line").order_by("pk")
    return [
        Part(row.kind, row.money.amount, row.delivery, row.line, row.quantity, row.bearer)
        for row in rows
    ]


def undone(delivery: Delivery) -> Undone:
    """How much of a delivery's sale fell away by what was decided so far."""
    rows = RefundPart.objects.decided().filter(delivery=delivery).select_related("line")
    lines: dict[int, int] = defaultdict(int)
    others: dict[str, int] = defaultdict(int)
    for row in rows:
        part = Part(row.kind, row.money.amount, bearer=row.bearer)
        if part.is_undone and row.line:
            lines[row.line.position] += money.to_minor(part.money, "RUB")
        elif part.is_undone:
            others[row.kind] += money.to_minor(part.money, "RUB")
    return Undone(lines, others[Kind.FREIGHT], others[Kind.DUTY])
