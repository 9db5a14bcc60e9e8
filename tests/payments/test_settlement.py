"""Settlement to the kopeck and the fen, from the sale to the seller's account."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orders import lifecycle
from orders.models import Order
from payments import banks, books, ledger, settlement, tasks
from payments.models import Conversion, Journal, Payout
from payments.statements import pain002
from storefront.lib import clock, due, http
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=20)
UNTIL = date(2026, 12, 14)


def standing() -> dict[str, int]:
    return {row.code: row.units for row in ledger.trial_balance() if row.units}


def broken() -> list[tuple[str, list[str]]]:
    return [(name, failures) for name, _rows, failures in books.checks() if failures]


def sold(*, slug: str = "boris", price: str = "1299.00", at: datetime = LATER) -> Order:
    """A phone of Boris's, delivered, its protection over and its money released."""
    from catalog.models import Seller

    seller = Seller.objects.filter(slug=slug).first() or goods.seller(slug=slug)
    order = factory.order(goods.offer(price, seller=seller))
    money.paid(order)
    (delivery,) = money.delivered(order)
    lifecycle.mark_released(delivery, now=at)
    settlement.release(delivery, actor="task:release", now=at)
    return order


def test_the_worked_example_of_a_release(check_now: object) -> None:
    """1 299.00 CNY at 11.87, sold for 16 990 and 640 for the way; commission 8 % = 103.92."""
    rate = money.rate()

    order = sold()

    check_now()
    assert standing() == {
        "acquirer_clearing.RUB": 1_763_000,
        "fx_position.RUB": -1_541_913,
        "freight_income.RUB": -64_000,
        "margin.RUB": -157_087,
        "fx_position.CNY": 129_900,
        "seller_payable.CNY.boris": -119_508,
        "commission.CNY": -10_392,
    }
    journal = Journal.objects.get(kind="released")
    assert (journal.rate, journal.occurred_at, journal.actor) == (rate, LATER, "task:release")
    assert journal.source == f"delivery {order.deliveries.get().pk}"
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0


def test_a_release_comes_once() -> None:
    order = sold()

    again = settlement.release(order.deliveries.get(), actor="task:release", now=LATER)

    assert [journal.key for journal in again] == [f"release:{order.deliveries.get().pk}:1"]
    assert Journal.objects.filter(kind="released").count() == 1


def test_money_of_goods_under_way_is_not_released() -> None:
    order = factory.order(goods.offer())
    money.paid(order)

    with pytest.raises(settlement.NotDelivered, match=r"^Эта доставка ещё не у покупателя"):
        settlement.release(order.deliveries.get(), actor="task:release", now=LATER)


def test_money_that_is_not_held_is_not_released() -> None:
    order = factory.order(goods.offer())
    money.captured(order, captured=Decimal("17629.99"))
    lifecycle.mark_paid(order, actor="user:vera", now=NOW)
    (delivery,) = money.delivered(order)

    with pytest.raises(settlement.NotCovered, match=r"^Деньги за эту доставку не") as refused:
        settlement.release(delivery, actor="task:release", now=LATER)
    assert refused.value.facts == {"order": order.number}
    assert not Journal.objects.filter(kind="released").exists()


def test_a_long_delivery_is_released_in_journals_of_fifty_legs(check_now: object) -> None:
    offers = [goods.offer() for _ in range(10)]
    order = factory.order(*offers)
    money.paid(order)
    (delivery,) = money.delivered(order)
    lifecycle.mark_released(delivery, now=LATER)

    journals = settlement.release(delivery, actor="task:release", now=LATER)

    check_now()
    assert [journal.key[-2:] for journal in journals] == [":1", ":2"]
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0
    assert sum(ledger.balances("seller_payable", "CNY").values()) == -10 * 119_508
    assert broken() == []


def deal(sold: str, bought: str, reference: str = "FX-1") -> banks.Deal:
    rate = (Decimal(sold) / Decimal(bought)).quantize(Decimal("0.0001"))
    return banks.Deal(reference, "D1", rate, Decimal(sold), Decimal(bought), LATER)


def test_a_conversion_closes_what_it_bought_and_our_own_yuan(check_now: object) -> None:
    """1 195.08 CNY bought at 11.95 for 14 281.21, booked at 11.87 with 103.92 of our own."""
    money.rate()
    sold()

    made = settlement.convert(deal("14281.21", "1195.08"), actor="task:job", now=LATER)

    check_now()
    assert made.rate == Decimal("11.9500")
    found = standing()
    assert "fx_position.RUB" not in found
    assert "fx_position.CNY" not in found
    assert found["bank.RUB"] == -1_428_121
    assert found["bank.CNY"] == 119_508
    # 15 419.13 booked - 14 281.21 sold: the commission's rubles less the dearer yuan
    assert found["fx_gain_loss.RUB"] == -113_792
    assert found["fx_gain_loss.CNY"] == 10_392
    closing = Journal.objects.get(kind="closed")
    assert closing.source == "booked at 11.87, deal D1 at 11.9500"
    bought = Journal.objects.get(kind="converted")
    assert bought.source == "deal D1 at 11.9500"
    assert (bought.key, closing.key) == ("conversion:FX-1", "closing:FX-1")
    assert {(each.actor, each.occurred_at) for each in (bought, closing)} == {("task:job", LATER)}
    assert (made.reference, made.deal, made.made_at) == ("FX-1", "D1", LATER)
    assert (made.sold.amount, made.bought.amount) == (Decimal("14281.21"), Decimal("1195.08"))
    assert (made.sold.currency.code, made.bought.currency.code) == ("RUB", "CNY")


def test_two_conversions_close_as_much_as_one(check_now: object) -> None:
    money.rate()
    sold()

    settlement.convert(deal("7000.00", "600.00", "FX-1"), actor="task:job", now=LATER)
    settlement.convert(deal("7281.21", "595.08", "FX-2"), actor="task:job", now=LATER)
    settlement.convert(deal("7281.21", "595.08", "FX-2"), actor="task:job", now=LATER)

    check_now()
    assert Conversion.objects.count() == 2
    assert standing()["fx_gain_loss.RUB"] == -113_792
    assert "fx_position.RUB" not in standing()


def close(until: date = UNTIL, *, at: datetime = LATER) -> list[Payout]:
    with clock.simulated(at):
        return settlement.close_period(until, now=at, actor="task:job")


def drive(payout: Payout, *, at: datetime) -> Payout:
    """As a worker does it: the task, by its row."""
    Payout.objects.filter(pk=payout.pk).update(due_at=at)
    with clock.simulated(at):
        tasks.drive_payout(id=payout.pk)
    return Payout.objects.get(pk=payout.pk)


def test_a_week_is_bought_paid_and_credited(outside: Sandbox, check_now: object) -> None:
    money.rate()
    sold()
    sold(slug="boris", price="999.00")
    sold(slug="gleb")

    first, second = close()

    owed = 119_508 + 91_908
    assert [(p.seller.slug, p.money.amount) for p in (first, second)] == [
        ("boris", Decimal(owed).scaleb(-2)),
        ("gleb", Decimal("1195.08")),
    ]
    conversion = Conversion.objects.get()
    # Beside what is owed, the banks' fees of 16.06 and 15.60 are kept ready twice.
    assert conversion.bought.amount == Decimal("3309.24") + 2 * Decimal("31.66")
    assert conversion.reference == "FX-2026-12-14-1"
    assert close() == []

    sent = drive(first, at=LATER + timedelta(minutes=1))
    assert (sent.state, sent.last_error) == ("SENT", "")
    check_now()
    assert ledger.balance("seller_payable", "CNY", "boris") == 0
    assert ledger.balance("payouts_in_transit", "CNY") == -owed
    assert broken() == []

    credited = drive(first, at=LATER + timedelta(days=30))
    assert (credited.state, credited.due_at) == ("CREDITED", None)
    drive(second, at=LATER + timedelta(days=30))
    drive(second, at=LATER + timedelta(days=60))

    check_now()
    assert standing().keys() & {"payouts_in_transit.CNY", "fx_position.RUB"} == set()
    assert ledger.balance("bank", "CNY") == 2 * 31_66
    assert broken() == []
    transfers = outside.http.get(f"{outside.url}/_/books/transfers", timeout=5).json()
    paid = sorted(one["transactions"][0]["amount"] for one in transfers["transfers"])
    assert paid == [119_508, owed]


def test_what_was_released_after_the_period_waits_for_the_next(outside: Sandbox) -> None:
    sold()
    sold(slug="gleb", at=datetime(2026, 12, 13, 21, 0, tzinfo=UTC))  # Monday in Moscow

    (payout,) = close(at=datetime(2026, 12, 14, 6, 0, tzinfo=UTC))

    assert payout.seller.slug == "boris"
    (other,) = close(date(2026, 12, 21), at=datetime(2026, 12, 21, 6, 0, tzinfo=UTC))
    assert other.seller.slug == "gleb"
    # The fee of the first, 15.60, is still to come; what was kept ready for its return is free.
    assert [c.bought.amount for c in Conversion.objects.order_by("pk")] == [
        Decimal("1195.08") + 2 * Decimal("15.60"),
        Decimal("1195.08") + Decimal("15.60"),
    ]


def test_a_returned_payout_is_owed_again_and_its_yuan_are_used(
    outside: Sandbox, check_now: object
) -> None:
    outside.http.put(
        f"{outside.url}/_/shops/banks.SNGHCNBH",
        json={"script": {"refuse": [{"what": "transfer", "reason": "AC06", "times": 1}]}},
        timeout=5,
    )
    sold()
    (payout,) = close()
    drive(payout, at=LATER + timedelta(minutes=1))

    returned = drive(payout, at=LATER + timedelta(days=30))

    check_now()
    assert (returned.state, returned.reason) == ("RETURNED", "AC06")
    assert ledger.balance("seller_payable", "CNY", "boris") == -119_508
    assert broken() == []
    (again,) = close(date(2027, 1, 18), at=LATER + timedelta(days=36))
    assert again.money == payout.money
    assert Conversion.objects.count() == 1


def test_a_crash_after_the_deal_buys_nothing_twice(outside: Sandbox) -> None:
    sold()
    with clock.simulated(LATER):
        lost = banks.buy_yuan("FX-2026-12-14-1", Decimal("1226.28"))

    close()

    assert Conversion.objects.get().deal == lost.number
    deals = outside.http.get(f"{outside.url}/_/books/deals", timeout=5).json()
    assert deals["count"] == 1


def test_a_deal_of_another_sum_is_taken_as_it_was_made(outside: Sandbox) -> None:
    sold()
    with clock.simulated(LATER):
        banks.buy_yuan("FX-2026-12-14-1", Decimal("1000.00"))

    (payout,) = close()

    assert payout.money.amount == Decimal("1195.08")
    bought = [c.bought.amount for c in Conversion.objects.order_by("pk")]
    assert bought == [Decimal("1000.00"), Decimal("226.28")]


def test_a_silent_bank_leaves_everything_as_it_was(outside: Sandbox, settings: object) -> None:
    sold()
    settings.BANKS_URL = "http://127.0.0.1:1/banks"

    with pytest.raises(http.Unreachable):
        close()

    assert not Conversion.objects.exists()
    assert not Payout.objects.exists()


def test_a_payout_no_bank_would_take_is_returned_at_once(outside: Sandbox) -> None:
    order = sold()
    seller = order.lines.get().seller
    seller.name_zh = "莲花\x07数码"
    seller.save(update_fields=["name_zh"])
    (payout,) = close()

    returned = drive(payout, at=LATER + timedelta(minutes=1))

    assert (returned.state, returned.reason) == ("RETURNED", "Cdtr/Nm")
    assert ledger.balance("seller_payable", "CNY", "boris") == -119_508


def test_answers_about_a_payout_may_come_twice_and_late(outside: Sandbox) -> None:
    sold()
    (payout,) = close()
    credited = pain002.Standing("credited", "ACCC")
    for answer in (credited, pain002.Standing("under_way", "ACSP"), credited):
        settlement.record(payout, answer, now=LATER)

    assert payout.state == "CREDITED"
    assert ledger.balance("bank", "CNY") == 31_20
    settlement.record(payout, pain002.Standing("returned", "RJCT", "RR04"), now=LATER)
    assert payout.state == "RETURNED"
    assert ledger.balance("bank", "CNY") == 119_508 + 31_20
    assert ledger.balance("seller_payable", "CNY", "boris") == -119_508


def test_a_zombie_changes_nothing(outside: Sandbox) -> None:
    sold()
    (payout,) = close()
    with clock.simulated(LATER):
        claimed = due.claim(Payout, payout.pk)
        Payout.objects.filter(pk=payout.pk).update(attempt=99)
        with pytest.raises(due.Zombie):
            settlement.drive(claimed, now=LATER)

    assert Payout.objects.get(pk=payout.pk).state == "READY"
    assert ledger.balance("payouts_in_transit", "CNY") == 0


def test_what_a_seller_is_owed() -> None:
    order = sold()
    seller = order.lines.get().seller
    waiting = factory.order(goods.offer("999.00", seller=seller))
    money.paid(waiting)
    money.delivered(waiting)

    owed = settlement.owed(seller)

    assert (owed.payable, owed.in_transit, owed.paid) == (Decimal("1195.08"), 0, 0)
    (one,) = owed.waiting
    assert (one.line.order, one.net) == (waiting, Decimal("919.08"))
    assert one.until - one.delivered_at == timedelta(days=14)
    Payout.objects.create(
        seller=seller,
        period_until=UNTIL,
        money=Decimal("195.08"),
        money_currency="CNY",
        message=str(uuid.uuid4())[:35],
        made_at=LATER,
    )
    owed = settlement.owed(seller)
    assert (owed.payable, owed.in_transit) == (Decimal("1000.00"), Decimal("195.08"))
    assert one.reason == "IN_PROTECTION"
    for state in ("SENT", "CREDITED"):
        assert settlement.owed(seller).paid == 0
        Payout.objects.update(state=state, ended_at=LATER, sent_at=LATER)
        assert settlement.owed(seller).in_transit == Decimal("195.08") * (state == "SENT")
    assert settlement.owed(seller).paid == Decimal("195.08")
