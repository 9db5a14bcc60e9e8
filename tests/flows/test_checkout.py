"""The buyer asks the price, and agrees: once, to exactly what he was shown."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from catalog import pricing
from catalog.models import Offer
from logistics import composition, warehouse
from logistics.models import Reservation, Stock, StockMove
from orders.models import CartLine, Order, OrderEvent, Quote
from orders.quotes import QuoteExpired, QuoteMoved
from payments import fx
from payments.models import Charge
from storefront.flows import checkout
from storefront.lib import clock
from tests.factories import orders, payments
from tests.flows import story
from tests.flows.story import NOW, RATE_ON, agree, counts, goods, quote

pytestmark = pytest.mark.django_db
WRITTEN = (Order, OrderEvent, Charge, Reservation, StockMove, CartLine)


@pytest.fixture(autouse=True)
def noon(db: None) -> Iterator[None]:
    with story.noon():
        yield


def test_quote_freezes_price_freight_duty_and_rate() -> None:
    offer = goods("999.00")

    offered = quote(orders.cart(offer, quantity=2))

    price = pricing.rubles(Decimal(999), rate=Decimal("11.87"), margins=pricing.margins(RATE_ON))
    (part,) = offered.body["deliveries"]
    assert (offered.body["rate"], offered.body["rate_on"]) == ("11.87", "2026-11-21")
    assert Decimal(part["lines"][0]["price_rub"]) == price
    assert part["origin"] == "harbin"
    freight, duty = Decimal(part["freight_rub"]), Decimal(part["duty_rub"])
    assert offered.total.amount == price * 2 + freight + duty
    assert offered.valid_until == NOW + timedelta(minutes=15)


def test_agreed_quote_becomes_an_order_with_reserved_goods_and_a_charge_to_send() -> None:
    offer = goods(quantity=5)
    cart = orders.cart(offer, quantity=2)
    offered = quote(cart)

    order = agree(offered)

    assert (order.state, order.total, order.rate) == ("PLACED", offered.total, Decimal("11.87"))
    assert order.expires_at == order.due_at == NOW + timedelta(minutes=65)
    charge = order.charges.get()
    assert (charge.state, charge.price, charge.due_at) == ("READY", order.total, NOW)
    assert charge.provider_id == ""
    assert Stock.objects.values_list("on_hand", "reserved").get(offer=offer) == (5, 2)
    assert Reservation.objects.get(line__order=order).state == "RESERVED"
    assert [event.kind for event in order.events.all()] == ["PLACED"]
    assert not cart.lines.exists()


def test_second_click_gives_the_same_order() -> None:
    offered = quote(orders.cart(goods()))

    first, second = agree(offered), agree(offered)

    assert first == second
    assert counts(Order, Charge, Reservation) == [1, 1, 1]


def test_second_click_after_the_quote_ran_out_still_gives_the_order() -> None:
    offered = quote(orders.cart(goods()))
    first = agree(offered)
    story.later(minutes=30)

    assert agree(offered) == first


def test_same_form_with_a_newer_quote_gives_the_same_order() -> None:
    cart = orders.cart(goods())
    old, new = quote(cart), quote(cart)
    first = agree(old, form_key="one-form")

    assert agree(new, form_key="one-form") == first


def test_second_tab_is_led_to_the_order() -> None:
    cart = orders.cart(goods())
    tab, other_tab = quote(cart), quote(cart)
    order = agree(tab)

    with pytest.raises(checkout.OrderedAlready) as refused:
        agree(other_tab)

    assert refused.value.order == order
    assert counts(Order, Charge) == [1, 1]


def test_changed_price_is_shown_old_and_new_and_nothing_is_written() -> None:
    offer = goods("999.00")
    offered = quote(orders.cart(offer))
    before = counts(*WRITTEN)
    Offer.objects.filter(pk=offer.pk).update(price=Decimal("1099.00"))

    with pytest.raises(QuoteMoved) as refused:
        agree(offered)

    assert refused.value.facts["old"] == offered.total
    assert refused.value.facts["new"] == quote(offered.cart).total
    assert refused.value.facts["new"].amount > offered.total.amount
    assert counts(*WRITTEN) == before


def test_cart_changed_in_another_tab_is_asked_again() -> None:
    cart = orders.cart(goods())
    offered = quote(cart)
    cart.lines.update(quantity=2)

    with pytest.raises(QuoteMoved):
        agree(offered)

    assert counts(Order) == [0]


def test_rate_that_moved_since_changes_nothing_for_an_open_quote() -> None:
    offered = quote(orders.cart(goods()))
    payments.rate("13.00", on=NOW.date())
    assert quote(offered.cart).total.amount > offered.total.amount

    order = agree(offered)

    assert (order.total, order.rate) == (offered.total, Decimal("11.87"))


def test_old_quote_is_refused_and_nothing_is_written() -> None:
    offered = quote(orders.cart(goods()))
    before = counts(*WRITTEN)
    story.later(minutes=15)

    with pytest.raises(QuoteExpired):
        agree(offered)

    assert counts(*WRITTEN) == before


def test_tampered_digest_is_refused_and_nothing_is_written() -> None:
    offered = quote(orders.cart(goods()))
    before = counts(*WRITTEN)

    with pytest.raises(QuoteMoved):
        agree(offered, digest="0" * 64)

    assert counts(*WRITTEN) == before


def test_goods_that_went_to_others_meanwhile_leave_nothing_behind() -> None:
    scarce, plenty = goods(quantity=1), goods(quantity=5)
    mine, other = orders.cart(plenty, scarce), orders.cart(scarce)
    my_quote = quote(mine)
    agree(quote(other))
    before = counts(*WRITTEN)

    with pytest.raises(warehouse.OutOfStock, match=scarce.variant.product.title_ru):
        agree(my_quote)

    assert counts(*WRITTEN) == before
    assert Stock.objects.get(offer=plenty).reserved == 0
    assert mine.lines.count() == 2


def test_two_lines_of_an_order_are_reserved_together_or_not_at_all() -> None:
    """The quote looked at both lines while there was enough; the reservation looks again."""
    first, second = goods(quantity=3), goods(quantity=3)
    offered = quote(orders.cart(first, second, quantity=3))
    Stock.objects.filter(offer=second).update(reserved=1)

    with pytest.raises(warehouse.OutOfStock):
        agree(offered)

    assert Stock.objects.get(offer=first).reserved == 0
    assert counts(Order, Reservation) == [0, 0]


def test_empty_cart_has_no_price() -> None:
    with pytest.raises(composition.EmptyCart):
        quote(orders.cart())


def test_more_than_there_is_has_no_price() -> None:
    with pytest.raises(warehouse.OutOfStock):
        quote(orders.cart(goods(quantity=1), quantity=2))

    assert counts(Quote) == [0]


def test_old_rate_stops_new_quotes() -> None:
    cart = orders.cart(goods())
    story.later(days=7)

    with pytest.raises(fx.RateExpired):
        quote(cart)

    assert counts(Quote) == [0]


def test_goods_from_both_origins_are_two_deliveries_of_one_order() -> None:
    here, there = goods(), goods(at="shenzhen")

    order = agree(quote(orders.cart(here, there)))

    deliveries = order.deliveries.order_by("position")
    assert [one.origin for one in deliveries] == ["harbin", "shenzhen"]
    assert order.freight == sum((one.freight for one in deliveries), start=order.freight * 0)
    assert order.total == order.goods + order.freight + order.duty


def test_chosen_way_is_the_one_that_is_ordered() -> None:
    cart = orders.cart(goods())
    now = clock.now()
    _quote, basket = checkout.quote(cart, city=orders.city(), chosen={}, now=now, wall=now)
    cheapest = min(basket.groups[0].ways, key=lambda way: way.freight)

    order = agree(quote(cart, harbin=cheapest.lane))

    assert order.deliveries.get().lane == cheapest.lane
    assert order.freight.amount == cheapest.freight


def test_signed_in_buyer_finds_his_last_address_again() -> None:
    anna = get_user_model().objects.create(email="anna@example.com")
    city = orders.city()
    contact = story.lifecycle.Contact(**{**vars(story.ANNA), "user_id": anna.pk})

    agree(quote(orders.cart(goods())), contact=contact)

    known = checkout.known_address(anna.pk, city=city)
    assert known["street"] == story.ANNA.street
    assert known["email"] == "anna@example.com"
    assert checkout.known_address(None, city=city) == {}
