"""Chargebacks as an accountant would work them; also in docs/ledger.md."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from djmoney.money import Money

from orders import holds
from orders.models import Delivery
from payments import banks, chargebacks, parts, settlement
from payments.models import Bearer, Chargeback, Payout, Refund
from payments.providers import Taken
from payments.statements import pain002
from storefront.lib import clock
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.payments.entries import standing, table
from tests.payments.worked import LATER, give, released, sold, sound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(db: None):
    with clock.simulated(NOW):
        money.rate()
        yield


def payout(delivery: Delivery) -> None:
    """The seller's yuan are bought at 11.95, sent and credited."""
    deal = banks.Deal("FX-1", "D-1", Decimal("11.95"), Decimal("14281.21"), Decimal("1195.08"), NOW)
    settlement.convert(deal, actor="task:job", now=LATER)
    seller = delivery.lines.get().seller
    made = Payout.objects.create(
        seller=seller,
        period_until=LATER.date(),
        money=Money(Decimal("1195.08"), "CNY"),
        message="PAY-1",
        made_at=LATER,
    )
    settlement.record(made, pain002.Standing("credited", "ACCC"), now=LATER)


def taken(status: str = "received", price: str = "17630.00", reason: str = "other") -> Taken:
    return Taken(
        status=status,
        provider_id="cb-1",
        payment="pay",
        reason=reason,
        price=Decimal(price),
        currency="RUB",
        received_at=LATER,
        evidence_until=LATER + timedelta(days=10),
    )


def tell(delivery: Delivery, status: str, **more: str) -> Chargeback:
    charge = delivery.order.charges.get()
    told = taken(status, **more)
    return chargebacks.record(charge, told, actor="provider:yookassa", now=LATER)


def test_chargeback_lost_after_the_payout_makes_the_seller_owe_us(check_now) -> None:
    delivery = released()
    payout(delivery)

    tell(delivery, "received", reason="not_as_described")
    tell(delivery, "lost", reason="not_as_described")

    check_now()
    assert (
        table("chargeback", "undone", "borne", "refunded")
        == """\
chargeback      chargebacks RUB                 +17 630.00
                acquirer_clearing RUB           -17 630.00
undone          buyer_funds RUB                 -16 990.00
                fx_position RUB                 +15 419.13
                margin RUB                       +1 570.87
                fx_position CNY                  -1 299.00
                seller_payable CNY seller        +1 195.08
                commission CNY                     +103.92
borne           fx_position RUB                    +640.00
                buyer_funds RUB                    -640.00
                seller_payable CNY seller           +53.92
                fx_position CNY                     -53.92
refunded        buyer_funds RUB                 +17 630.00
                chargebacks RUB                 -17 630.00"""
    )
    assert standing("seller_payable CNY", "chargebacks RUB", "buyer_funds RUB") == {
        "seller_payable CNY": "+1 249.00",
        "chargebacks RUB": "+0.00",
        "buyer_funds RUB": "+0.00",
    }
    sound()


def test_chargeback_lost_and_borne_by_the_platform_is_an_expense(check_now) -> None:
    delivery = released()
    payout(delivery)

    tell(delivery, "received", reason="fraud")
    tell(delivery, "lost", reason="fraud")

    check_now()
    assert standing("seller_payable CNY", "refund_expense RUB", "chargebacks RUB") == {
        "seller_payable CNY": "+0.00",
        "refund_expense RUB": "+17 630.00",
        "chargebacks RUB": "+0.00",
    }
    sound()


def test_while_a_bank_has_the_money_it_is_not_given_back_as_well(check_now) -> None:
    delivery = sold()
    tell(delivery, "received", price="17000.00")

    (given,) = give(delivery.order, parts.goods(delivery.lines.get(), 1))
    assert given.price.amount == Decimal("630.00")  # all that is left
    with (
        pytest.raises(IntegrityError, match=r"17000\.00 at the bank"),
        transaction.atomic(),
    ):
        Refund.objects.create(
            charge=delivery.order.charges.get(),
            price=Money("0.01", "RUB"),
            reason="PARTLY",
            asked_at=NOW,
            asked_by="gleb",
        )
    check_now()
    sound()


def test_goods_under_way_to_a_buyer_whose_bank_won_stay_stopped() -> None:
    order = factory.order(goods.offer("1299.00"))
    money.paid(order)
    (delivery,) = order.deliveries.all()

    tell(delivery, "received")
    tell(delivery, "lost")

    assert holds.is_on(order.pk)
    assert standing("buyer_funds RUB", "chargebacks RUB", "refund_expense RUB") == {
        "buyer_funds RUB": "+0.00",
        "chargebacks RUB": "+0.00",
        "refund_expense RUB": "+0.00",
    }


def test_chargeback_won_leaves_everything_as_it_was(check_now) -> None:
    delivery = released()

    tell(delivery, "received")
    assert standing("chargebacks RUB") == {"chargebacks RUB": "+17 630.00"}
    tell(delivery, "won")
    tell(delivery, "received")  # late news

    check_now()
    assert (
        table("chargeback", "chargeback-won")
        == """\
chargeback      chargebacks RUB                 +17 630.00
                acquirer_clearing RUB           -17 630.00
chargeback-won  acquirer_clearing RUB           +17 630.00
                chargebacks RUB                 -17 630.00"""
    )
    assert Chargeback.objects.get().state == "WON"
    sound()


def test_chargeback_of_what_was_given_back_already_is_the_houses_loss(check_now) -> None:
    delivery = sold()
    give(delivery.order, parts.goods(delivery.lines.get(), 1, bearer=Bearer.SELLER))

    tell(delivery, "received", reason="credit_not_processed")
    tell(delivery, "lost", reason="credit_not_processed")

    check_now()
    assert (
        table("chargeback-lost")
        == """\
chargeback-lost refund_expense RUB              +16 990.00
                chargebacks RUB                 -16 990.00"""
    )
    sound()
