"""The rates of the day, in the real file format."""

from decimal import Decimal
from itertools import pairwise

import pytest
from lxml import etree

AT = "2026-11-21T09:00:00Z"


def daily(sandbox, day="", at=AT):
    query = f"?date_req={day}" if day else ""
    answer = sandbox.get(f"/cbr/scripts/XML_daily.asp{query}", at=at)
    return answer, etree.fromstring(answer.content)


def value(root, code):
    found = root.find(f"Valute[CharCode='{code}']")
    return found.findtext("Nominal"), found.findtext("Value"), found.findtext("VunitRate")


def test_the_file_is_windows_1251_with_decimal_commas(sandbox):
    answer, root = daily(sandbox, "18/09/2026")

    assert answer.headers["Content-Type"] == "application/xml; charset=windows-1251"
    assert "Юань".encode("windows-1251") in answer.content
    assert (root.get("Date"), root.get("name")) == ("18.09.2026", "Foreign Currency Market")
    assert value(root, "CNY") == ("10", "118,7000", "11,87")
    assert value(root, "USD") == ("1", "84,5093", "84,5093")
    assert value(root, "EUR") == ("1", "99,3304", "99,3304")
    assert root.find("Valute[CharCode='CNY']").get("ID") == "R01375"
    codes = {found.text for found in root.iter("CharCode")}
    assert codes == {"USD", "EUR", "CNY", "HKD", "BYN", "KZT", "JPY"}


def test_the_nominal_of_the_yuan_changes_with_the_year(sandbox):
    assert value(daily(sandbox, "31/12/2025")[1], "CNY")[0] == "1"
    nominal, shown, unit = value(daily(sandbox, "31/01/2026")[1], "CNY")

    assert nominal == "10"
    assert Decimal(shown.replace(",", ".")) / 10 == Decimal(unit.replace(",", "."))


@pytest.mark.parametrize(
    ("asked", "dated"),
    [
        ("21/11/2026", "21.11.2026"),  # Saturday: set on Friday
        ("22/11/2026", "21.11.2026"),  # Sunday
        ("23/11/2026", "21.11.2026"),  # Monday
        ("24/11/2026", "24.11.2026"),  # Tuesday: set on Monday
        ("05/11/2026", "04.11.2026"),  # the day after the holiday of 4 November
        ("08/01/2026", "01.01.2026"),  # the first eight days of January
    ],
)
def test_weekends_and_holidays_give_the_earlier_rate(sandbox, asked, dated):
    assert daily(sandbox, asked, "2026-12-01T09:00:00Z")[1].get("Date") == dated


@pytest.mark.parametrize(
    ("at", "dated"),
    [
        ("2026-11-19T12:29:59Z", "19.11.2026"),
        ("2026-11-19T12:30:00Z", "20.11.2026"),
        ("2026-11-20T12:30:00Z", "21.11.2026"),
        ("2026-11-21T20:00:00Z", "21.11.2026"),
    ],
)
def test_the_next_rate_is_there_from_half_past_three_in_moscow(sandbox, at, dated):
    assert daily(sandbox, "", at)[1].get("Date") == dated
    assert daily(sandbox, "31/12/2026", at)[1].get("Date") == dated


def test_a_rate_is_a_pure_function_of_the_day_and_the_seed(another):
    one, same, other = another(), another(), another(SANDBOX_SEED="8")
    daily(one, "20/11/2026")

    first = daily(one, "10/06/2025")[0].content

    assert daily(same, "10/06/2025")[0].content == first
    assert daily(other, "10/06/2025")[0].content != first


def test_a_shock_moves_all_rates_from_its_day_on_and_no_earlier_one(sandbox, another):
    shaken = another(SANDBOX_SHOCKS="2026-11-18:+9,2026-11-20:-50")

    def unit(which, code, day):
        return Decimal(value(daily(which, day)[1], code)[2].replace(",", "."))

    for code in ("CNY", "EUR"):
        for day, times in (("17/11/2026", "1"), ("18/11/2026", "1.09"), ("20/11/2026", "0.545")):
            plain, moved = unit(sandbox, code, day), unit(shaken, code, day)
            assert abs(moved - plain * Decimal(times)) < Decimal("0.0002")


def test_two_years_of_rates_stay_near_their_middle_and_move_gently(sandbox):
    path = "/cbr/scripts/XML_dynamic.asp?date_req1=01/01/2025&date_req2=31/12/2026"
    answer = sandbox.get(f"{path}&VAL_NM_RQ=R01375", at="2027-01-10T00:00:00Z")
    records = etree.fromstring(answer.content).findall("Record")
    rates = [Decimal(found.findtext("VunitRate").replace(",", ".")) for found in records]

    assert len(records) > 470
    assert all(Decimal("9") < rate < Decimal("15") for rate in rates)
    steps = [abs(b / a - 1) for a, b in pairwise(rates)]
    assert max(steps) < Decimal("0.10")


def test_a_day_that_is_none_is_refused(sandbox):
    answer = sandbox.get("/cbr/scripts/XML_daily.asp?date_req=31/02/2026")

    assert (answer.status_code, answer.json()["field"]) == (400, "date_req")
