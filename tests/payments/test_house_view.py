"""What the house tells itself of a period, and what it may still promise its sellers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from orders import lifecycle
from orders.models import Order
from payments import banks, ledger, postings, settlement
from payments.models import Chargeback
from payments.settlement import house, payouts, returns
from storefront.lib import clock
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 10, tzinfo=UTC)
UNTIL = date(2026, 12, 14)
WEEK = timedelta(days=7)


def sold(slug: str) -> Order:
    """One telephone: 1 195.08 yuan to its seller, 640 rubles of freight, 150 of duty."""
    order = factory.order(goods.offer(seller=goods.seller(slug=slug)))
    money.paid(order)
    (delivery,) = money.delivered(order)
    lifecycle.mark_released(delivery, now=AT)
    settlement.release(delivery, actor="task:release", now=AT)
    return order


def acquirer_paid(fee: int, *, at: datetime) -> None:
    ledger.post(
        "acquirer_paid",
        key=f"paid:{at}",
        legs=postings.acquirer_paid(1_000_00, fee=fee),
        occurred_at=at,
        actor="task:registries",
        source="register",
    )


def test_the_result_is_margin_freight_and_gain_less_fees_in_rubles() -> None:
    view = house.View(
        share=house.Share(goods=1_000, booked=900, commission=70, deducted=20),
        freight=300,
        duty=40,
        fees=25,
        gain=-11,
        to_sellers=500,
        paid=500,
        deals=[],
        bank_fees=[house.BankFees("RUB", 7, 5), house.BankFees("CNY", 1_000, 900)],
    )

    assert view.rubles_in == 1_000 + 300 + 40
    assert view.result == (1_000 - 900) + 300 - 11 - 25 - 7


def test_fees_of_the_acquirer_belong_to_the_period_they_were_taken_in() -> None:
    money.rate()
    sold("boris")
    midnight = datetime(2026, 12, 13, 21, tzinfo=UTC)  # of Moscow: the period ends
    acquirer_paid(27_00, at=midnight - timedelta(seconds=1))
    acquirer_paid(5_00, at=midnight)
    acquirer_paid(900, at=midnight + WEEK)  # belongs to the third

    settlement.settle(UNTIL, now=AT + timedelta(days=5), actor="task:job")
    assert house.view(UNTIL).fees == 27_00
    settlement.settle(UNTIL + WEEK, now=AT + timedelta(days=12), actor="task:job")
    assert house.view(UNTIL + WEEK).fees == 5_00
    assert house.view(UNTIL).fees == 27_00


def test_gain_is_of_the_deals_made_for_the_period_alone() -> None:
    """1 195.08 CNY, booked at 11.87 with 103.92 of our own: 15 419.13 - 14 281.21."""
    money.rate()
    sold("boris")
    settlement.settle(UNTIL, now=AT + timedelta(days=5), actor="task:job")
    for_period = banks.Deal(
        f"FX-{UNTIL}-1", "D1", Decimal("11.9500"), Decimal("14281.21"), Decimal("1195.08"), AT
    )
    another = banks.Deal(
        f"FX-{UNTIL - WEEK}-1", "D0", Decimal("12.0000"), Decimal("120.00"), Decimal("10.00"), AT
    )

    settlement.convert(for_period, actor="task:job", now=AT)
    settlement.convert(another, actor="task:job", now=AT)

    view = house.view(UNTIL)
    assert view.gain == 113_792
    assert [one.deal for one in view.deals] == ["D1"]
    assert view.result == view.share.margin + view.freight + 113_792


def test_what_may_be_promised_is_owed_less_what_is_promised_and_what_a_bank_may_take(
    outside: Sandbox,
) -> None:
    money.rate()
    orders = [sold("boris"), sold("lin")]
    boris, lin = (order.lines.get().seller for order in orders)
    assert [payouts.payable(one) for one in (boris, lin)] == [119_508, 119_508]
    assert payouts.payables() == {"boris": 119_508, "lin": 119_508}

    charge = orders[0].charges.get()
    disputed = Chargeback.objects.create(
        charge=charge,
        provider_id="cb-1",
        reason_code="4853",
        money=charge.price,
        received_at=AT,
        evidence_until=AT + WEEK,
        bearer="HOUSE",
        due_at=AT,
    )
    assert [payouts.payable(one) for one in (boris, lin)] == [0, 119_508]
    assert payouts.payables() == {"boris": 0, "lin": 119_508}

    Chargeback.objects.filter(pk=disputed.pk).update(state="WON", ended_at=AT)
    later = AT + timedelta(days=5)
    with clock.simulated(later):
        made = settlement.close_period(UNTIL, now=later, actor="task:job")
    assert sorted(one.seller.slug for one in made) == ["boris", "lin"]
    assert [payouts.payable(one) for one in (boris, lin)] == [0, 0]
    with translation.override("en"), pytest.raises(settlement.NotReturned) as refused:
        returns.send_again(made[0], actor="user:vera", now=later)
    assert str(refused.value) == "This payout did not come back, or was sent again already."
