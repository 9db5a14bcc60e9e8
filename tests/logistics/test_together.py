"""Many parcels in one go: the same comes of them as of each alone, by far fewer statements."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import capfirst

from logistics import boxes, company, timeline, together
from logistics.customs import releasing, windows
from logistics.models import Declaration, Place, Reservation, Shipment, Stock, StockMove
from logistics.states import Code, State
from orders import holds
from orders.models import Order
from storefront.lib import clock, due
from tests.factories import catalog
from tests.lib.plans import PLANS, plan_without
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db


def several(count: int = 6, **given: Any) -> list[Order]:
    """Paid orders of different people for goods of one kind, that are due at once."""
    goods = catalog.offer()
    phones = [f"+7{clock.now():%d%H%M}{number:04}" for number in range(count)]
    return [story.paid_order(goods, phone=phone, **given) for phone in phones]


def history(order: Order) -> list[tuple[object, ...]]:
    """What happened to a parcel and how long after it was planned, with its number left out."""
    parcel = story.parcel(order)
    names = ("code", "source", "source_key", "place", "actor")
    facts = [
        tuple(str(word).replace(parcel.number, "N") for word in row)
        for row in parcel.events.order_by("pk").values_list(*names)
    ]
    times = parcel.events.order_by("pk").values_list("happened_at", flat=True)
    return [(fact, at - parcel.planned_at) for fact, at in zip(facts, times, strict=True)]


def until_all_are(state: State) -> None:
    story.run(lambda: not Shipment.objects.exclude(state=state).exists())


def test_together_and_alone_come_to_the_same(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for most in (1, 50):
        monkeypatch.setattr(together, "MOST", most)
        orders = several(4)
        until_all_are(State.DECLARED)
        found[most] = [history(order) for order in orders]
        for order in orders:
            check(order)
    assert len({str(told) for told in found[1] + found[50]}) == 1


def check(order: Order) -> None:
    """All that four steps of the floor leave behind."""
    parcel, stock = story.parcel(order), Stock.objects.get(reservations__line__order=order)
    assert abs((parcel.weight_g or 0) / parcel.planned_weight_g - 1) < 0.031
    assert parcel.packed_at is not None
    assert parcel.place.kind == Place.Kind.CENTRE
    assert (parcel.lease_until, parcel.due_at) == (None, None)
    paper = parcel.declarations.get()
    assert paper.reference == f"E-{parcel.number}-1"
    assert [line.quantity for line in paper.lines.all()] == [1]
    assert Reservation.objects.get(line__order=order).state == Reservation.State.PICKED
    assert (stock.on_hand, stock.allocated) == (4 * 100 - 4, 0)
    assert StockMove.objects.filter(cause=f"shipment:{parcel.number}", on_hand=-1).count() == 1


def test_many_cost_hardly_more_statements_than_a_few(outside: Outside) -> None:
    def cost(count: int) -> int:
        Declaration.objects.update(due_at=None)  # those of the parcels before
        several(count)
        with CaptureQueriesContext(connection) as asked:
            until_all_are(State.DECLARED)
        return len(asked)

    few, many = cost(3), cost(12)
    assert many <= few


def test_what_is_on_hold_or_has_company_goes_by_its_own_step(outside: Outside) -> None:
    plain, same = several(3), several(2)
    Order.objects.filter(pk__in=[one.pk for one in same]).update(phone="+79120000077")
    until_all_are(State.PACKED)
    holds.put(plain[0], reason="TEST", owner="operator", actor="test", now=NOW)
    story.run(lambda: Shipment.objects.filter(state=State.DECLARED).count() == 4)
    held = story.parcel(plain[0])
    assert held.state == State.PACKED
    assert held.due_at is not None


def test_who_was_taken_over_is_left_alone(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = several(3)
    join = company.join

    def joined(row: Shipment, **given: Any) -> list[Shipment]:
        rows = join(row, **given)
        due.plan(rows[-1], None)  # somebody else was quicker
        return rows

    monkeypatch.setattr(company, "join", joined)
    story.step()
    assert [story.parcel(order).state for order in orders] == [
        State.STOCKED,
        State.STOCKED,
        State.PLANNED,
    ]


def test_company_is_found_for_all_at_once() -> None:
    strangers, same = several(2), several(2)
    Order.objects.filter(pk__in=[one.pk for one in same]).update(phone="+79120000077")
    rows = [story.parcel(order) for order in strangers + same]
    assert boxes.with_company(rows) == {story.parcel(order).pk for order in same}


@pytest.mark.parametrize("off", PLANS)
def test_no_more_are_taken_along_than_asked_whatever_the_plan(off: str) -> None:
    first, *others = [story.parcel(order) for order in several(5)]
    Shipment.objects.update(due_at=clock.now(), state=first.state)
    row = due.claim(Shipment, first.pk)
    assert row is not None
    plan_without(off)

    taken = company.join(row, most=3, state=[row.state])

    assert [one.pk for one in taken] == [first.pk, *[one.pk for one in others[:2]]]


def released(orders: list[Order]) -> list[tuple[object, ...]]:
    """What a released paper leaves behind, of each parcel."""
    found = []
    for order in orders:
        parcel = story.parcel(order)
        paper = parcel.declarations.get()
        assert (paper.due_at, paper.lease_until, paper.summary) == (None, None, None)
        assert paper.inventory_number
        assert parcel.leave_by is not None
        cleared = parcel.events.get(code=Code.EXPORT_CUSTOMS_CLEARED)
        assert cleared.happened_at == paper.ended_at
        key = cleared.source_key.replace(parcel.number, "N")
        kinds = sorted(set(paper.messages.values_list("kind", flat=True)))
        found.append((paper.state, paper.answer_code, kinds, cleared.source, cleared.actor, key))
    return found


def test_papers_released_together_and_alone_come_to_the_same(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, gone = {}, []
    release = releasing.release

    def noted(told: Any, *, now: datetime) -> set[int]:
        went = release(told, now=now)
        gone.extend([len(went)] if went else [])
        return went

    monkeypatch.setattr(releasing, "release", noted)
    for most in (1, 20):
        monkeypatch.setattr(windows.Chinese, "together", most)
        orders = several(3)
        mine = Declaration.objects.filter(shipment__order__in=orders)
        story.run(lambda mine=mine: mine.filter(state="SENT").count() == 3)
        clock.set_virtual(clock.now() + timedelta(days=4))  # the window has decided all of them
        mine.update(due_at=clock.now())
        story.run(lambda mine=mine: mine.filter(state="RELEASED").count() == 3)
        found[most] = released(orders)
        Shipment.objects.update(due_at=None)
    assert found[1] == found[20]
    assert max(gone) >= 2


def test_facts_of_one_moment_are_told_newest_first(outside: Outside) -> None:
    order = several(1)[0]
    until_all_are(State.DECLARED)
    facts = list(story.parcel(order).events.order_by("pk"))
    assert len({fact.happened_at for fact in facts}) < len(facts)
    told = [entry.title for entry in timeline.tell(order).entries]
    words = [capfirst(fact.get_code_display()) for fact in reversed(facts)]
    assert [title for title in told if title in words] == words
