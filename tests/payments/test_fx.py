"""Rates: read with their nominal, kept for ever, never silently old."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import days
from orders.models import Term
from payments import fx
from payments.models import Rate, RatePayload
from storefront.lib import http, kept
from tests.factories import payments as factory
from tests.payments.conftest import shared_data
from tests.sandbox.conftest import Sandbox

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday


def xml(*currencies: str, day: str = "21.11.2026") -> bytes:
    text = f'<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="{day}" name="x">'
    return (text + "".join(currencies) + "</ValCurs>").encode("cp1251")


def valute(code: str = "CNY", nominal: str = "10", value: str = "118,7000", unit: str = "") -> str:
    more = f"<VunitRate>{unit}</VunitRate>" if unit else ""
    return (
        f'<Valute ID="R01375"><NumCode>156</NumCode><CharCode>{code}</CharCode>'
        f"<Nominal>{nominal}</Nominal><Name>Юань</Name><Value>{value}</Value>{more}</Valute>"
    )


@pytest.mark.parametrize(
    ("file", "on", "rubles", "currencies"),
    [
        ("XML_daily_2020-04-25.xml", date(2020, 4, 25), "10.5493", 34),
        ("XML_daily_2022-03-15.xml", date(2022, 3, 15), "18.2218", 34),
        ("XML_daily_2022-07-23.xml", date(2022, 7, 23), "8.58282", 34),
        ("XML_daily_2025-04-01_xml_response_april_1.xml", date(2025, 4, 1), "11.7136", 43),
    ],
)
def test_recorded_files_give_the_rubles_of_one_yuan(
    file: str, on: date, rubles: str, currencies: int
) -> None:
    body = (shared_data("cbr_xml_recorded") / file).read_bytes()

    daily = fx.read(body)

    assert daily.on == on
    assert daily.rubles("CNY") == Decimal(rubles)
    assert len(daily.quotes) == currencies


def test_every_recorded_file_can_be_read() -> None:
    files = sorted(shared_data("cbr_xml_recorded").glob("*.xml"))

    assert [fx.read(file.read_bytes()).on.isoformat() for file in files] == [
        "2020-04-25",
        "2022-03-15",
        "2022-07-23",
        *(f"2025-04-0{day}" for day in range(1, 6)),
    ]


def test_a_unit_rate_in_exponent_form_is_read() -> None:
    dong = valute("VND", "10000", "34,4230", "3,4423E-03")
    rial = valute("IRR", "1000000", "58,8139", "5,88139E-05")

    daily = fx.read(xml(dong, rial))

    assert daily.rubles("VND") == Decimal("0.0034423")
    assert daily.rubles("IRR") == Decimal("0.0000588139")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "readable"),
        (b"<html><body>502</body></html>", "root is html"),
        (xml(), "no currency"),
        (xml(valute(), day="2026-11-21"), "dd.mm.yyyy"),
        (xml(valute(), day="31.02.2026"), "dd.mm.yyyy"),
        (xml(valute(value="")), "Value is ''"),
        (xml(valute(value="NaN")), "Value is 'NaN'"),
        (xml(valute(value="-1,0")), "Value is '-1,0'"),
        (xml(valute(nominal="0")), "Nominal is '0'"),
        (xml(valute(nominal="1", unit="11,87")), "VunitRate says"),
        (xml(valute(), valute()), "twice"),
        (xml(valute(code="YUAN")), "YUAN has no code"),
        (xml(valute(code="")), "a currency has no code"),
        (xml(valute(nominal="1,5")), "CNY has no code or nominal"),
        (xml(valute(value="Infinity")), "Value is 'Infinity'"),
        (xml(valute(nominal="1000000000000", value="1")), "CNY is worth nothing"),
        (xml(valute(nominal="1", value="10,0101", unit="10")), "10.0101.*VunitRate says 10$"),
        (b"<ValCurs><Valute/></ValCurs>", "Date is ''"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><ValCurs Date="21.11.2026"/>', "readable"),
    ],
)
def test_what_is_no_day_of_rates_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(fx.BadRates, match=why):
        fx.read(body)


def test_other_ways_to_write_the_same_are_read() -> None:
    spaced = valute(nominal="10 000", value="10\xa0010,00", unit="1")
    third = valute("USD", "3", "1,0")

    daily = fx.read(xml(spaced, third, day="21/11/2026"))

    assert daily == fx.Daily(
        date(2026, 11, 21),
        (
            fx.Quote("CNY", 10_000, Decimal("10010.00"), Decimal("1.001")),
            fx.Quote("USD", 3, Decimal("1.0"), Decimal("0.3333333333")),
        ),
    )


@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(body: bytes) -> None:
    with pytest.raises(fx.BadRates):
        fx.read(body)


def test_converting_rounds_half_up_once() -> None:
    assert fx.convert(Decimal("1299.00"), Decimal("11.87")) == Decimal("15419.13")
    assert fx.convert(Decimal("0.05"), Decimal("0.1")) == Decimal("0.01")


@pytest.mark.django_db
def test_rates_are_kept_once_and_never_overwritten() -> None:
    body = xml(valute(), valute("USD", "1", "84,5093"))
    changed = xml(valute(value="119,0000"), valute("USD", "1", "84,5093"))

    first = fx.store(fx.read(body), source="cbr", payload=body, now=NOW)
    again = fx.store(fx.read(body), source="cbr", payload=body, now=NOW)
    other = fx.store(fx.read(changed), source="cbr", payload=changed, now=NOW)

    assert (first.new, first.known, first.held) == (("CNY", "USD"), (), ())
    assert (again.new, again.known, again.differing) == ((), ("CNY", "USD"), ())
    assert (other.new, other.differing) == ((), ("CNY",))
    assert fx.rate_for("CNY", on=date(2026, 11, 21)).rate == Decimal("11.87")
    assert Rate.objects.count() == 2
    yuan = Rate.objects.get(currency="CNY")
    assert (yuan.nominal, yuan.published, yuan.fetched_at) == (10, Decimal("118.7"), NOW)
    payload = RatePayload.objects.get(digest=yuan.payload_hash)
    assert (bytes(payload.body), payload.source, payload.fetched_at) == (body, "cbr", NOW)
    assert fx.store(fx.read(body), source="bank", payload=body, now=NOW).new == ("CNY", "USD")


@pytest.mark.django_db
def test_only_what_held_in_the_last_two_weeks_is_compared() -> None:
    body = xml(valute(value="200,0000"))
    for rate, day in (("20", 7), ("11.87", 6)):  # the oldest day that counts, and one too old
        factory.rate(rate, on=date(2026, 11, day))
    assert not fx.store(fx.read(body), source="cbr", payload=body, now=NOW).held

    factory.rate("11.87", on=date(2026, 11, 21), source="bank")  # of the same day: not before it
    factory.rate("11.87", on=date(2026, 11, 20), is_held=True)
    body = xml(valute(value="200,0100"))
    assert not fx.store(fx.read(body), source="other", payload=body, now=NOW).held

    factory.rate("11.87", on=date(2026, 11, 8))
    assert fx.store(fx.read(body), source="third", payload=body, now=NOW).held


@pytest.mark.django_db
def test_history_has_one_rate_a_day_the_confirmed_one_where_one_was_held() -> None:
    for rate, day in (("11", 1), ("12", 2), ("14", 4)):
        factory.rate(rate, on=date(2026, 11, day))
    held = factory.rate("130", on=date(2026, 11, 3), is_held=True)
    since = date(2026, 11, 2)
    assert fx.history("CNY", since=since) == [
        (date(2026, 11, 2), Decimal(12)),
        (date(2026, 11, 4), Decimal(14)),
    ]
    assert fx.history("USD", since=since) == []

    confirmed = fx.confirm(held, actor="user:" + "7" * 60, now=NOW)

    factory.rate("131", on=date(2026, 11, 3), source="cbr user:8")  # the later word
    assert fx.history("CNY", since=since)[1] == (date(2026, 11, 3), Decimal(131))
    assert confirmed.source == f"{held.source} user:{'7' * 60}"[:60]
    assert (confirmed.nominal, confirmed.published) == (held.nominal, held.published)
    assert (confirmed.payload_hash, confirmed.fetched_at) == (held.payload_hash, NOW)


@pytest.mark.django_db
def test_a_rate_that_jumps_waits_for_a_person() -> None:
    factory.rate("11.87", on=date(2026, 11, 20))
    body = xml(valute(nominal="1", value="118,7000"))  # the nominal was dropped: ten times

    stored = fx.store(fx.read(body), source="cbr", payload=body, now=NOW)

    assert stored.held == ("CNY",)
    assert fx.rate_for("CNY", on=date(2026, 11, 21)).rate_on == date(2026, 11, 20)
    held = Rate.objects.get(is_held=True)
    confirmed = fx.confirm(held, actor="user:7", now=NOW)
    assert fx.rate_for("CNY", on=date(2026, 11, 21)) == confirmed
    assert confirmed.source == "cbr user:7"
    assert fx.confirm(held, actor="user:7", now=NOW) == confirmed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "is_held"), [("136,50", False), ("136,51", True), ("100,89", True)]
)
def test_fifteen_percent_is_the_border(value: str, is_held: bool) -> None:
    factory.rate("11.87", on=date(2026, 11, 20))
    body = xml(valute(value=value))

    assert bool(fx.store(fx.read(body), source="cbr", payload=body, now=NOW).held) is is_held


@pytest.mark.django_db
def test_from_the_day_of_a_new_row_another_border_holds() -> None:
    factory.rate("11.87", on=date(2026, 11, 20))
    Term.objects.create(
        key="rate_jump_bps", value=2000, unit="bps", valid_from=NOW.date(), source="test"
    )
    kept.forget()
    body = xml(valute(value="136,51"))
    eve = fx.store(fx.read(body), source="eve", payload=body, now=NOW - timedelta(days=1))

    assert eve.held == ("CNY",)
    assert fx.store(fx.read(body), source="day", payload=body, now=NOW).held == ()


@pytest.mark.django_db
def test_the_newest_day_holds_and_is_compared_whichever_was_read_last() -> None:
    newest = factory.rate("11.87", on=date(2026, 11, 20))
    factory.rate("9.00", on=date(2026, 11, 18))  # an older day, read afterwards

    assert fx.rate_for("CNY", on=date(2026, 11, 20)) == newest
    body = xml(valute(value="136,505"))  # 15 % above the newest, to the last digit
    assert fx.store(fx.read(body), source="cbr", payload=body, now=NOW).held == ()


@pytest.mark.django_db
def test_a_jump_against_a_rate_of_years_ago_is_none() -> None:
    factory.rate("10.5493", on=date(2020, 4, 25))
    body = xml(valute(value="182,2180"), day="15.03.2022")

    assert fx.store(fx.read(body), source="cbr", payload=body, now=NOW).held == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rate_on", "on", "holds"),
    [
        ("2026-11-21", "2026-11-23", True),  # Saturday's rate holds through Monday
        ("2026-11-21", "2026-11-26", True),  # Tuesday, Wednesday, Thursday are missed
        ("2026-11-21", "2026-11-27", False),
        ("2026-11-17", "2026-11-20", True),
        ("2026-11-17", "2026-11-22", False),  # Wednesday to Saturday are missed
        ("2026-12-31", "2027-01-11", True),  # the January holidays
        ("2026-12-31", "2027-01-15", False),
        ("2026-11-24", "2026-11-23", False),  # tomorrow's rate is not today's
        ("2020-04-25", "2026-11-23", False),
    ],
)
def test_a_rate_expires_by_days_of_publication(rate_on: str, on: str, holds: bool) -> None:
    factory.rate(on=date.fromisoformat(rate_on))

    if holds:
        assert fx.rate_for("CNY", on=date.fromisoformat(on)).rate_on == date.fromisoformat(rate_on)
    else:
        with pytest.raises(fx.RateExpired, match="курс валюты устарел") as refused:
            fx.rate_for("CNY", on=date.fromisoformat(on))
        assert refused.value.facts == {"currency": "CNY", "on": date.fromisoformat(on)}


@pytest.mark.django_db
def test_a_rate_costs_one_query(django_assert_num_queries: object) -> None:
    factory.rate()

    with django_assert_num_queries(1):
        fx.rate_for("CNY", on=date(2026, 11, 23))


@pytest.mark.django_db
def test_rates_never_change(check_now: object) -> None:
    from django.db import ProgrammingError, transaction

    rate = factory.rate()
    for change in (lambda: Rate.objects.update(rate=1), rate.delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("moscow", "due"),
    [
        ("2026-11-23T12:00", ["2026-11-21"]),  # Monday before and after tomorrow's rates are set
        ("2026-11-23T15:30", ["2026-11-21", "2026-11-24"]),
        ("2026-11-21T16:00", ["2026-11-21"]),  # Saturday: nothing new until Tuesday
        ("2027-01-05T16:00", ["2027-01-01"]),
    ],
)
def test_what_should_be_out_by_now(moscow: str, due: list[str]) -> None:
    instant = datetime.fromisoformat(moscow).replace(tzinfo=days.MOSCOW)

    assert [day.isoformat() for day in fx.published_by(instant)] == due


@pytest.mark.django_db
def test_missing_rates_are_fetched_from_the_central_bank(outside: Sandbox) -> None:
    now = datetime(2026, 9, 17, 13, 0, tzinfo=UTC)  # 16:00 in Moscow: the 18th is out
    outside_time = {"X-Business-Time": now.isoformat()}
    outside.http.headers.update(outside_time)

    from storefront.lib import clock

    with clock.simulated(now):
        said = fx.ensure(now=now)
        again = fx.ensure(now=now)

    assert fx.rate_for("CNY", on=date(2026, 9, 18)).rate == Decimal("11.87")
    assert fx.rate_for("CNY", on=date(2026, 9, 17)).rate_on == date(2026, 9, 17)
    assert [day.partition(":")[0] for day in said.split("; ")] == ["2026-09-17", "2026-09-18"]
    assert said.endswith(" new")
    assert again == "rates are here"
    assert fx.published_by(now)[-1] == date(2026, 9, 18)  # 13:00 of UTC is 16:00 in Moscow


@pytest.mark.django_db
def test_what_is_fetched_is_kept_as_the_central_banks_and_says_what_is_held(
    outside: Sandbox,
) -> None:
    now = datetime(2026, 9, 17, 13, 0, tzinfo=UTC)
    outside.http.headers.update({"X-Business-Time": now.isoformat()})
    factory.rate("1.187", on=date(2026, 9, 16))
    factory.rate("1.187", on=date(2026, 9, 17), source="bank")  # neither of these two
    factory.rate("80", on=date(2026, 9, 18), currency="XTS")  # is what is looked for

    from storefront.lib import clock

    with clock.simulated(now):
        said = fx.ensure(now=now)

    assert [part[:10] for part in said.split("; ")] == ["2026-09-17", "2026-09-18"]
    assert said.count("new, held: CNY") == 2
    yuan = Rate.objects.get(rate_on=date(2026, 9, 18), currency="CNY", source="cbr")
    assert (yuan.is_held, yuan.fetched_at) == (True, now)
    assert b"ValCurs" in bytes(RatePayload.objects.get(digest=yuan.payload_hash).body)


@pytest.mark.django_db
def test_a_silent_central_bank_is_named_and_a_talking_one_not_believed(
    outside: Sandbox, settings: object
) -> None:
    outside.http.put(
        f"{outside.url}/_/shops/cbr", json={"script": {"replies": {"garbage": "html"}}}, timeout=5
    )
    with pytest.raises(http.Unknown, match="not readable XML"):
        fx.ensure(now=NOW)

    settings.CBR_URL = "http://127.0.0.1:1/scripts"
    with pytest.raises(http.Unreachable):
        fx.ensure(now=NOW)

    assert not Rate.objects.exists()
