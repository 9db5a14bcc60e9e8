"""A register against our facts: what is the same, and which kind of break the rest is. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

Kind = Literal["PAYMENT", "REFUND", "CHARGEBACK", "RESTORED", "RECEIPT"]
BreakKind = Literal[
    "MISSING_OURS",
    "MISSING_THEIRS",
    "AMOUNT",
    "CURRENCY",
    "TWICE_OURS",
    "TWICE_THEIRS",
    "FEE",
    "DAY",
    "ORDER",
    "LATE_CHARGEBACK",
    "UNASKED_REFUND",
    "BARE_RECEIPT",
]
Key = tuple[str, str]


@dataclass(frozen=True)
class Item:
    """One operation as a side tells it.

    Units: kopecks, a refund below zero; a fee of None is not known to this side.
    """

    pk: int
    kind: Kind
    object_id: str
    payment_id: str
    order_number: str
    units: int
    fee: int | None
    currency: str
    on: date
    is_open: bool = False

    @property
    def key(self) -> Key:
        return self.kind, self.object_id


@dataclass(frozen=True)
class Found:
    """A break: its class, what it is about, and by how much the two sides differ."""

    kind: BreakKind
    theirs: Item | None
    ours: Item | None
    units: int = 0


@dataclass(frozen=True)
class Knowledge:
    """What is known beside the two sides.

    `complete_until`: what one side alone has of a day up to this one is missing in the other.
    `matched`: operations that were paired before; `captured`: payments whose money came;
    `within`: by how many days we may hear later than the acquirer, by kind.
    """

    complete_until: date
    matched: Collection[Key] = frozenset()
    captured: Collection[str] = frozenset()
    within: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """The operations that are one and the same, and the breaks."""

    pairs: list[tuple[Item, Item]]
    breaks: list[Found]


def compare(theirs: Iterable[Item], ours: Iterable[Item], known: Knowledge) -> Compared:
    """Pair what is the same operation, and name all that differs.

    A pair has one identity, currency and sum; a differing fee, day or order is named beside it.
    Time: days are the acquirer's, in Moscow.
    """
    told = list(theirs)
    receipts = [item for item in told if item.kind == "RECEIPT"]
    left, right = _grouped(told), _grouped(ours)
    pairs: list[tuple[Item, Item]] = []
    breaks = list(_receipts(receipts, known))
    open_payments = {
        (item.payment_id, item.units) for group in right.values() for item in group if item.is_open
    }
    for key in sorted({*left, *right}):
        group = _Group(left[key], right[key], is_matched=key in known.matched)
        pairs += group.pairs()
        breaks += group.breaks(known, open_payments)
    for one, other in pairs:
        breaks += _differences(one, other, known)
    return Compared(pairs, breaks)


def _grouped(items: Iterable[Item]) -> dict[Key, list[Item]]:
    found: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind != "RECEIPT":
            found[item.key].append(item)
    return found


@dataclass(frozen=True)
class _Group:
    """All that both sides say of one operation."""

    theirs: Sequence[Item]
    ours: Sequence[Item]
    is_matched: bool

    def _both(self) -> Iterator[tuple[Item, Item]]:
        if not self.is_matched:
            yield from list(zip(self.theirs, self.ours, strict=False))[:1]

    def pairs(self) -> list[tuple[Item, Item]]:
        return [
            (one, other)
            for one, other in self._both()
            if (one.currency, one.units) == (other.currency, other.units)
        ]

    def breaks(
        self, known: Knowledge, open_payments: Collection[tuple[str, int]]
    ) -> Iterator[Found]:
        both = list(self._both())
        for one, other in both:
            yield from _other_money(one, other)
        first = len(both) or int(self.is_matched)
        for number, item in enumerate(self.theirs[len(both) :]):
            if number or first:
                yield Found("TWICE_THEIRS", item, None, item.units)
            elif item.on <= known.complete_until:
                yield from _unknown_to_us(item, open_payments)
        settled = [item for item in self.ours[len(both) :] if not item.is_open]
        for number, item in enumerate(settled):
            if number or first:
                yield Found("TWICE_OURS", None, item, -item.units)
            elif item.on <= known.complete_until:
                yield Found("MISSING_THEIRS", None, item, -item.units)


def _other_money(one: Item, other: Item) -> Iterator[Found]:
    if one.currency != other.currency:
        yield Found("CURRENCY", one, other)
    elif one.units != other.units:
        yield Found("AMOUNT", one, other, one.units - other.units)


def _unknown_to_us(item: Item, open_payments: Collection[tuple[str, int]]) -> Iterator[Found]:
    if item.kind == "CHARGEBACK":
        yield Found("LATE_CHARGEBACK", item, None, item.units)
    elif item.kind == "PAYMENT":
        yield Found("MISSING_OURS", item, None, item.units)
    elif (item.payment_id, item.units) not in open_payments:
        yield Found("UNASKED_REFUND", item, None, item.units)


def _differences(one: Item, other: Item, known: Knowledge) -> Iterator[Found]:
    if one.fee is not None and other.fee is not None and one.fee != other.fee:
        yield Found("FEE", one, other, one.fee - other.fee)
    late = timedelta(days=known.within.get(one.kind, 1))
    # We hear after it happened, never before: a day behind ours was shifted over midnight.
    if not other.is_open and not other.on - late <= one.on <= other.on:
        yield Found("DAY", one, other)
    if one.order_number and other.order_number and one.order_number != other.order_number:
        yield Found("ORDER", one, other)


def _receipts(receipts: Iterable[Item], known: Knowledge) -> Iterator[Found]:
    for item in receipts:
        if item.payment_id not in known.captured and item.on <= known.complete_until:
            yield Found("BARE_RECEIPT", item, None, item.units)
