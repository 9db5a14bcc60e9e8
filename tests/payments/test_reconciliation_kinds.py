"""P17: each kind of break is found with its class, and a clean day raises no alarm."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from payments.reconciliation.comparing import Compared, Found, Item, Knowledge, compare

FIRST = date(2026, 11, 1)
DAYS = 5
KNOWN = Knowledge(FIRST + timedelta(days=DAYS), within={"PAYMENT": 1, "REFUND": 7})
KINDS = {
    *("MISSING_OURS", "MISSING_THEIRS", "AMOUNT", "CURRENCY", "TWICE_OURS", "TWICE_THEIRS"),
    *("FEE", "DAY", "ORDER", "LATE_CHARGEBACK", "UNASKED_REFUND", "BARE_RECEIPT"),
}


def payment(number: int, dice: random.Random, **fields: object) -> Item:
    units = dice.randrange(1_000, 5_000_000, 1_000)
    plain = {
        "pk": number,
        "kind": "PAYMENT",
        "object_id": f"pay-{number}",
        "payment_id": f"pay-{number}",
        "order_number": f"{number:09d}",
        "units": units,
        "fee": units * 28 // 1000,
        "currency": "RUB",
        "on": FIRST + timedelta(days=dice.randrange(DAYS)),
    }
    return Item(**{**plain, **fields})


class Day:
    """Two books that agree: payments with receipts, some given back, some heard of a day late."""

    def __init__(self, orders: int, seed: int = 1) -> None:
        dice = random.Random(seed)
        self.theirs: list[Item] = []
        self.ours: list[Item] = []
        for number in range(orders):
            paid = payment(number, dice)
            heard = timedelta(days=dice.random() < 0.02)
            self.theirs += [paid, _receipt(paid)]
            self.ours.append(replace(paid, on=paid.on + heard))
            if number % 10 == 0:
                back = _refund(paid, dice)
                self.theirs.append(replace(back, fee=0))
                later = timedelta(days=dice.randrange(4))
                self.ours.append(replace(back, on=back.on + later, order_number=paid.order_number))
        dice.shuffle(self.theirs)
        dice.shuffle(self.ours)

    def compared(self, known: Knowledge = KNOWN) -> Compared:
        captured = {item.payment_id for item in self.ours if item.kind == "PAYMENT"}
        return compare(self.theirs, self.ours, replace(known, captured=captured))

    def payments(self) -> Iterator[int]:
        """Places of payments in theirs whose money was not given back."""
        back = {item.payment_id for item in self.theirs if item.kind == "REFUND"}
        for place, item in enumerate(self.theirs):
            if item.kind == "PAYMENT" and item.payment_id not in back:
                yield place

    def ours_of(self, item: Item) -> int:
        return next(n for n, one in enumerate(self.ours) if one.key == item.key)


def _receipt(paid: Item) -> Item:
    return replace(paid, kind="RECEIPT", object_id=f"rt-{paid.object_id}", fee=0)


def _refund(paid: Item, dice: random.Random) -> Item:
    units = -min(paid.units, 1_000 * dice.randrange(1, 500))
    return replace(
        paid, kind="REFUND", object_id=f"ref-{paid.pk}", units=units, fee=None, order_number=""
    )


def inject(day: Day, kind: str, place: int) -> str:
    """Spoil the books in one way; what the spoilt operation is called."""
    item = day.theirs[place]
    other = day.ours_of(item)
    mine = day.ours[other]
    changes = {
        "AMOUNT": {"units": item.units + 1},
        "CURRENCY": {"currency": "CNY"},
        "FEE": {"fee": (item.fee or 0) + 1},
        "DAY": {"on": mine.on + timedelta(days=1)},
        "ORDER": {"order_number": "612048835"},
    }
    strangers = {
        "LATE_CHARGEBACK": replace(
            item, kind="CHARGEBACK", object_id=f"cb-{item.pk}", units=-item.units
        ),
        "UNASKED_REFUND": replace(item, kind="REFUND", object_id=f"ref-{item.pk}", units=-100),
        "BARE_RECEIPT": replace(
            item, kind="RECEIPT", object_id=f"rt-x{item.pk}", payment_id=f"pay-x{item.pk}"
        ),
        "TWICE_THEIRS": replace(item, pk=item.pk + 10**6),
        "MISSING_OURS": replace(
            item, pk=item.pk + 10**6, object_id=f"pay-y{item.pk}", payment_id=f"pay-y{item.pk}"
        ),
    }
    if kind in changes:
        day.theirs[place] = replace(item, **changes[kind])
        return item.object_id
    if kind in strangers:
        day.theirs.append(strangers[kind])
        return strangers[kind].object_id
    if kind == "TWICE_OURS":
        day.ours.append(replace(mine, pk=mine.pk + 10**6))
    else:
        day.theirs.pop(place)
    return item.object_id


def named(found: Found) -> tuple[str, str]:
    item = found.theirs or found.ours
    assert item is not None
    return found.kind, item.object_id


def injected(day: Day, seed: int, times: int) -> list[tuple[str, str]]:
    """Each kind so many times, each on an operation of its own."""
    dice = random.Random(seed)
    wanted = [kind for kind in sorted(KINDS) for _time in range(times)]
    keys = [day.theirs[place].object_id for place in day.payments()]
    spoilt = []
    for kind, key in zip(wanted, dice.sample(keys, len(wanted)), strict=True):
        place = next(
            n for n, one in enumerate(day.theirs) if (one.kind, one.object_id) == ("PAYMENT", key)
        )
        spoilt.append((kind, inject(day, kind, place)))
    return spoilt


def test_clean_books_raise_no_alarm() -> None:
    day = Day(1_000)

    found = day.compared()

    assert found.breaks == []
    assert len(found.pairs) == 1_100


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_is_found_and_nothing_else(kind: str) -> None:
    day = Day(100)
    name = inject(day, kind, next(day.payments()))

    assert [named(one) for one in day.compared().breaks] == [(kind, name)]


@pytest.mark.parametrize("seed", range(10))
def test_all_twelve_at_once_are_found_with_their_class(seed: int) -> None:
    day = Day(400, seed)
    spoilt = injected(day, seed, times=3)

    found = day.compared()

    assert Counter(named(one) for one in found.breaks) == Counter(spoilt)
    assert {one.kind for one in found.breaks} == KINDS


@pytest.mark.soak
def test_ten_thousand_clean_orders_raise_no_alarm_and_hide_no_break() -> None:
    assert Day(10_000, 7).compared().breaks == []
    day = Day(10_000, 8)
    spoilt = injected(day, 8, times=10)

    assert Counter(named(one) for one in day.compared().breaks) == Counter(spoilt)


def test_what_one_side_has_not_told_yet_is_waited_for() -> None:
    day = Day(20)
    last = max(item.on for item in day.theirs)
    inject(day, "MISSING_OURS", next(day.payments()))
    inject(day, "MISSING_THEIRS", next(day.payments()))

    assert day.compared(replace(KNOWN, complete_until=FIRST - timedelta(days=1))).breaks == []
    assert len(day.compared(replace(KNOWN, complete_until=last)).breaks) == 2


def test_an_operation_told_again_in_a_later_register_is_told_twice() -> None:
    dice = random.Random(1)
    item = payment(1, dice)

    again = compare([item], [], replace(KNOWN, matched={item.key}))
    ours = compare([], [item], replace(KNOWN, matched={item.key}))

    assert [one.kind for one in again.breaks] == ["TWICE_THEIRS"]
    assert [one.kind for one in ours.breaks] == ["TWICE_OURS"]


def test_a_refund_we_asked_for_and_have_no_answer_of_is_no_alarm() -> None:
    dice = random.Random(1)
    paid = payment(1, dice)
    told = replace(_refund(paid, dice), fee=0)
    asked = replace(told, object_id="asked-x", is_open=True, fee=None)

    assert compare([told], [asked], KNOWN).breaks == []
    assert [one.kind for one in compare([told], [], KNOWN).breaks] == ["UNASKED_REFUND"]


def test_two_differences_of_one_operation_are_both_named() -> None:
    dice = random.Random(1)
    item = payment(1, dice)
    told = replace(item, fee=0, order_number="612048835")

    found = compare([told], [item], KNOWN)

    assert {one.kind for one in found.breaks} == {"FEE", "ORDER"}
    assert found.pairs == [(told, item)]
