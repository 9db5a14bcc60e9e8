"""A double click, the back button, two tabs and a repeated notice make one order, one charge."""

import json
from functools import partial

from orders.models import Order
from payments.models import ChargeFact, Journal, Notice
from tests.races.crowd import together
from tests.shop import Shop, check, eventually

CLICKS = 20
NOTICES = 20


def orders_of(offer_id: int) -> list[Order]:
    return list(Order.objects.filter(lines__offer=offer_id).distinct())


def one_payment(shop: Shop, number: str) -> str:
    """Sees to it that the acquirer has one payment for an order; gives its id."""
    eventually(lambda: shop.payments_of(number), why="the payment is created")
    (payment,) = shop.payments_of(number)
    return str(payment["id"])


def test_twenty_clicks_on_one_form_make_one_order(shop: Shop) -> None:
    offer = shop.goods(50)
    anna = shop.buyer()
    anna.put_in_cart(offer)
    form = anna.checkout()

    numbers = together([partial(anna.agree, form)] * CLICKS)

    assert len(set(numbers)) == 1
    (order,) = orders_of(offer.pk)
    assert order.number == numbers[0]
    assert order.charges.count() == 1
    one_payment(shop, order.number)
    check(shop)


def test_back_button_after_paying_leads_to_the_same_order(shop: Shop) -> None:
    offer = shop.goods(50)
    anna = shop.buyer()
    anna.put_in_cart(offer)
    form = anna.checkout()
    number = anna.agree(form)
    shop.pay(number)
    anna.get(f"/pay/return/{number}/")

    again = anna.agree(form)

    assert again == number
    assert len(orders_of(offer.pk)) == 1
    one_payment(shop, number)


def test_two_tabs_sent_together_make_one_order(shop: Shop) -> None:
    offer = shop.goods(50)
    anna = shop.buyer()
    anna.put_in_cart(offer)
    tabs = [anna.checkout() for _tab in range(2)]
    assert tabs[0]["form_key"] != tabs[1]["form_key"]
    assert tabs[0]["quote"] != tabs[1]["quote"]

    numbers = together([partial(anna.agree, tab) for tab in tabs * 4])

    assert len(set(numbers)) == 1
    assert [order.number for order in orders_of(offer.pk)] == [numbers[0]]
    one_payment(shop, numbers[0])


def test_form_key_of_another_buyer_opens_nothing(shop: Shop) -> None:
    """Gleb must see nothing: a key he has read over somebody's shoulder is only unknown."""
    offer = shop.goods(50)
    anna, gleb = shop.buyer(), shop.buyer()
    anna.put_in_cart(offer)
    hers = anna.checkout()
    number = anna.agree(hers)
    gleb.put_in_cart(offer)

    answer = gleb.agree(gleb.checkout() | {"form_key": hers["form_key"]})

    assert answer != number
    assert gleb.web.get(f"{shop.url}/orders/{number}/", timeout=10).status_code == 404


def test_quote_of_another_buyer_opens_nothing(shop: Shop) -> None:
    offer = shop.goods(50)
    anna, gleb = shop.buyer(), shop.buyer()
    anna.put_in_cart(offer)
    hers = anna.checkout()
    number = anna.agree(hers)
    gleb.put_in_cart(offer)
    stolen = {"quote": hers["quote"], "digest": hers["digest"]}

    answer = gleb.agree(gleb.checkout() | stolen)

    assert answer != number
    assert gleb.web.get(f"{shop.url}/orders/{number}/", timeout=10).status_code == 404


def test_quote_that_is_none_is_refused_in_words(shop: Shop) -> None:
    offer = shop.goods(50)
    gleb = shop.buyer()
    gleb.put_in_cart(offer)
    form = gleb.checkout()

    for nonsense in ("", "1", "00000000-0000-0000-0000-000000000000", "x" * 300):
        assert gleb.agree(form | {"quote": nonsense}) == ""
    assert gleb.agree(form | {"digest": "\0"}) == ""
    assert orders_of(offer.pk) == []


def test_twenty_notices_and_return_pages_at_once_record_one_capture(shop: Shop) -> None:
    offer = shop.goods(50)
    anna = shop.buyer()
    number = anna.buy(offer)
    payment = one_payment(shop, number)
    shop.script(notify={"drop": 1})
    shop.pay_there(payment)
    told = {"type": "notification", "event": "payment.succeeded"}
    bodies = [
        json.dumps({**told, "object": {"id": payment, "status": "succeeded", "try": n}})
        for n in range(NOTICES)
    ]

    def notify(body: str) -> int:
        return shop.http.post(f"{shop.url}/webhooks/yookassa/", data=body, timeout=60).status_code

    def come_back() -> int:
        return anna.get(f"/pay/return/{number}/").status_code

    answers = together([partial(notify, body) for body in bodies] + [come_back] * 4)

    assert set(answers) == {200}
    eventually(
        lambda: Notice.objects.filter(object_id=payment, due_at=None).count() == NOTICES,
        why="every notice was followed",
    )
    shop.script()
    charge = Order.objects.get(number=number).charges.get()
    assert charge.facts.filter(kind=ChargeFact.Kind.CAPTURED).count() == 1
    journals = Journal.objects.filter(entries__order_number=number, kind="captured").distinct()
    assert journals.count() == 1
    assert charge.refunds.count() == 0
    assert Order.objects.get(number=number).state == "PAID"
    check(shop)


def test_same_notice_again_is_kept_once(shop: Shop) -> None:
    body = json.dumps({"event": "payment.succeeded", "object": {"id": "none", "status": "x"}})

    answers = [
        shop.http.post(f"{shop.url}/webhooks/yookassa/", data=body, timeout=10).status_code
        for _time in range(3)
    ]

    assert answers == [200, 200, 200]
    assert Notice.objects.filter(object_id="none").count() == 1
