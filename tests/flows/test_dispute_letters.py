"""Each step of a dispute is told to both sides, in their languages; refunds say their sum."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail

from catalog.models import SellerMember
from orders.models import Order
from payments import disputes, protection, refunds
from payments.providers import RefundAnswer
from storefront.accounts.models import User
from storefront.lib import clock
from storefront.notifications import sending
from storefront.notifications.models import Letter
from tests.factories import catalog, orders, payments
from tests.factories.payments import NOW
from tests.flows import story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(db: None) -> Iterator[None]:
    with clock.simulated(NOW):
        payments.rate()
        yield


@pytest.fixture
def order() -> Order:
    made = orders.order(catalog.offer("1299.00"))
    boris = User.objects.create(email="boris@example.com")
    SellerMember.objects.create(user=boris, seller=made.lines.get().seller, role="OWNER")
    payments.paid(made)
    payments.delivered(made, at=NOW)
    send()
    return made


def send() -> list[tuple[str, str]]:
    """Every letter that waits goes out; who got which, the oldest first."""
    mail.outbox.clear()
    sending.announce(wall=NOW)
    for letter in Letter.objects.filter(sent_at=None).order_by("pk"):
        sending.send(story.claim(letter), wall=NOW)
    return [(one.to[0], f"{one.subject}\n{one.body}") for one in mail.outbox]


def opened(order: Order) -> disputes.Dispute:
    claim = disputes.Claim("DAMAGED", "PARTIAL", "Разбит угол", line=order.lines.get())
    return disputes.open(order.deliveries.get(), claim, actor="guest", now=NOW)


def test_both_sides_hear_of_a_dispute_and_of_its_decision(order: Order) -> None:
    dispute = opened(order)

    first = send()

    assert [who for who, _text in first] == ["anna@example.com", "boris@example.com"]
    assert f"/zh-hans/seller/disputes/{dispute.pk}/" in first[1][1]
    assert send() == []

    disputes.answer(dispute, "完好", actor="user:2", now=NOW)
    assert [who for who, _text in send()] == ["anna@example.com"]
    verdict = disputes.Verdict("PARTIAL", "x", "SELLER", goods=Decimal(900))
    (refund,) = disputes.decide(dispute, verdict, actor="user:3", now=NOW)
    told = send()
    assert [who for who, _text in told] == ["anna@example.com", "boris@example.com"]
    assert "900\u00a0₽" in told[0][1]

    refunds.record(refund, RefundAnswer("done", provider_id="r-1"), actor="x", now=NOW)
    ((who, text),) = send()
    assert (who, "900\u00a0₽" in text) == ("anna@example.com", True)


def test_a_late_delivery_is_compensated_with_a_letter(order: Order) -> None:
    delivery = order.deliveries.get()
    late = NOW + timedelta(days=9)
    type(delivery).objects.filter(pk=delivery.pk).update(delivered_at=late, is_kept=False)

    protection.compensate(delivery, actor="carrier:x", now=late)

    ((_who, text),) = send()
    assert "128\u00a0₽" in text  # promised until 30 November, brought on 2 December
