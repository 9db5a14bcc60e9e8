"""What operators do: asked first, done by the flow, told of after; a refusal is a message."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from catalog import access
from catalog.models import AccessToken, Offer, SellerEvent
from logistics import shipments, warehouse
from logistics.models import Shipment
from orders.models import Hold, Order
from orders.states import CancelReason
from payments import parts, refunds
from payments.models import Rate, Receipt, Refund
from storefront.accounts.models import User
from tests.admin import world
from tests.factories import catalog, logistics, orders, payments


def deed(row, name: str) -> str:
    app, model = row._meta.app_label, row._meta.model_name
    return reverse(f"admin:{app}_{model}_{name}", args=[row.pk])


def listing(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def me(role: str = "operator") -> str:
    return f"user:{User.objects.get(email=f'{role}@example.com').pk}"


@pytest.fixture
def waiting(desks: None) -> Offer:
    return Offer.objects.filter(state=Offer.State.REVIEW).latest("pk")


@pytest.fixture
def placed(desks: None) -> Order:
    offer = catalog.offer()
    logistics.stock(offer, 5)
    order = orders.order(offer)
    warehouse.reserve(order, actor="task:test", now=world.NOW)
    return order


def test_asking_changes_nothing(operator, waiting):
    response = operator.get(deed(waiting, "approve"))

    assert response.status_code == 200
    assert waiting.article in response.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == Offer.State.REVIEW


def test_an_offer_is_approved_in_the_name_of_the_operator(operator, waiting):
    response = operator.post(deed(waiting, "approve"), {"sure": "1"})

    waiting.refresh_from_db()
    assert response.url == reverse("admin:catalog_offer_change", args=[waiting.pk])
    assert waiting.state == Offer.State.LIVE
    assert waiting.events.get(kind="APPROVED").actor == me()
    assert LogEntry.objects.latest("pk").object_id == str(waiting.pk)


def test_a_refusal_of_goods_needs_a_reason(operator, waiting):
    empty = operator.post(deed(waiting, "refuse"), {"sure": "1", "text": ""})
    waiting.refresh_from_db()
    assert (empty.status_code, waiting.state) == (200, Offer.State.REVIEW)

    operator.post(deed(waiting, "refuse"), {"sure": "1", "text": "the picture is not of it"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.refusal) == (Offer.State.REFUSED, "the picture is not of it")


def test_many_offers_are_approved_after_one_question(operator, waiting):
    chosen = list(Offer.objects.filter(state=Offer.State.REVIEW).values_list("pk", flat=True)[:3])
    live = Offer.objects.filter(pk__in=chosen, state=Offer.State.LIVE)
    posted = {"action": "approve", "_selected_action": chosen}

    question = operator.post(listing(Offer), posted)
    assert (question.status_code, live.count()) == (200, 0)

    operator.post(listing(Offer), {**posted, "select_across": "0", "sure": "1"})
    assert live.count() == 3


def test_what_the_trade_refuses_becomes_a_message(operator, desks):
    offer = Offer.objects.filter(state=Offer.State.LIVE).latest("pk")

    response = operator.post(deed(offer, "approve"), {"sure": "1"})

    offer.refresh_from_db()
    assert offer.state == Offer.State.LIVE
    assert len(told(response)) == 1
    assert str(offer) in told(response)[0]
    assert not LogEntry.objects.filter(object_repr=str(offer)).exists()


def test_an_order_is_cancelled_by_the_flow(operator, placed):
    operator.post(deed(placed, "cancel"), {"sure": "1"})

    placed.refresh_from_db()
    assert placed.state == "CANCELLED"
    assert placed.cancel_reason == CancelReason.OPERATOR
    assert placed.events.get(kind="CANCELLED").actor == me()
    assert placed.lines.get().reservation.state == "RELEASED"


def test_an_order_whose_parcel_is_packed_is_not_cancelled(operator, placed):
    payments.paid(placed)
    shipment = shipments.plan(placed, now=world.NOW, actor="task:test")[0]
    for state in ("STOCKED", "PICKED", "PACKED"):
        Shipment.objects.filter(pk=shipment.pk).update(state=state)

    response = operator.post(deed(placed, "cancel"), {"sure": "1"})

    placed.refresh_from_db()
    assert placed.state == "PAID"
    assert len(told(response)) == 1
    assert not Refund.objects.filter(charge__order=placed).exists()
    page = operator.get(reverse("admin:orders_order_change", args=[placed.pk]))
    assert deed(placed, "cancel") not in page.content.decode()
    assert deed(placed, "stop") in page.content.decode()


def test_an_order_is_stopped_and_goes_on_with_an_answer(operator, placed):
    stop = {"sure": "1", "reason": "LOOKS_WRONG", "owner": "finance", "note": "two cards"}
    operator.post(deed(placed, "stop"), stop)

    hold = Hold.objects.get(order=placed)
    assert (hold.owner, hold.note, hold.placed_by, hold.lifted_at) == (
        "finance",
        "two cards",
        me(),
        None,
    )

    operator.post(deed(placed, "lift"), {"sure": "1", "text": "one family"})

    hold.refresh_from_db()
    assert (hold.lifted_by, hold.answer) == (me(), "one family")


def test_lifting_where_nothing_is_held_says_so(operator, placed):
    response = operator.post(deed(placed, "lift"), {"sure": "1", "text": "x"})

    assert len(told(response)) == 1
    assert not placed.events.filter(kind="HOLD_LIFTED").exists()


def test_finance_lifts_a_hold_but_cancels_no_order(sign_in, placed):
    finance = sign_in("finance")
    hold = Hold.objects.filter(lifted_at=None).latest("pk")

    assert finance.post(deed(placed, "cancel"), {"sure": "1"}).status_code == 403
    finance.post(deed(hold, "lift"), {"sure": "1", "text": "paid twice, given back"})

    hold.refresh_from_db()
    placed.refresh_from_db()
    assert (hold.lifted_by, placed.state) == (me("finance"), "PLACED")


def test_a_held_rate_is_confirmed_by_a_second_row(sign_in, desks):
    rate = world.held_rate()
    finance, operator = sign_in("finance"), sign_in("operator")

    assert operator.post(deed(rate, "confirm"), {"sure": "1"}).status_code == 403
    finance.post(deed(rate, "confirm"), {"sure": "1"})

    rows = Rate.objects.filter(rate_on=date(2026, 12, 1)).order_by("pk")
    assert [(row.is_held, row.rate) for row in rows] == [
        (True, Decimal("15.99")),
        (False, Decimal("15.99")),
    ]
    assert me("finance") in rows[1].source


def test_a_rejected_refund_is_sent_again_as_another(operator, placed):
    charge = payments.paid(placed)
    made = refunds.open(
        charge,
        parts=[parts.surplus(Decimal(100))],
        reason="LOST",
        actor="task:test",
        now_wall=world.NOW,
    )
    Refund.objects.filter(pk=made.pk).update(state="REJECTED")

    operator.post(deed(made, "send_again"), {"sure": "1"})

    again = Refund.objects.exclude(pk=made.pk).get(charge=charge)
    assert (again.price.amount, again.state, again.asked_by) == (Decimal(100), "READY", me())


def test_a_rejected_receipt_is_sent_again_with_a_reason_by_finance_alone(sign_in, placed):
    refused = world.refused_receipt(payments.paid(placed))
    finance, operator = sign_in("finance"), sign_in("operator")

    assert operator.post(deed(refused, "send_again"), {"sure": "1"}).status_code == 403
    finance.post(deed(refused, "send_again"), {"sure": "1"})
    assert not Receipt.objects.filter(again_of=refused).exists()
    finance.post(deed(refused, "send_again"), {"sure": "1", "text": "the operator is back"})

    again = Receipt.objects.get(again_of=refused)
    assert (again.state, again.asked_by) == ("READY", me("finance"))
    assert again.why_again == "the operator is back"


def test_failing_work_is_tried_again_now(operator, desks):
    shipment = Shipment.objects.filter(failures__gt=0).latest("pk")
    Shipment.objects.filter(pk=shipment.pk).update(due_at="2030-01-01T00:00:00Z")

    operator.post(deed(shipment, "try_again"), {"sure": "1"})

    before = shipment.attempt
    shipment.refresh_from_db()
    assert (shipment.failures, shipment.attempt) == (0, before + 1)
    assert shipment.due_at.year < 2030


def test_work_that_is_over_is_not_woken(operator, desks):
    shipment = Shipment.objects.latest("pk")
    Shipment.objects.filter(pk=shipment.pk).update(failures=0, due_at=None)

    response = operator.post(deed(shipment, "try_again"), {"sure": "1"})

    shipment.refresh_from_db()
    assert shipment.due_at is None
    assert len(told(response)) == 1


def test_the_authority_does_nothing(authority, desks):
    shipment = Shipment.objects.latest("pk")

    assert authority.post(deed(shipment, "try_again"), {"sure": "1"}).status_code == 403
    chosen = {"action": "try_again", "_selected_action": [shipment.pk], "sure": "1"}
    authority.post(listing(Shipment), chosen)

    before = (shipment.failures, shipment.attempt)
    shipment.refresh_from_db()
    assert (shipment.failures, shipment.attempt) == before


def test_a_row_that_is_not_there_is_not_found(operator, desks):
    address = reverse("admin:orders_order_cancel", args=[999_999])

    assert operator.get(address).status_code == 404


def test_a_key_of_a_seller_is_taken_back_with_a_reason(operator, desks):
    token, secret = access.issue(catalog.seller(), name="ERP", actor="user:1", now_wall=world.NOW)
    pages = [operator.get(listing(AccessToken)), operator.get(deed(token, "change"))]
    for page in pages:
        shown = page.content.decode()
        assert "ERP" in shown
        assert not [one for one in (secret, token.digest, token.hint) if one in shown]

    assert operator.post(deed(token, "revoke"), {"sure": "1", "text": ""}).status_code == 200
    assert access.find(secret, now_wall=world.NOW)
    operator.post(deed(token, "revoke"), {"sure": "1", "text": "Утёк в сеть"})

    assert access.find(secret, now_wall=world.NOW) is None
    event = SellerEvent.objects.get(seller=token.seller)
    assert (event.kind, event.actor) == ("TOKEN_REVOKED", me())
    assert event.detail == {"name": "ERP", "reason": "Утёк в сеть"}
    again = operator.post(deed(token, "revoke"), {"sure": "1", "text": "x"})
    assert "revoked already" in " ".join(told(again)) or "уже" in " ".join(told(again))
    assert SellerEvent.objects.filter(seller=token.seller).count() == 1
