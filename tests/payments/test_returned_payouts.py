"""Payouts that came back: another way, a person, the seller, or the next statement."""

from datetime import date, timedelta

import pytest

from payments import ledger, settlement
from payments.models import Payout
from payments.settlement import people, returns
from tests.factories import catalog as goods
from tests.factories import payments as money
from tests.payments.test_payouts import LATER, broken, close, drive, sold
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db


def test_a_wrong_account_is_the_sellers_and_goes_no_other_way(outside: Sandbox) -> None:
    refusal = {"what": "transfer", "reason": "AC04", "times": 1}
    outside.script("banks.SNGHCNBH", refuse=[refusal])
    sold()
    (payout,) = close()

    for days in (0, 10):
        payout = drive(payout, at=LATER + timedelta(days=days))

    assert (payout.state, payout.reason) == ("RETURNED", "AC04")
    assert not Payout.objects.filter(predecessor=payout).exists()
    assert settlement.waiting_for_people() == settlement.ForPeople(0, 0, 1)
    with pytest.raises(returns.NotPayable):
        returns.send_again(payout, actor="user:vera", now=LATER + timedelta(days=11))
    assert broken() == []


def test_after_three_ways_a_person_decides(outside: Sandbox) -> None:
    refusal = {"what": "transfer", "reason": "MS03"}
    outside.script("banks.SNGHCNBH", refuse=[refusal])
    money.rate()
    sold()
    (payout,) = close()
    at = LATER

    for _step in range(8):
        at += timedelta(days=10)
        payout = drive(payout, at=at)
        payout = getattr(payout, "successor", payout) if payout.state == "RETURNED" else payout

    ways = {(one.route.russian_id, one.route.chinese_id) for one in Payout.objects.all()}
    assert (
        Payout.objects.filter(state="RETURNED").count() == Payout.objects.count() == len(ways) == 3
    )
    assert ledger.balance("payouts_in_transit", "CNY") == 0
    assert broken() == []


def test_what_a_later_statement_counts_is_not_sent_again(outside: Sandbox) -> None:
    outside.script("banks.SNGHCNBH", refuse=[{"what": "transfer", "reason": "AC06", "times": 1}])
    order = sold()
    (payout,) = close()
    for days in (0, 5):
        payout = drive(payout, at=LATER + timedelta(days=days))
    (next_one,) = close(date(2026, 12, 21), at=LATER + timedelta(days=7))
    assert next_one.settlement.carried_units == 119_508

    with pytest.raises(settlement.CarriedOver):
        returns.send_again(payout, actor="user:vera", now=LATER + timedelta(days=8))
    assert Payout.objects.living().filter(seller=order.lines.get().seller).count() == 1


def test_a_returned_payout_waits_for_people_unless_his_own_next_statement_counts_it(
    outside: Sandbox,
) -> None:
    outside.script("banks.SNGHCNBH", refuse=[{"what": "transfer", "reason": "AC06", "times": 2}])
    for slug in ("boris", "lin"):
        sold(goods.seller(slug=slug))
    early, late = close()
    late = drive(late, at=LATER)
    for days in (0, 5):
        early = drive(early, at=LATER + timedelta(days=days))
    assert settlement.waiting_for_people() == settlement.ForPeople(0, 0, 1)

    close(date(2026, 12, 21), at=LATER + timedelta(days=7))  # carries what came back by now
    late = drive(late, at=LATER + timedelta(days=10))

    assert (early.state, late.state) == ("RETURNED", "RETURNED")
    assert [one.pk for one in people.returned_for_people()] == [late.pk]
    assert settlement.ForPeople(1, 2, 4).total == 7
