"""Anna changes her mind before her parcel is packed, and has her money back."""

from decimal import Decimal

from orders.models import Order
from payments import ledger
from payments.models import Refund
from tests.buyer import form
from tests.shop import Shop, check, eventually


def test_cancelled_order_gives_money_and_goods_back(shop: Shop) -> None:
    offer = shop.goods(3)
    anna = shop.buyer()
    number = anna.buy(offer, quantity=2)
    payment = eventually(lambda: anna.to_acquirer(number))
    shop.pay_there(payment, card="2200000000000012")
    anna.get(f"/pay/return/{number}/")
    order = Order.objects.get(number=number)
    eventually(lambda: order.shipments.filter(state="STOCKED").exists(), why="it is planned")
    assert offer.stocks.get().available == 1

    assert anna.cancel(number).status_code == 302

    refunds = Refund.objects.filter(charge__order=order)
    eventually(lambda: refunds.filter(state="DONE").exists(), why="the refund is done")
    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == ("CANCELLED", "BUYER")
    assert (refunds.get().price, refunds.get().reason) == (order.total, "CANCELLED")
    assert order.shipments.get().state == "CANCELLED"
    assert offer.stocks.get().available == 3
    (paid_there,) = shop.payments_of(number)
    assert Decimal(paid_there["refunded_amount"]["value"]) == order.total.amount
    assert ledger.order_balance("buyer_funds", "RUB", number) == 0
    assert ledger.order_balance("acquirer_clearing", "RUB", number) == 0
    page = anna.get(f"/orders/{number}/").text
    assert order.shown_number in page
    assert "/cancel/" not in page
    check(shop)


def test_declined_card_keeps_the_order_and_another_card_pays_it(shop: Shop) -> None:
    offer = shop.goods(3)
    anna = shop.buyer()
    number = anna.buy(offer)
    payment = eventually(lambda: anna.to_acquirer(number))
    declined = shop.pay_there(payment, card="2200000000000020")
    assert (declined["outcome"], declined["reason"]) == ("declined", "insufficient_funds")
    assert Order.objects.get(number=number).state == "PLACED"
    failed = shop.pay_there(payment, card="2200000000000038")
    assert failed["reason"] == "3d_secure_failed"

    assert shop.pay_there(payment, card="2202208311110010")["outcome"] == "paid"

    anna.get(f"/pay/return/{number}/")
    assert Order.objects.get(number=number).state == "PAID"
    assert len(shop.payments_of(number)) == 1
    check(shop)


def test_line_of_the_cart_is_changed_and_removed_by_its_own_buttons(shop: Shop) -> None:
    offer = shop.goods(5)
    anna = shop.buyer()
    anna.put_in_cart(offer)
    line = form(anna.get("/cart/"), "/cart/update/")
    assert (line["offer"], line["quantity"]) == (str(offer.pk), "1")

    assert anna.send("/cart/update/", line | {"quantity": "3"}).status_code == 302

    changed = form(anna.get("/cart/"), "/cart/update/")
    assert changed["quantity"] == "3"
    assert anna.send("/cart/update/", changed | {"quantity": "0"}).status_code == 302
    assert "/cart/update/" not in anna.get("/cart/").text
