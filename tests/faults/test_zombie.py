"""A worker stands still past its lease, another takes over, then the first one comes back."""

import signal

from payments.models import Charge, ChargeFact, Journal
from tests.shop import LEASE_SECONDS, Shop, check, eventually

SLOW_MS = 3000


def test_worker_that_comes_back_after_its_lease_is_refused(shop: Shop) -> None:
    offer = shop.goods(5)
    number = shop.buyer().buy(offer)
    charge = Charge.objects.get(order__number=number)
    eventually(lambda: Charge.objects.exclude(provider_id="").filter(pk=charge.pk).exists())
    charge.refresh_from_db()
    shop.script(notify={"drop": 1}, replies={"delay_ms": SLOW_MS})
    assert shop.pay_there(charge.provider_id)["outcome"] == "paid"
    eventually(lambda: held(charge), why="a worker asks about the payment")
    shop.signal("outside", signal.SIGSTOP)
    try:
        zombie = Charge.objects.values_list("attempt", flat=True).get(pk=charge.pk)
        shop.script(notify={"drop": 1})
        spare = shop.start("outside", name="spare")
        eventually(
            lambda: Charge.objects.get(pk=charge.pk).state == "CAPTURED",
            seconds=60 + LEASE_SECONDS,
            why="the spare worker takes the row over",
        )
        assert Charge.objects.get(pk=charge.pk).attempt > zombie
    finally:
        shop.signal("outside", signal.SIGCONT)

    eventually(
        lambda: f"meanwhile: Charge {charge.pk} attempt {zombie}" in shop.log("worker-outside")
    )
    shop.stop(spare.name)
    shop.script()
    assert ChargeFact.objects.filter(charge=charge).count() == 1
    assert Journal.objects.filter(entries__order_number=number).distinct().count() == 1
    assert charge.order.shipments.count() == 1
    check(shop)


def held(charge: Charge) -> bool:
    return Charge.objects.exclude(lease_until=None).filter(pk=charge.pk).exists()
