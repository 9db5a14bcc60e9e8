"""A parcel is ordered once at its carrier, whatever becomes of the answer or of the worker."""

from datetime import timedelta

import psycopg2
import pytest

from logistics import following, tasks
from logistics.models import LastMile, Shipment
from logistics.states import State
from storefront.lib import clock, kept, locks
from tests.factories import catalog, logistics, orders, payments
from tests.logistics import story
from tests.logistics.story import NOW, Outside

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["ruspost", "cdek"])
def parcel(request: pytest.FixtureRequest, outside: Outside) -> Shipment:
    """A parcel at its terminal, due to be handed to a carrier that forgets nothing."""
    LastMile.objects.update(carrier=request.param)
    kept.forget()
    goods = catalog.offer()
    part = {"origin": "harbin", "lane": "air-svx", "mode": "air", **story.LATE}
    delivery = orders.part(orders.line(goods, 1), **part)
    order = orders.order(goods, body=orders.body(delivery, city="ekaterinburg"))
    payments.paid(order)
    made = logistics.shipment(order, state=State.IMPORT_CLEARED, state_at=NOW, planned_at=NOW)
    Shipment.objects.filter(pk=made.pk).update(departure=logistics.arrived(made), due_at=NOW)
    return made


def again(parcel: Shipment, *, after: timedelta) -> Shipment:
    clock.set_virtual(clock.now() + after)
    Shipment.objects.filter(pk=parcel.pk).update(due_at=clock.now(), lease_until=None)
    tasks.drive_shipment(id=parcel.pk)
    return Shipment.objects.get(pk=parcel.pk)


def test_an_order_without_an_answer_is_not_made_again_before_it_may_appear(
    parcel: Shipment, outside: Outside
) -> None:
    carrier = LastMile.objects.values_list("carrier", flat=True)[0]
    told = following.parcel_of(parcel, NOW)
    assert told is not None
    Shipment.objects.filter(pk=parcel.pk).update(pushed_at=clock.wall())

    early = again(parcel, after=following.SETTLING / 2)

    assert (early.failures, early.track) == (1, "")
    assert outside.books("parcels")["count"] == 0
    later = again(parcel, after=following.SETTLING)
    assert outside.books("parcels")["count"] == 1
    assert again(later, after=following.MAKING).carrier == carrier
    assert outside.books("parcels")["count"] == 1


def test_an_order_that_was_refused_may_be_made_again_at_once(
    parcel: Shipment, outside: Outside
) -> None:
    order = parcel.order
    right, order.postcode, order.street = (order.postcode, order.street), "000000", " "
    order.save(update_fields=["postcode", "street"])
    refused = again(parcel, after=timedelta(0))
    assert (refused.failures, refused.pushed_at) == (0, None)
    (incident,) = refused.incidents.all()
    assert (incident.kind, incident.owner) == ("UNDELIVERABLE", "operator")
    assert incident.cause

    order.postcode, order.street = right
    order.save(update_fields=["postcode", "street"])
    again(parcel, after=following.LATER)

    assert outside.books("parcels")["count"] == 1


def test_a_parcel_another_worker_is_handing_over_is_left_alone(
    parcel: Shipment, outside: Outside, elsewhere: psycopg2.extensions.cursor
) -> None:
    key = f"hand_over:{parcel.pk}"
    elsewhere.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])

    left = again(parcel, after=timedelta(0))

    assert "another worker" in left.last_error
    assert outside.books("parcels")["count"] == 0
    elsewhere.connection.close()
    again(parcel, after=timedelta(seconds=2))
    assert outside.books("parcels")["count"] == 1


def test_a_lock_of_a_deed_is_given_back(elsewhere: psycopg2.extensions.cursor) -> None:
    taken = "SELECT pg_try_advisory_lock(hashtextextended('deed:7', 0))"
    with locks.alone("deed", 7) as is_mine:
        assert is_mine
        elsewhere.execute(taken)
        assert elsewhere.fetchone() == (False,)

    elsewhere.execute(taken)
    assert elsewhere.fetchone() == (True,)
