"""The choice of a pair of banks: by cost, time and what was measured, and told why."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from payments.banking import calendars, choosing, explaining, routes
from payments.models import Bank, Correspondence, Payout, ReturnReason
from tests.factories import catalog as goods
from tests.factories.payments import NOW

HARBIN = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=HARBIN)
WEIGHTS = routes.Weights(money_bps=1200, return_cost=15_000, prior=20)
OPEN = calendars.Calendar({})


def pair(key: int = 1, **fields: object) -> routes.Terms:
    given_ = {
        "key": key, "russian": f"ru-{key}", "chinese": f"cn-{key}", "fee": 2_000, "fee_bps": 10,
        "least": 100, "most": 100_000_000, "cut_off": time(15), "days": 2, "known_bps": 100,
        "is_suspended": False,
    }  # fmt: skip
    return routes.Terms(**{**given_, **fields})


def choose(*pairs: routes.Terms, units: int = 1_000_000, **more: object) -> routes.Choice:
    given_ = {"currency": "CNY", "weights": WEIGHTS, "calendar": OPEN, "at": TUESDAY}
    return routes.choose(units, pairs=pairs, **{**given_, **more})


def test_the_parts_of_a_score_are_worked_out_to_the_fen() -> None:
    """10 000.00 for 2 days: fee 20.00 + 0.10 %; 12 % a year; 1 % come back."""
    one = choose(pair()).taken

    assert one.fee == 2_000 + 1_000
    assert one.days == 2
    assert one.time_cost == 658  # 10 000.00 x 0.12 x 2 / 365 = 6.575
    assert one.return_cost == 187  # 0.01 x (30.00 + 6.58 + 150.00) = 1.8658
    assert one.score == 3_000 + 658 + 187


def test_the_cheapest_of_those_that_can_be_taken_is_taken() -> None:
    choice = choose(
        pair(1, fee=5_000),
        pair(2, fee=1_000),
        pair(3, fee=0, is_suspended=True),
        pair(4, fee=0, most=999_999),
        pair(5, fee=0, least=1_000_001),
        pair(6, fee=0),
        tried={("ru-6", "cn-6")},
    )

    assert choice.taken.terms.key == 2
    refusals = {one.terms.key: one.refusal for one in choice.judged}
    assert refusals == {
        1: "", 2: "", 3: "SUSPENDED", 4: "TOO_MUCH", 5: "TOO_LITTLE", 6: "TRIED",
    }  # fmt: skip


def test_no_pair_is_no_choice() -> None:
    assert choose().taken is None
    assert choose(pair(is_suspended=True)).taken is None


def test_what_was_measured_outweighs_what_was_said() -> None:
    """Said 0.2 %, but 12 of 30 came back; the dearer pair that keeps its word is taken."""
    bad = pair(1, fee=1_000, known_bps=20, returned=12, ended=30)
    good = pair(2, fee=3_000, known_bps=100, returned=0, ended=40)

    choice = choose(bad, good)

    assert choice.taken.terms.key == 2
    assert routes.return_share(bad, prior=20) == Decimal("0.240800")
    assert routes.return_share(good, prior=20) == Decimal("0.003333")


def test_a_day_late_costs_a_day() -> None:
    assert OPEN.arrives_on(TUESDAY, cut_off=time(15), days=2) == date(2026, 11, 26)
    assert OPEN.arrives_on(TUESDAY, cut_off=time(10), days=2) == date(2026, 11, 27)
    friday = TUESDAY + timedelta(days=3)
    assert OPEN.arrives_on(friday, cut_off=time(15), days=1) == date(2026, 11, 30)


@pytest.mark.django_db
def test_banks_rest_when_either_side_does() -> None:
    """The Chinese national days: banks work again on 9 October 2026 as the rows say."""
    calendar = calendars.around(date(2026, 9, 28))
    eve = datetime(2026, 9, 30, 10, 0, tzinfo=HARBIN)

    arrived = calendar.arrives_on(eve, cut_off=time(15), days=1)

    rests = [
        day for (country, day), works in calendar.days.items() if country == "CN" and not works
    ]
    assert date(2026, 10, 1) in rests
    assert arrived not in rests
    assert arrived > max(day for day in rests if day < date(2026, 10, 10))


@given(
    units=st.integers(1, 10**12),
    fees=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 500)), min_size=1, max_size=8),
)
def test_what_is_taken_is_never_dearer_than_another(
    units: int, fees: list[tuple[int, int]]
) -> None:
    pairs = [
        pair(key, fee=fee, fee_bps=bps, least=0, most=10**13) for key, (fee, bps) in enumerate(fees)
    ]

    choice = choose(*pairs, units=units)

    assert choice.taken.score == min(one.score for one in choice.judged)


@pytest.mark.django_db
def test_the_network_is_twelve_banks_joined_to_twenty_four_all_marked_as_demo() -> None:
    assert Bank.objects.filter(side="CN").count() == 12
    assert Bank.objects.filter(side="RU").count() == 24
    assert not Bank.objects.filter(is_demo=False).exists()
    assert not Correspondence.objects.filter(is_demo=False).exists()
    for currency in ("CNY", "RUB"):
        held = Correspondence.objects.holding(NOW.date(), currency=currency)
        assert len({row.russian_id for row in held}) == 24
        assert len({row.chinese_id for row in held}) == 12


@pytest.mark.django_db
def test_returns_by_the_fault_of_the_route_are_counted_and_others_not() -> None:
    route = Correspondence.objects.filter(currency="CNY").first()
    for number, (state, reason) in enumerate(
        [("CREDITED", ""), ("RETURNED", "RR04"), ("RETURNED", "AC04"), ("SENT", "")]
    ):
        Payout.objects.create(
            seller=goods.seller(), period_until=date(2026, 11, 16), money=Decimal(5),
            money_currency="CNY", message=f"P{number}", route=route, state=state, reason=reason,
            made_at=NOW, ended_at=NOW if state != "SENT" else None,
        )  # fmt: skip

    counts = choosing.measured(NOW.date() - timedelta(days=30))

    assert counts == {(route.russian_id, route.chinese_id): (1, 2)}


@pytest.mark.django_db
def test_a_suspended_pair_is_passed_over_until_it_is_opened_again() -> None:
    mine = {"actor": "user:vera", "now": NOW}
    first = choosing.choose(1_000_000, currency="CNY", now=NOW).taken
    route = Correspondence.objects.get(pk=first.terms.key)

    choosing.suspend(route, is_suspended=True, reason="returns", **mine)

    second = choosing.choose(1_000_000, currency="CNY", now=NOW).taken
    assert (second.terms.russian, second.terms.chinese) != (
        first.terms.russian,
        first.terms.chinese,
    )
    with pytest.raises(choosing.SameTerms):
        choosing.suspend(route, is_suspended=True, reason="again", **mine)
    choosing.suspend(route, is_suspended=False, reason="mended", **mine)
    third = choosing.choose(1_000_000, currency="CNY", now=NOW).taken
    assert (third.terms.russian, third.terms.chinese) == (first.terms.russian, first.terms.chinese)
    assert Correspondence.objects.filter(russian=route.russian, decided_by="user:vera").count() == 2


@pytest.mark.django_db
def test_terms_of_a_route_never_change() -> None:
    route = Correspondence.objects.first()

    for change in (lambda: Correspondence.objects.update(days=9), route.delete):
        with pytest.raises(Exception, match=r"permission denied|append-only"), transaction.atomic():
            change()
    row = Correspondence.objects.first()
    row.pk, row._state.adding = None, True
    row.decided_by, row.reason = "user:vera", ""
    with pytest.raises(IntegrityError, match="route_decision_has_reason"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_the_choice_is_told_in_the_readers_language() -> None:
    record = choosing.choose(1_000_000, currency="CNY", now=NOW).record()

    with translation.override("en"):
        told = explaining.lines(record)

    taken = Bank.objects.get(code=record["judged"][0]["russian"])
    assert told[0].startswith(f"Taken: {taken.title_en}")
    assert any("more pairs cost more" in line for line in told)
    assert any("suspended" in line for line in told)
    assert explaining.lines({}) == []


@pytest.mark.django_db
def test_every_code_has_its_remedy_in_three_languages() -> None:
    rows = list(ReturnReason.objects.all())

    assert {row.code for row in rows} >= {
        "AC01", "AC04", "AG01", "AM02", "BE01", "CURR", "FF01", "FR01", "MS03", "NOAS", "RC01",
        "RR03", "RR04", "RUTA", "TM01", "UPAY",
    }  # fmt: skip
    assert all(row.title_ru and row.title_zh and row.title_en and row.source for row in rows)
