"""Every journal as an accountant would write it."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import postings
from payments.ledger import Leg


def standing(legs: list[Leg]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for leg in legs:
        found[leg.code] += leg.units
    return dict(found)


def sums(legs: list[Leg]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for leg in legs:
        found[leg.currency] += leg.units
    return {currency: units for currency, units in found.items() if units}


def phone(**fields: object) -> postings.Line:
    """1 299.00 CNY at 11.87, sold for 16 990 rubles, commission 7 %."""
    plain = {
        "seller": "boris",
        "goods": Decimal("16990.00"),
        "gross": Decimal("1299.00"),
        "commission": Decimal("90.93"),
        "rate": Decimal("11.87"),
    }
    return postings.line(1, **{**plain, **fields})


def test_captured_money_is_the_buyers() -> None:
    legs = postings.captured(17_630_00, order_number="612048835")

    assert standing(legs) == {"acquirer_clearing.RUB": 1_763_000, "buyer_funds.RUB": -1_763_000}
    assert {leg.order_number for leg in legs} == {"612048835"}


def test_acquirer_pays_out_less_his_fee() -> None:
    legs = postings.acquirer_paid(17_630_00, fee=493_64)

    assert standing(legs) == {
        "bank.RUB": 1_713_636,
        "acquirer_fee.RUB": 49_364,
        "acquirer_clearing.RUB": -1_763_000,
    }
    assert sums(legs) == {}


def test_release_gives_each_his_part_to_the_kopeck_and_fen() -> None:
    (legs,) = postings.released([phone()], freight=640_00, duty=0, order_number="612048835")

    assert standing(legs) == {
        "buyer_funds.RUB": 1_763_000,
        "fx_position.RUB": -1_541_913,  # 1 299.00 x 11.87 = 15 419.13
        "freight_income.RUB": -64_000,
        "margin.RUB": -157_087,  # the rest: 16 990.00 - 15 419.13
        "fx_position.CNY": 129_900,
        "seller_payable.CNY.boris": -120_807,
        "commission.CNY": -9_093,
    }
    assert sums(legs) == {}
    assert {leg.order_line for leg in legs if leg.purpose == "seller_payable"} == {1}


def test_release_with_duty_owes_it_to_the_customs() -> None:
    (legs,) = postings.released([phone()], freight=640_00, duty=1_234_56, order_number="1")

    assert standing(legs)["duty_payable.RUB"] == -123_456
    assert standing(legs)["buyer_funds.RUB"] == 1_763_000 + 123_456
    assert sums(legs) == {}


def test_release_of_many_lines_is_split_between_lines_into_journals_of_fifty_legs() -> None:
    lines = [phone()] * 19

    pages = postings.released(lines, freight=640_00, duty=100_00, order_number="1")

    assert [len(page) for page in pages] == [46, 48, 24]
    assert all(sums(page) == {} for page in pages)
    assert standing([leg for page in pages for leg in page])["buyer_funds.RUB"] == (
        19 * 1_699_000 + 64_000 + 10_000
    )


def test_yuan_bought_at_the_bank() -> None:
    legs = postings.converted(sold=14_426_77, bought=1_208_07)

    assert standing(legs) == {
        "fx_position.RUB": 1_442_677,
        "bank.RUB": -1_442_677,
        "bank.CNY": 120_807,
        "fx_position.CNY": -120_807,
    }
    assert sums(legs) == {}


def test_closing_leaves_nothing_open_when_all_yuan_were_bought_or_are_ours() -> None:
    """Released as above: 1 299.00 yuan at 15 419.13; 1 208.07 bought for 14 426.77, 90.93 ours."""
    position = postings.Position(yuan=129_900, rubles=1_541_913, own=9_093)
    sale = postings.converted(sold=1_442_677, bought=120_807)

    legs = postings.closed(position, sold=1_442_677, bought=120_807)

    assert standing(legs) == {
        "fx_position.RUB": 99_236,  # 15 419.13 - 14 426.77
        "fx_gain_loss.RUB": -99_236,
        "fx_gain_loss.CNY": 9_093,
        "fx_position.CNY": -9_093,
    }
    after = standing([*sale, *legs])
    assert after["fx_position.RUB"] - 1_541_913 == 0
    assert after["fx_position.CNY"] + 129_900 == 0


def test_closing_a_part_leaves_the_rest_at_its_booked_rate() -> None:
    position = postings.Position(yuan=200_000, rubles=2_400_000, own=0)

    legs = postings.closed(position, sold=1_260_000, bought=100_000)

    assert standing(legs) == {"fx_position.RUB": -60_000, "fx_gain_loss.RUB": 60_000}


def test_payout_goes_and_arrives() -> None:
    sent = postings.payout_sent(120_807, seller="boris")
    credited = postings.payout_credited(120_807)

    assert standing(sent) == {
        "seller_payable.CNY.boris": 120_807,
        "payouts_in_transit.CNY": -120_807,
    }
    assert standing(credited) == {"payouts_in_transit.CNY": 120_807, "bank.CNY": -120_807}


def test_refund_and_broken_promise() -> None:
    refund = postings.refunded(17_630_00, order_number="1")
    promise = postings.borne(
        500_00, account="compensation_expense", party="", order_number="1", line=None
    )

    assert standing(refund) == {"buyer_funds.RUB": 1_763_000, "acquirer_clearing.RUB": -1_763_000}
    assert standing(promise) == {
        "compensation_expense.RUB": 50_000,
        "buyer_funds.RUB": -50_000,
    }


def test_a_line_in_fractions_of_a_kopeck_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        phone(goods=Decimal("1.005"))


cents = st.integers(1, 10**9).map(lambda units: Decimal(units).scaleb(-2))


@given(
    lines=st.lists(
        st.tuples(cents, cents, st.integers(0, 9999), st.decimals("0.5", "40", places=10)),
        min_size=1,
        max_size=25,
    ),
    freight=st.integers(0, 10**7),
    duty=st.integers(0, 10**7),
)
def test_any_release_sums_to_zero_and_leaves_nothing_out(
    lines: list[tuple[Decimal, Decimal, int, Decimal]], freight: int, duty: int
) -> None:
    made = [
        postings.line(
            number,
            seller=f"seller-{number % 3}",
            goods=goods,
            gross=gross,
            commission=(gross * bps / 10_000).quantize(Decimal("0.01")),
            rate=rate,
        )
        for number, (goods, gross, bps, rate) in enumerate(lines, start=1)
    ]

    pages = postings.released(made, freight=freight, duty=duty, order_number="1")

    assert all(sums(page) == {} and 2 <= len(page) <= 50 for page in pages)
    found = standing([leg for page in pages for leg in page])
    assert found["buyer_funds.RUB"] == sum(line.goods for line in made) + freight + duty
    assert found["fx_position.CNY"] == sum(line.gross for line in made)
    assert sum(units for code, units in found.items() if code.startswith("seller_payable")) == (
        -sum(line.net for line in made)
    )


@given(
    yuan=st.integers(1, 10**10),
    rubles=st.integers(1, 10**11),
    bought=st.integers(0, 10**10),
    own=st.integers(0, 10**9),
    sold=st.integers(1, 10**11),
)
def test_any_closing_sums_to_zero(yuan: int, rubles: int, bought: int, own: int, sold: int) -> None:
    position = postings.Position(yuan=yuan, rubles=rubles, own=own)

    assert sums(postings.closed(position, sold=sold, bought=bought)) == {}
    assert position.booked(yuan) == rubles
