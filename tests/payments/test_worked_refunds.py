"""Refunds, disputes and chargebacks as an accountant would work them; also in docs/ledger.md.

A phone costs 16 990 rubles and 640 of freight; its seller gets 1 299 yuan less 8 per cent, at
11.87 rubles of the day it was quoted.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from djmoney.money import Money as MoneyOf

from orders import holds, lifecycle
from orders.models import Delivery, Order
from payments import banks, books, chargebacks, disputes, parts, refunds, settlement
from payments.models import Bearer, Chargeback, Refund
from payments.providers import RefundAnswer, Taken
from payments.statements import pain002
from storefront.lib import clock
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.payments.entries import standing, table

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)
VERA, GLEB = "user:vera", "user:gleb"


@pytest.fixture(autouse=True)
def simulated(db: None):
    with clock.simulated(NOW):
        money.rate()
        yield


def sold(quantity: int = 1) -> Delivery:
    """A delivery with its buyer, paid and protected."""
    order = factory.order(goods.offer("1299.00"), quantity=quantity)
    money.paid(order)
    return money.delivered(order)[0]


def released(quantity: int = 1) -> Delivery:
    delivery = sold(quantity)
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.mark_released(delivery, now=LATER)
    delivery.refresh_from_db()
    return delivery


def send(given: list[Refund]) -> None:
    """The acquirer does what it was asked for."""
    for number, refund in enumerate(given):
        answer = RefundAnswer("done", provider_id=f"r-{refund.pk}-{number}")
        refunds.record(refund, answer, actor="provider:yookassa", now=LATER)


def give(order: Order, *asked: parts.Part) -> list[Refund]:
    given = refunds.spread(order, asked, reason="PARTLY", actor=VERA, now=LATER)
    send(given)
    return given


def sound() -> None:
    assert [wrong for _name, _rows, wrong in books.checks() if wrong] == []


def test_partial_refund_after_the_rate_moved(check_now) -> None:
    """One of two phones comes back a month later; the rate is 12.40 by then, and is not asked."""
    delivery = released(quantity=2)
    money.rate("12.40", on=LATER.date())
    line = delivery.lines.get()

    give(delivery.order, parts.goods(line, 1, bearer=Bearer.SELLER))

    check_now()
    assert (
        table("released", "undone", "refunded")
        == """\
released        buyer_funds RUB                    +640.00
                freight_income RUB                 -640.00
                buyer_funds RUB                 +33 980.00
                fx_position RUB                 -30 838.26
                margin RUB                       -3 141.74
                fx_position CNY                  +2 598.00
                seller_payable CNY seller        -2 390.16
                commission CNY                     -207.84
undone          buyer_funds RUB                 -16 990.00
                fx_position RUB                 +15 419.13
                margin RUB                       +1 570.87
                fx_position CNY                  -1 299.00
                seller_payable CNY seller        +1 195.08
                commission CNY                     +103.92
refunded        buyer_funds RUB                 +16 990.00
                acquirer_clearing RUB           -16 990.00"""
    )
    sound()


def test_partial_refund_before_the_release_makes_the_release_smaller(check_now) -> None:
    delivery = sold(quantity=2)
    line = delivery.lines.get()

    give(delivery.order, parts.goods(line, 1, bearer=Bearer.SELLER))
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.mark_released(delivery, now=LATER)

    check_now()
    assert table("undone") == ""
    assert (
        table("refunded", "released")
        == """\
refunded        buyer_funds RUB                 +16 990.00
                acquirer_clearing RUB           -16 990.00
released        buyer_funds RUB                    +640.00
                freight_income RUB                 -640.00
                buyer_funds RUB                 +16 990.00
                fx_position RUB                 -15 419.13
                margin RUB                       -1 570.87
                fx_position CNY                  +1 299.00
                seller_payable CNY seller        -1 195.08
                commission CNY                     -103.92"""
    )
    sound()


def test_thirds_of_a_price_taken_down_add_up_to_the_whole_line(check_now) -> None:
    """Three times a third before and after the release leave not a fen behind."""
    delivery = sold()
    line = delivery.lines.get()
    third = Decimal("5663.33")

    def down(price: Decimal) -> parts.Part:
        return parts.Part("GOODS", price, delivery, line, 0, Bearer.SELLER)

    give(delivery.order, down(third))
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.mark_released(delivery, now=LATER)
    give(delivery.order, down(third))
    give(delivery.order, down(Decimal("5663.34")))

    check_now()
    assert standing("seller_payable CNY", "fx_position CNY", "fx_position RUB", "margin RUB") == {
        "seller_payable CNY": "+0.00",
        "fx_position CNY": "+0.00",
        "fx_position RUB": "+0.00",
        "margin RUB": "+0.00",
    }
    with pytest.raises(parts.TooMuch):
        give(delivery.order, down(Decimal("0.01")))
    sound()


@pytest.mark.parametrize(
    ("bearer", "rows"),
    [
        (
            Bearer.CARRIER,
            """\
borne           carrier_receivable RUB air       +3 000.00
                buyer_funds RUB                  -3 000.00
                carrier_receivable RUB air         +640.00
                buyer_funds RUB                    -640.00""",
        ),
        (
            Bearer.PLATFORM,
            """\
borne           refund_expense RUB               +3 000.00
                buyer_funds RUB                  -3 000.00
                refund_expense RUB                 +640.00
                buyer_funds RUB                    -640.00""",
        ),
        (
            Bearer.SELLER,
            """\
borne           fx_position RUB                    +640.00
                buyer_funds RUB                    -640.00
                seller_payable CNY seller           +53.92
                fx_position CNY                     -53.92""",
        ),
    ],
)
def test_dispute_won_by_its_buyer_is_borne_by_whom_the_operator_says(
    bearer: str, rows: str, check_now
) -> None:
    """3 000 rubles of the price and the freight; the phone stays with the buyer."""
    delivery = sold()
    claim = disputes.Claim("DAMAGED", "PARTIAL", "Разбит угол", line=delivery.lines.get())
    dispute = disputes.open(delivery, claim, actor="user:anna", now=NOW)
    disputes.answer(dispute, "箱子完好", actor="user:boris", now=NOW)
    verdict = disputes.Verdict(
        "PARTIAL", "Фото убеждают", bearer, goods=Decimal(3000), freight=Decimal(640)
    )

    send(disputes.decide(dispute, verdict, actor=VERA, now=NOW))
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.mark_released(delivery, now=LATER)

    check_now()
    assert table("borne") == rows
    seller = {"SELLER": "-930.14"}.get(bearer, "-1 195.08")
    assert standing("seller_payable CNY", "buyer_funds RUB", "acquirer_clearing RUB") == {
        "seller_payable CNY": seller,  # 1 195.08 less 3 000 / 16 990 of it, less the freight
        "buyer_funds RUB": "+0.00",
        "acquirer_clearing RUB": "+13 990.00",
    }
    sound()


def test_dispute_lost_by_its_buyer_changes_no_entry(check_now) -> None:
    delivery = sold()
    claim = disputes.Claim("DEFECTIVE", "RETURN", "Не заряжается", line=delivery.lines.get())
    dispute = disputes.open(delivery, claim, actor="user:anna", now=NOW)
    disputes.answer(dispute, "已测试", actor="user:boris", now=NOW)

    given = disputes.decide(dispute, disputes.Verdict("NONE", "Работает"), actor=VERA, now=NOW)
    settlement.release(delivery, actor="task:release", now=LATER)
    lifecycle.mark_released(delivery, now=LATER)

    check_now()
    assert given == []
    assert table("borne", "undone", "refunded") == ""
    assert standing("seller_payable CNY") == {"seller_payable CNY": "-1 195.08"}
    sound()


def payout(delivery: Delivery) -> None:
    """The seller's yuan are bought at 11.95, sent and credited."""
    deal = banks.Deal("FX-1", "D-1", Decimal("11.95"), Decimal("14281.21"), Decimal("1195.08"), NOW)
    settlement.convert(deal, actor="task:job", now=LATER)
    seller = delivery.lines.get().seller
    made = settlement._make(seller, LATER.date(), 119_508, LATER)
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
            price=MoneyOf("0.01", "RUB"),
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


def test_promise_broken_by_two_days_gives_a_fifth_of_the_freight(check_now) -> None:
    """Promised until 30 November, brought on 2 December: 10 % of the freight a day."""
    from payments import protection

    order = factory.order(goods.offer("1299.00"))
    money.paid(order)
    at = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    delivery = order.deliveries.get()
    lifecycle.mark_delivered(delivery, delivered_at=at, is_kept=False, actor="carrier:x", now=at)

    refund = protection.compensate(delivery, actor="carrier:x", now=at)
    again = protection.compensate(delivery, actor="carrier:x", now=at)
    assert refund is not None
    assert again is None
    send([refund])

    check_now()
    assert (
        table("borne", "refunded")
        == """\
borne           compensation_expense RUB           +128.00
                buyer_funds RUB                    -128.00
refunded        buyer_funds RUB                    +128.00
                acquirer_clearing RUB              -128.00"""
    )
    sound()
