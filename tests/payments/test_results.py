"""A small month in hand-made journals: its profit, its exchange, and where its money is."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from payments import banks, exchange, ledger, postings, results, settlement, whereabouts
from payments.models import Journal
from storefront.lib import money as sums
from tests.factories import payments as money

pytestmark = pytest.mark.django_db

SOLD = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DEALT = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
PHONE = postings.line(
    1,
    seller="lianhua",
    goods=Decimal("16990.00"),
    gross=Decimal("1299.00"),
    commission=Decimal("103.92"),
    rate=Decimal("11.87"),
)


def post(kind: str, *pages: list[ledger.Leg], at: datetime = SOLD, key: str = "1") -> None:
    rate = money.Rate.objects.get(rate_on=date(2026, 11, 21)) if kind == "released" else None
    for number, legs in enumerate(pages):
        ledger.post(
            kind,
            key=f"{kind}:{key}:{number}",
            legs=legs,
            occurred_at=at,
            actor="user:vera",
            source="by hand",
            rate=rate,
        )


def a_phone_is_sold(*, dealt_at: str = "11.95", sold: str = "14281.21") -> None:
    """Sold at 11.87; the yuan are bought when the central bank's rate is 11.90, and paid out."""
    money.rate("11.87")
    money.rate("11.90", on=date(2026, 12, 9))
    post("captured", postings.captured(1763000, order_number=""))
    post("acquirer-paid", postings.acquirer_paid(1763000, fee=49364))
    pages = postings.released([PHONE], freight=64000, duty=0, order_number="")
    post("released", *pages, at=SOLD + timedelta(days=14))
    deal = banks.Deal(
        "FX-1", "D-1", Decimal(dealt_at), Decimal(sold), Decimal("1195.08"), made_at=DEALT
    )
    settlement.convert(deal, actor="task:job", now=DEALT)
    post("payout-sent", postings.payout_sent(119508, seller="lianhua"), at=DEALT)
    post("payout-credited", postings.payout_credited(119508), at=DEALT)


def shown(told: results.Statement) -> str:
    return "\n".join(
        f"{row.purpose:<15} {row.kind:<14} {sums.from_minor(row.units, row.currency):>9}"
        f" {row.currency}"
        for row in told.results
    )


def test_profit_by_kind_is_what_our_accounts_changed_by() -> None:
    a_phone_is_sold()

    told = results.statement()

    assert (
        shown(told)
        == """\
commission      released          103.92 CNY
fx_gain_loss    closed           -103.92 CNY
margin          released         1570.87 RUB
freight_income  released          640.00 RUB
fx_gain_loss    closed           1137.92 RUB
acquirer_fee    acquirer-paid    -493.64 RUB"""
    )
    assert (told.total("RUB"), told.total("CNY")) == (285515, 0)
    assert (told.unexplained("RUB"), told.unexplained("CNY")) == (0, 0)


def test_profit_of_a_period_begins_where_the_one_before_ended() -> None:
    a_phone_is_sold()
    middle = SOLD + timedelta(days=15)

    before, after = results.statement(until=middle), results.statement(since=middle)

    assert before.closing == after.opening == {"RUB": 171723, "CNY": 10392}
    assert (after.total("RUB"), after.total("CNY")) == (113792, -10392)
    assert after.unexplained("RUB") == after.unexplained("CNY") == 0


def test_gain_of_a_deal_is_the_rate_at_the_sale_against_that_of_the_deal() -> None:
    a_phone_is_sold()

    told = exchange.explain()

    # 1 299.00 yuan stood at 11.87, which is 15 419.13; 14 281.21 bought 1 195.08 of them.
    (deal,) = told.deals
    assert deal.at_sale.quantize(Decimal("0.0001")) == Decimal("11.8700")
    assert (deal.at_bank, deal.rate) == (Decimal("11.90"), Decimal("11.95"))
    assert deal.own == Decimal("1233.53")  # 103.92 of commission, at 11.87
    assert deal.moved == Decimal("-35.85")  # 14 185.60 at the sale, 14 221.45 on the day
    assert deal.bank == Decimal("-59.76")  # 14 281.21 for what was 14 221.45
    assert deal.beyond == Decimal(0)
    assert deal.explained == deal.booked == Decimal("1137.92")
    assert (told.open_yuan, told.open_rubles) == (0, 0)
    assert told.by_kind == {
        "released": (1541913, 129900),
        "converted": (-1428121, -119508),
        "closed": (-113792, -10392),
    }
    assert (told.unexplained, told.strange) == (0, [])


def test_yuan_that_fell_away_after_they_were_paid_are_no_sale_of_the_next_deal() -> None:
    a_phone_is_sold()
    gone = postings.undone([PHONE], freight=0, duty=0, order_number="")
    rate = Journal.objects.get(kind="released").rate
    ledger.post(
        "undone",
        key="undone:1",
        legs=gone[0],
        occurred_at=DEALT,
        actor="user:vera",
        source="by hand",
        rate=rate,
    )
    post(
        "released", *postings.released([PHONE, PHONE], freight=0, duty=0, order_number=""), key="2"
    )
    deal = banks.Deal(
        "FX-2", "D-2", Decimal("12.10"), Decimal("14460.47"), Decimal("1195.08"), made_at=DEALT
    )
    settlement.convert(deal, actor="task:job", now=DEALT)

    told = exchange.explain()

    # Two phones were released and one came back: one phone's yuan stand open, and its commission.
    assert told.deals[1].own == Decimal("1233.53")
    assert told.deals[1].explained == told.deals[1].booked == Decimal("958.66")
    assert (told.open_yuan, told.open_rubles, told.unexplained, told.strange) == (0, 0, 0, [])


def test_a_gain_the_rates_do_not_say_is_told() -> None:
    a_phone_is_sold()
    wrong = [ledger.Leg("fx_position", "RUB", 100), ledger.Leg("fx_gain_loss", "RUB", -100)]
    post("closed", wrong, key="other")
    post("manual-like", [one.mirrored() for one in wrong], key="other")

    told = exchange.explain()

    assert told.strange == [
        "closed:other:0: 100 kopecks for a deal that is not there",
        "manual-like:other:0: a gain of -100 kopecks without a deal",
        "manual-like:other:0: no rate is known of it",
    ]


def test_a_deal_booked_at_another_sum_than_its_rate_is_told() -> None:
    a_phone_is_sold(sold="14281.31")

    told = exchange.explain()

    assert told.strange == ["FX-1: its sums are not of its rate"]


def test_all_rubles_and_yuan_are_somewhere_and_somebodys() -> None:
    a_phone_is_sold()

    rubles, yuan = whereabouts.look("RUB"), whereabouts.look("CNY")

    assert rubles.moved == {"acquirer-paid": -49364, "captured": 1763000, "converted": -1428121}
    assert rubles.places == {"bank": 285515, "acquirer_clearing": 0, "chargebacks": 0}
    assert rubles.owners == {
        "acquirer_fee": -49364,
        "freight_income": 64000,
        "fx_gain_loss": 113792,
        "margin": 157087,
    }
    assert (rubles.here, rubles.unexplained) == (285515, 0)
    assert yuan.moved == {"converted": 119508, "payout-sent": -119508}
    assert yuan.places == {"bank": 0, "payouts_in_transit": 0}
    assert (yuan.here, yuan.unexplained) == (0, 0)
