"""Refunds and disputes as an accountant would work them; also in docs/ledger.md.

A phone costs 16 990 rubles and 640 of freight; its seller gets 1 299 yuan less 8 per cent, at
11.87 rubles of the day it was quoted.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders import lifecycle
from payments import disputes, parts, protection, settlement
from payments.models import Bearer
from storefront.lib import clock
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.payments.entries import standing, table
from tests.payments.worked import LATER, VERA, give, released, send, sold, sound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(db: None):
    with clock.simulated(NOW):
        money.rate()
        yield


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


def test_promise_broken_by_two_days_gives_a_fifth_of_the_freight(check_now) -> None:
    """Promised until 30 November, brought on 2 December: 10 % of the freight a day."""
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
