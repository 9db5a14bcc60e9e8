"""The pages from cart to order, and whose they are."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from orders import tokens
from orders.models import Order, Quote
from payments.models import Charge
from storefront.lib import clock
from tests.factories import catalog, logistics, orders, payments

pytestmark = pytest.mark.django_db
NOW = orders.NOW
FORM = {
    "recipient": "Анна Тестова",
    "phone": "+7 912 000-00-01",
    "email": "anna@example.com",
    "postcode": "620014",
    "street": "ул. Тестовая, 1",
    "method": "bank_card",
}


@pytest.fixture(autouse=True)
def _monday_noon():
    payments.rate("11.87", on=date(2026, 11, 21))
    payments.rate("99.33", on=date(2026, 11, 21), currency="EUR")
    with clock.simulated(NOW):
        yield


@pytest.fixture
def offer():
    made = catalog.offer()
    logistics.stock(made, 5)
    return made


def put(client, offer, quantity=1):
    return client.post("/cart/add/", {"offer": offer.pk, "quantity": quantity})


def agreed(client, **changes):
    page = client.get("/checkout/")
    hidden = {
        "quote": page.context["quote"].pk,
        "digest": page.context["quote"].digest,
        "form_key": page.context["form_key"],
    }
    return client.post("/checkout/", {**FORM, **hidden, **changes})


def test_a_point_of_issue_is_chosen_shown_and_ordered(client, offer):
    point = logistics.point()
    put(client, offer)

    page = client.get("/checkout/", {"point": point.code, "near": "620000"})
    without = agreed(client, point=point.code, postcode="", street="")
    quote = page.context["quote"]
    hidden = {"quote": quote.pk, "digest": quote.digest, "form_key": "another"}
    form = {**FORM, **hidden, "point": point.code, "postcode": "", "street": ""}
    answer = client.post("/checkout/", form)

    assert f'value="{point.code}" selected' in page.content.decode()
    assert without.status_code == 200  # the sum was shown for the door
    order = Order.objects.get()
    assert answer.status_code == 302
    assert (order.point, order.postcode) == (point.code, point.postcode)
    assert point.address in order.street
    shown = client.get(f"/orders/{order.number}/").content.decode()
    assert point.address in shown
    assert point.hours in shown


def test_a_way_that_was_not_shown_is_not_ordered(client, offer):
    put(client, offer)

    answer = agreed(client, way_harbin="rail-mzl")

    assert answer.status_code == 200
    assert not Order.objects.exists()
    assert answer.context["basket"].groups[0].way.lane == "rail-mzl"


def test_a_guest_orders_and_is_led_to_pay(client, offer):
    put(client, offer)

    answer = agreed(client)

    order = Order.objects.get()
    assert answer["Location"] == f"/orders/{order.number}/pay/"
    assert order.total.amount == order.goods.amount + order.freight.amount
    assert client.get("/cart/").context["sellers"] == []


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(client, offer):
    put(client, offer)

    answer = agreed(client, phone="12345", postcode="101000")

    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="12345"' in body
    assert body.count('aria-invalid="true"') == 2
    assert not Order.objects.exists()


@pytest.mark.parametrize("quote", ["", "abc", "6f0c0000-0000-4000-8000-000000000000"])
def test_a_quote_that_is_none_is_told_and_not_charged(client, offer, quote):
    put(client, offer)

    answer = agreed(client, quote=quote)

    assert answer.status_code == 200
    assert len(list(answer.context["messages"])) == 1
    assert not Charge.objects.exists()


def test_a_changed_price_is_shown_before_it_is_charged(client, offer):
    put(client, offer)
    page = client.get("/checkout/")
    offer.price = "1399.00"
    type(offer).objects.filter(pk=offer.pk).update(price="1399.00")

    answer = client.post(
        "/checkout/",
        {
            **FORM,
            "quote": page.context["quote"].pk,
            "digest": page.context["quote"].digest,
            "form_key": page.context["form_key"],
        },
    )

    assert answer.status_code == 200
    assert answer.context["quote"].total > page.context["quote"].total
    assert not Order.objects.exists()


def test_the_same_form_twice_is_one_order(client, offer):
    put(client, offer)
    first = agreed(client, form_key="same")
    second = client.post("/checkout/", {**FORM, "quote": str(Quote.objects.latest("made_at").pk)})

    assert first.status_code == second.status_code == 302
    assert Order.objects.count() == Charge.objects.count() == 1


def test_what_is_not_there_cannot_be_ordered(client, offer):
    put(client, offer, quantity=6)

    answer = client.get("/checkout/", follow=True)

    assert answer.redirect_chain[-1][0] == "/cart/"
    assert not Quote.objects.exists()


def test_strangers_see_no_order(client, offer):
    order = orders.order(offer)
    get_user_model().objects.create_user("gleb@example.com", "secret")
    client.login(username="gleb@example.com", password="secret")

    for path in ("", "pay/"):
        assert client.get(f"/orders/{order.number}/{path}").status_code == 404
    assert client.post(f"/orders/{order.number}/cancel/").status_code == 404
    assert client.get(f"/pay/return/{order.number}/").status_code == 404
    assert client.get("/o/not-a-token/").status_code == 404


def test_the_link_of_the_mail_opens_the_order(client, offer):
    order = orders.order(offer)

    answer = client.get(f"/o/{tokens.guest(order.form_key)}/")

    assert answer["Location"] == f"/orders/{order.number}/"
    assert client.get(answer["Location"]).status_code == 200


def test_a_buyer_sees_his_own_orders_after_signing_in(client, offer):
    anna = get_user_model().objects.create_user("anna@example.com", "secret")
    order = orders.order(offer, user_id=anna.pk)
    client.force_login(anna)

    assert [one.pk for one in client.get("/orders/").context["orders"]] == [order.pk]
    assert client.get("/account/").status_code == 200


def test_private_pages_are_not_stored(client, offer):
    put(client, offer)

    assert client.get("/checkout/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("count", [1, 5])
def test_the_order_page_asks_a_fixed_number_of_times(client, count, django_assert_num_queries):
    offers = [catalog.offer() for _n in range(count)]
    for one in offers:
        logistics.stock(one, 5)
    order = orders.order(*offers)
    client.get(f"/o/{tokens.guest(order.form_key)}/")
    client.get(f"/orders/{order.number}/")

    with django_assert_num_queries(8):
        client.get(f"/orders/{order.number}/")
