"""An order whose way needs papers waits for them, goes on with them, or ends without them."""

from collections.abc import Iterator
from typing import Any

import pytest

from logistics.customs import identities
from logistics.models import RecipientIdentity, Shipment
from logistics.states import State
from orders.models import Hold, Order
from payments.models import Refund
from storefront.flows import identifying
from storefront.lib import clock
from storefront.notifications import sending
from storefront.notifications.models import Letter
from tests.factories.papers import ANNA
from tests.flows import story

pytestmark = pytest.mark.django_db
DEAR = "2999.00"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with story.noon():
        yield


def paid(**how: Any) -> Order:
    return story.paid(story.goods(DEAR), person=None, **how)


def kinds(order: Order) -> list[str]:
    return list(order.events.order_by("pk").values_list("kind", flat=True))


def papers(order: Order) -> RecipientIdentity:
    return RecipientIdentity.objects.get(order=order)


def watch(order: Order) -> None:
    identifying.watch(story.claim(papers(order)), now=clock.now())


def test_a_cheap_order_is_asked_for_nothing() -> None:
    order = story.paid(story.goods())

    assert not RecipientIdentity.objects.exists()
    assert not order.shipments.get().wants_papers
    with pytest.raises(identities.NotAsked):
        identifying.give(order, ANNA, actor="guest", now=clock.now())


def test_a_paid_order_waits_for_papers_and_goes_on_with_them() -> None:
    order = paid()

    row, hold = papers(order), Hold.objects.get(order=order)
    assert (hold.owner, hold.reason) == ("buyer", identities.REASON)
    assert order.shipments.get().wants_papers
    assert row.deadline_at is not None
    assert (row.deadline_at - clock.now()).days == 7
    assert "IDENTITY_ASKED" in kinds(order)

    identifying.give(order, ANNA, actor="guest", now=story.later(days=1))

    hold.refresh_from_db()
    parcel = order.shipments.get()
    assert hold.lifted_at == clock.now()
    assert (parcel.wants_papers, parcel.due_at) == (False, clock.now())
    assert kinds(order)[-2:] == ["HOLD_LIFTED", "IDENTITY_GIVEN"]


def test_papers_given_with_the_order_hold_nothing_up() -> None:
    offer = story.goods(DEAR)
    order = story.agree(story.quote(story.order_rows.cart(offer)), person=ANNA)
    story.pay(order.charges.get())

    assert papers(order).is_kept
    assert not Hold.objects.exists()
    assert not order.shipments.get().wants_papers


def test_mended_papers_take_the_place_of_the_first() -> None:
    order = paid()
    identifying.give(order, ANNA, actor="guest", now=clock.now())
    first = bytes(papers(order).sealed or b"")

    identifying.give(order, ANNA, actor="user:7", now=story.later(hours=1))

    row = papers(order)
    assert bytes(row.sealed or b"") != first
    assert row.consents.count() == 4
    assert kinds(order).count("IDENTITY_GIVEN") == 1


def test_the_buyer_is_reminded_once_then_the_order_is_cancelled_and_paid_back() -> None:
    order = paid()
    offer = order.lines.get().offer

    story.later(days=3)
    watch(order)
    assert kinds(order)[-1] == "IDENTITY_REMINDED"
    assert papers(order).due_at == papers(order).deadline_at
    watch(order)
    assert kinds(order).count("IDENTITY_REMINDED") == 1
    story.later(days=4)
    watch(order)

    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == ("CANCELLED", "NO_PAPERS")
    assert Refund.objects.get().price == order.total
    assert order.shipments.get().state == State.CANCELLED
    assert offer.stocks.get().on_hand == 5
    assert offer.stocks.get().allocated == 0
    assert not Hold.objects.filter(lifted_at=None).exists()
    assert papers(order).due_at is None
    with pytest.raises(identities.NotAsked):
        identifying.give(order, ANNA, actor="guest", now=clock.now())


def test_papers_of_the_last_moment_are_not_lost_to_the_deadline() -> None:
    order = paid()
    story.later(days=8)
    late = story.claim(papers(order))

    identifying.give(order, ANNA, actor="guest", now=clock.now())
    identifying.watch(late, now=clock.now())

    order.refresh_from_db()
    assert order.state == "PAID"
    assert papers(order).is_kept


def test_a_parcel_packed_by_hand_is_left_to_a_person() -> None:
    order = paid()
    Shipment.objects.filter(order=order, state=State.PLANNED).update(state=State.STOCKED)
    Shipment.objects.filter(order=order).update(state=State.PICKED)
    Shipment.objects.filter(order=order).update(state=State.PACKED)
    story.later(days=8)

    watch(order)

    order.refresh_from_db()
    assert order.state == "PAID"
    assert Hold.objects.get(lifted_at=None).owner == "operator"


def test_the_letters_say_where_to_give_papers_and_hold_none(mailoutbox: Any) -> None:
    order = paid()
    identifying.give(order, ANNA, actor="guest", now=story.later(hours=1))
    sending.announce(wall=clock.wall())

    for letter in Letter.objects.filter(template__in=["papers", "paid"]):
        sending.send(story.claim(letter), wall=clock.wall())

    told = "\n".join(str(mail.message()) + mail.body for mail in mailoutbox)
    assert len(mailoutbox) == 2
    assert order.shown_number in told
    for secret in (ANNA.inn, ANNA.number, ANNA.issuer):
        assert secret not in told
