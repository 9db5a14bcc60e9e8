"""Nina ends the month at her desk: what keeps it open is mended where the page leads; two close."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from moneyed import Money

from orders import days
from payments import ledger, manual, months
from payments.ledger import Leg
from payments.models import Break, Month, Payout, Receipt, StatementLine
from payments.reconciliation import breaks
from storefront.accounts.models import User
from storefront.lib import clock
from tests.admin import world
from tests.admin.test_deeds import deed, told
from tests.factories import catalog, orders, payments, statements

LIST = reverse("admin:payments_month_changelist")
PROPOSE = reverse("admin:payments_month_propose")
pytestmark = pytest.mark.django_db


@pytest.fixture
def month(settings: object, tmp_path_factory: pytest.TempPathFactory) -> date:
    """The month before this one: papers until its middle, and a fee that was booked in time."""
    settings.STATIC_ROOT = tmp_path_factory.getbasetemp()
    world.people()
    this = clock.now().astimezone(days.MOSCOW).date().replace(day=1)
    first_on = (this - timedelta(days=1)).replace(day=1)
    statements.statement(on=first_on.replace(day=14), now=clock.now())
    post("fee", 1_500, months.end_of(first_on) - timedelta(hours=12))
    return first_on


def post(key: str, units: int, at: datetime) -> None:
    legs = [Leg("bank_fee", "RUB", units), Leg("bank", "RUB", -units)]
    ledger.post("test", key=key, legs=legs, occurred_at=at, actor="task:test", source="test")


def client(name: str) -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(
        User.objects.get(email=f"{name}@example.com"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    found.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return found


def papers(last: date, lines: list[tuple[str, str]]) -> None:
    """Statements of the second half of the month, and the rate of its last day."""
    since = last.replace(day=15)
    statements.statement(lines, on=last, since=since, now=clock.now())
    statements.statement(account=statements.CNY, on=last, since=since, now=clock.now())
    payments.rate("11.95", on=last)


def board(page) -> str:
    return page.content.decode().split('id="month"', 1)[1].split("</section>", 1)[0]


def led_to(page) -> dict[str, str]:
    """What the page says keeps the month open, and where it leads to mend it."""
    pattern = r'<a href="([^"]+)"><b class="n">(\d*)</b><span>([^<]+)</span>'
    found = re.findall(pattern, board(page))
    return {words: address.replace("&amp;", "&") for address, _rows, words in found}


def leads_on(nina: Client, address: str) -> str:
    """The first row of the list that the page leads to."""
    listed = nina.get(address)
    assert listed.status_code == 200
    (row, *_others) = listed.context["cl"].result_list
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    assert page in listed.content.decode()
    return page


def test_month_is_ended_from_one_page(month: date) -> None:
    nina, until = client("finance"), months.end_of(month)
    seen = breaks.Seen("test:1", "FEE", "REGISTRY", theirs="a", units=5, currency="RUB")
    breaks.open_all([seen], now=until - timedelta(days=3))

    told_first = led_to(nina.get(LIST))

    assert list(told_first) == [
        "Days without a bank statement",
        "Open breaks",
        "There is no official rate of the last day",
    ]
    assert f"{statements.RUB} RUB: 1" in board(nina.get(LIST))
    refused = nina.post(PROPOSE)
    (said,) = told(refused)
    assert all(words in said for words in told_first)
    assert "deed-yes" not in board(nina.get(LIST))

    leads_on(nina, told_first["Days without a bank statement"])
    last = until.date() - timedelta(days=1)
    fee = [("-15.00", "test:fee")]
    papers(last, fee)
    assert leads_on(nina, told_first["Open breaks"]) == deed(Break.objects.get(), "change")
    nina.post(deed(Break.objects.get(), "close"), {"sure": "1", "text": "their mistake"})
    booked = led_to(nina.get(LIST))
    assert list(booked) == ["Lines of bank statements that are not booked"]
    line = leads_on(nina, booked["Lines of bank statements that are not booked"])
    assert "take_suggestion" in nina.get(line).content.decode()
    nina.post(deed(StatementLine.objects.get(), "take_suggestion"), {"sure": "1"})
    assert led_to(nina.get(LIST)) == {}
    assert "deed-yes" in board(nina.get(LIST))


def test_one_proposes_another_closes_and_what_is_late_counts_later(month: date) -> None:
    nina, oleg, until = client("finance"), client("root"), months.end_of(month)
    last = until.date() - timedelta(days=1)
    papers(last, [])
    nina.post(PROPOSE)
    asked = Month.objects.get()
    assert reverse("admin:payments_month_change", args=[asked.pk]) in board(nina.get(LIST))

    assert len(told(nina.post(deed(asked, "close"), {"sure": "1", "text": "yes"}))) == 1
    assert Month.objects.get().is_open
    oleg.post(deed(asked, "close"), {"sure": "1", "text": "seen"})

    assert Month.objects.get().decision == "CLOSED"
    page = nina.get(LIST).content.decode()
    file = re.search(r'href="([^"]+as=csv[^"]+)"', page)[1].replace("&amp;", "&")
    before = rows(nina, file)
    assert before["bank_fee.RUB"] == ("15.00", "")
    post("late", 900, until - timedelta(days=2))
    assert rows(nina, file) == before
    later = rows(nina, file.replace(str(last), str(until.date())))
    assert later["bank_fee.RUB"] == ("24.00", "")


def rows(nina: Client, file: str) -> dict[str, tuple[str, str]]:
    found = csv.DictReader(io.StringIO(nina.get(file).content.decode("utf-8-sig")))
    return {row["account"]: (row["debit"], row["credit"]) for row in found}


def lines(last: date) -> None:
    papers(last, [("-5.00", "a")])
    after = last + timedelta(days=1)
    statements.statement([("-7.00", "b")], on=after, opening="-5.00", now=clock.now())


def breaks_(last: date) -> None:
    for at in either_side(last):
        seen = breaks.Seen(f"{at}", "FEE", "REGISTRY", theirs="a", units=5, currency="RUB")
        breaks.open_all([seen], now=at)


def postings(last: date) -> None:
    legs = [Leg("bank_fee", "RUB", 5), Leg("bank", "RUB", -5)]
    for at in either_side(last):
        manual.ask(legs, reason="fee", occurred_at=at, actor="user:1", now=clock.now())


def payouts(last: date) -> None:
    """A period ends as the day begins until which it lasts."""
    for at in either_side(last):
        until = days.of_books(at) + timedelta(days=1)
        Payout.objects.create(
            seller=catalog.seller(), period_until=until, message=f"{at:%d}",
            state="READY", money=Money(Decimal("10.00"), "CNY"), made_at=at,
        )  # fmt: skip


def receipts(last: date) -> None:
    for at in either_side(last):
        charge = payments.charge(orders.order(catalog.offer(), now=at))
        Receipt.objects.create(
            kind="PREPAYMENT", charge=charge, price=charge.price, body={}, made_at=at, asked_at=at
        )


def held(last: date) -> None:
    for at in either_side(last):
        payments.rate("19.95", on=days.of_books(at), is_held=True)


def either_side(last: date) -> tuple[datetime, datetime]:
    """The noon of the last day of a month, and that of the first day of the next."""
    noon = days.begins(last) + timedelta(hours=12)
    return noon, noon + timedelta(days=1)


@pytest.mark.parametrize(
    ("what", "fill"),
    list(zip(months.ROWS, (lines, breaks_, postings, payouts, receipts, held), strict=True)),
)
def test_the_list_behind_each_obstacle_shows_the_one_that_is_counted(
    month: date, what: str, fill: Callable[[date], None]
) -> None:
    nina = client("finance")
    fill(months.end_of(month).date() - timedelta(days=1))
    (found,) = [one for one in months.obstacles(month, now=clock.now()) if one.what == what]
    (address,) = [one for one in led_to(nina.get(LIST)).values() if "month=" in one]

    listed = nina.get(address)

    assert (found.rows, listed.context["cl"].result_count) == (1, 1)
    assert listed.context["cl"].result_list[0] == months.waiting(what, month).get()
    assert nina.get(address.split("?")[0]).context["cl"].result_count == 2
    assert nina.get(f"{address[:-2]}13").context["cl"].result_count == 2  # no such month


@pytest.mark.parametrize("name", ["operator", "customs", "authority"])
def test_nobody_else_sees_or_proposes(month: date, name: str) -> None:
    stranger = client(name)

    assert stranger.get(LIST).status_code == 403
    assert stranger.post(PROPOSE).status_code == 403
