"""The acquirer is silent, repeats himself, or pays after closing time: no kopeck goes wrong."""

import time
from decimal import Decimal
from functools import partial

import pytest

from orders.models import Order
from payments import ledger
from payments.models import Charge, ChargeFact, Notice, Refund
from tests import soak
from tests.races.crowd import in_turn
from tests.shop import Shop, check, eventually

BUYERS = 3
SOAK_BUYERS, SOAK_DROPS, SOAK_PATIENCE = 40, 0.3, 600
REPEATS = 3


@pytest.fixture(autouse=True)
def _no_script(shop: Shop):
    yield
    shop.script()


def state_of(number: str) -> str:
    return Order.objects.values_list("state", flat=True).get(number=number)


def funds(number: str) -> Decimal:
    """Rubles the ledger holds for the buyer of an order."""
    return Decimal(-ledger.order_balance("buyer_funds", "RUB", number)) / 100


def test_lost_replies_make_no_second_payment(shop: Shop) -> None:
    """The payment is created, its reply is cut off: what was done is unknown, and asked again."""
    offer = shop.goods(50)
    shop.script(replies={"drop_share": 1})
    numbers = [shop.buyer().buy(offer) for _ in range(BUYERS)]
    eventually(lambda: len(shop.payments_of(*numbers)) == BUYERS, why="payments are created")
    assert not Charge.objects.filter(order__number__in=numbers).exclude(provider_id="").exists()

    shop.script()

    for number in numbers:
        assert shop.pay(number)["outcome"] == "paid"
    eventually(lambda: {state_of(number) for number in numbers} == {"PAID"})
    payments = shop.payments_of(*numbers)
    assert [one["status"] for one in payments] == ["succeeded"] * BUYERS
    assert shop.books("payments")["idempotence_replays"] >= BUYERS
    check(shop)


@pytest.mark.soak
def test_third_of_all_replies_lost_makes_no_second_payment(shop: Shop) -> None:
    begun = time.monotonic()
    offer = shop.goods(SOAK_BUYERS)
    shop.script(replies={"drop_share": SOAK_DROPS})
    deeds = [partial(buy, shop, offer) for _ in range(SOAK_BUYERS)]
    numbers = in_turn(deeds, hands=8)
    unknown = Charge.objects.filter(order__number__in=numbers, provider_id="")
    eventually(lambda: not unknown.exists(), seconds=SOAK_PATIENCE, why="payments are known")
    for number in numbers:
        shop.pay(number)

    eventually(lambda: {state_of(n) for n in numbers} == {"PAID"}, seconds=SOAK_PATIENCE)

    payments = shop.payments_of(*numbers)
    assert [one["status"] for one in payments] == ["succeeded"] * SOAK_BUYERS
    assert ChargeFact.objects.filter(charge__order__number__in=numbers).count() == SOAK_BUYERS
    check(shop)
    figures = {"orders": SOAK_BUYERS, "share_of_replies_lost": SOAK_DROPS}
    figures |= {"payments_at_acquirer": len(payments)}
    figures |= {"asked_again_by_key": shop.books("payments")["idempotence_replays"]}
    soak.keep("lost_replies", {**figures, "seconds": round(time.monotonic() - begun, 1)})


def buy(shop: Shop, offer) -> str:
    return shop.buyer().buy(offer)


def test_notice_alone_sends_the_goods_and_the_return_page_tells_the_truth(shop: Shop) -> None:
    offer = shop.goods(5)
    anna = shop.buyer()
    number = anna.buy(offer)
    payment = shop.pay(number)["payment"]["id"]

    eventually(lambda: state_of(number) == "PAID", why="the notice comes before the buyer")
    eventually(lambda: Notice.objects.filter(object_id=payment, outcome="captured").exists())
    order = Order.objects.get(number=number)
    assert order.shipments.count() == 1

    page = anna.get(f"/pay/return/{number}/")

    assert order.shown_number in page.text
    assert "hx-get" not in page.text.split('id="paid"')[1].split(">")[0]
    assert order.charges.get().facts.count() == 1


def test_notices_repeated_and_out_of_order_change_nothing(shop: Shop) -> None:
    offer = shop.goods(5)
    shop.script(notify={"repeat": REPEATS, "shuffle": True})
    anna = shop.buyer()
    number = anna.buy(offer)
    payment = shop.pay(number)["payment"]["id"]
    eventually(lambda: state_of(number) == "PAID")

    assert anna.cancel(number).status_code == 302

    eventually(lambda: Refund.objects.filter(charge__order__number=number, state="DONE").exists())
    eventually(lambda: heard(shop, payment) >= 2 * (REPEATS + 1), why="all notices are sent")
    eventually(lambda: not Notice.objects.exclude(due_at=None).exists(), why="all are followed")
    charge = Charge.objects.get(order__number=number)
    assert sorted(charge.facts.values_list("kind", flat=True)) == ["CAPTURED", "REFUNDED"]
    assert (state_of(number), funds(number)) == ("CANCELLED", 0)
    (paid_there,) = shop.payments_of(number)
    assert paid_there["refunded_amount"]["value"] == str(charge.price.amount)
    check(shop)


def heard(shop: Shop, payment: str) -> int:
    """How many notices of a payment and its refunds were delivered."""
    refunds = Refund.objects.filter(charge__provider_id=payment).values_list("provider_id")
    ids = {payment, *(key for (key,) in refunds)}
    notices = shop.books("notices")["notices"]
    return sum(one["delivered"] for one in notices if one["object"] in ids)


def test_money_that_comes_after_the_reservation_is_recorded_and_given_back(shop: Shop) -> None:
    offer = shop.goods(5)
    number = shop.buyer().buy(offer)
    eventually(lambda: Charge.objects.get(order__number=number).provider_id)
    (payment,) = shop.payments_of(number)
    shop.script(replies={"status": 503, "status_share": 1})
    shop.let_reservations_end(number)
    eventually(lambda: state_of(number) == "CANCELLED", why="the reservation ends")
    assert shop.pay_there(payment["id"])["outcome"] == "paid"

    shop.script()

    refunds = Refund.objects.filter(charge__order__number=number)
    eventually(lambda: refunds.filter(state="DONE").exists(), why="the money goes back")
    refund, order = refunds.get(), Order.objects.get(number=number)
    assert (refund.reason, refund.price) == ("CAME_TOO_LATE", order.total)
    assert (order.state, order.cancel_reason, order.paid_at) == ("CANCELLED", "EXPIRED", None)
    assert order.shipments.count() == 0
    (paid_there,) = shop.payments_of(number)
    assert paid_there["refunded_amount"]["value"] == str(order.total.amount)
    assert funds(number) == 0
    assert offer.stocks.get().available == 5
    check(shop)
