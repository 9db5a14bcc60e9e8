"""The papers of a day, fetched: the acquirers' registers and the statements of our accounts."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings

from orders import days
from storefront.lib import http

from . import gaps, papers, providers
from .banking import calendars
from .models import BankAccount, BankStatement, Registry
from .papers import Day, Taken

MOST_DAYS = 40
MOST_REST = 10  # days of rest
SEASON = timedelta(days=100)  # of named days of rest; before it the week alone tells
Works = Callable[[date], bool]
ACTOR = "task:papers"
NOT_YET = 404


def fetch(*, now: datetime) -> list[Taken]:
    """Fetch and take in every day that is over and not here yet; safe to run again.

    Not inside a transaction. A day whose paper is refused stays aside, and is asked for again.
    Raises: Unreachable, Unknown, Refused.
    """
    return [*_registries(now), *_statements(now)]


def _registries(now: datetime) -> Iterator[Taken]:
    for provider in providers.DRAWERS:
        drawer = providers.drawer(provider)
        if shop := drawer.registers_for():
            known = Registry.objects.filter(provider=provider, shop=shop)
            have = set(known.values_list("registry_on", flat=True))
            for day in _missing(have, now, works=always):
                if (body := drawer.read_register(day)) is not None:
                    name = f"registry-{shop}-{day}.csv"
                    about = Day(provider, shop, day)
                    yield papers.take_registry(body, about, name=name, actor=ACTOR, now=now)


def always(_day: date) -> bool:
    """A register is owed for every day."""
    return True


def _statements(now: datetime) -> Iterator[Taken]:
    if not settings.BANKS_URL:
        return
    calendar = calendars.around(days.of_books(now) - SEASON)
    for account in BankAccount.objects.order_by("pk"):
        told = BankStatement.objects.filter(account=account).values_list("from_on", "until_on")
        have = {day for since, until in told for day in days.span(since, until)}
        works = partial(calendar.works_in, gaps.country(account))
        for day in _missing(have, now, works=works):
            body = _ask(
                f"{settings.BANKS_URL}/{account.bic}/camt053",
                {"on": day.isoformat(), "account": account.number},
            )
            if body is not None:
                name = f"camt053-{account.number}-{day}.xml"
                yield papers.take_statements(body, name=name, actor=ACTOR, now=now)


def _missing(have: set[date], now: datetime, *, works: Works) -> list[date]:
    """Up to yesterday, the days whose paper was refused or never drawn up, oldest first.

    Of many the newest. A bank need not draw one up for a day of rest, so it is asked for the last
    few of these alone, and they do not crowd out the days it owes.
    """
    yesterday = days.of_books(now) - timedelta(days=1)
    since = days.span(min(have, default=yesterday), yesterday)
    lost = [day for day in since if day not in have]
    owed = [day for day in lost if works(day)][-MOST_DAYS:]
    rest = [day for day in lost if not works(day)][-MOST_REST:]
    return sorted([*owed, *rest])


def _ask(url: str, query: dict[str, str]) -> bytes | None:
    """A paper; None, if it is not drawn up yet."""
    try:
        return http.call("GET", url, params=query).body
    except http.Refused as refused:
        if refused.status == NOT_YET:
            return None
        raise
