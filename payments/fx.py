"""Rates of exchange: read from the central bank, kept for ever, asked for by day."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from lxml import etree

from orders import days, terms
from storefront.lib import http, money, xml
from storefront.lib.refusal import Refusal

from .models import Rate, RatePayload

SET_AT = time(15, 30)  # when tomorrow's rates are out, Moscow time
SOURCE = "cbr"
OURS = "CNY"
PLACES = Decimal(1).scaleb(-10)
WHOLE_BPS = 10_000

# Source: Labour Code of the Russian Federation, article 112, non-working holidays (month, day),
# read 2026-11-21. Days off moved by decree are not known here; the limit leaves room for them.
HOLIDAYS = frozenset(
    {(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)


class RateExpired(Refusal):
    """No rate is young enough to be quoted."""

    code = "rate_expired"


class BadRates(ValueError):
    """Not a day's rates of the central bank."""


@dataclass(frozen=True)
class Quote:
    """One currency of a day: `published` rubles for `nominal` units, `rate` for one."""

    currency: str
    nominal: int
    published: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Daily:
    """What the central bank published for a day."""

    on: date
    quotes: tuple[Quote, ...]

    def rubles(self, currency: str) -> Decimal:
        """Rubles for one unit.

        Raises: KeyError.
        """
        return {quote.currency: quote.rate for quote in self.quotes}[currency]


@dataclass(frozen=True)
class Stored:
    """What came of storing a day: codes of currencies.

    `held` were stored, but wait for a person; `differing` had been stored with another value,
    which stands.
    """

    new: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()


def convert(value: Decimal, rate: Decimal) -> Decimal:
    """The rubles of a value in another currency.

    Rounding: half up to the kopeck, once.
    """
    return money.half_up(value * rate)


def read(body: bytes) -> Daily:
    """Read XML_daily: windows-1251, decimal comma, a value for `Nominal` units.

    Rounding: rubles for one unit to ten places, as they are stored.
    Raises: BadRates.
    Source: the central bank's XML_daily.asp as recorded 2020-2025.
    """
    try:
        root = xml.parse(body)
    except xml.BadXml as error:
        raise BadRates(f"not readable XML: {error}") from error
    if root.tag != "ValCurs":
        raise BadRates(f"the root is {root.tag}, not ValCurs")
    on = _day(root.get("Date", ""))
    quotes = tuple(_quote(node) for node in root.iterfind("Valute"))
    if not quotes:
        raise BadRates("there is no currency in it")
    if len({quote.currency for quote in quotes}) != len(quotes):
        raise BadRates("a currency stands in it twice")
    return Daily(on, quotes)


def _day(text: str) -> date:
    parts = text.replace("/", ".").split(".")
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError as error:
        raise BadRates(f"Date is {text!r}, not dd.mm.yyyy") from error


def _quote(node: etree._Element) -> Quote:
    currency = xml.text(node, "CharCode")
    nominal = _number(node, "Nominal")
    published = _number(node, "Value")
    if len(currency) != 3 or nominal != int(nominal):
        raise BadRates(f"{currency or 'a currency'} has no code or nominal")
    rate = (published / nominal).quantize(PLACES)
    if node.find("VunitRate") is not None:
        _agree(currency, rate, _number(node, "VunitRate"))
    if not rate:
        raise BadRates(f"{currency} is worth nothing")
    return Quote(currency, int(nominal), published, rate)


def _number(node: etree._Element, name: str) -> Decimal:
    text = xml.text(node, name)
    try:
        number = Decimal(text.replace("\xa0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise BadRates(f"{name} is {text!r}") from error
    if not number.is_finite() or number <= 0:
        raise BadRates(f"{name} is {text!r}")
    return number


def _agree(currency: str, rate: Decimal, unit: Decimal) -> None:
    """A wrong nominal gives a plausible wrong number; the two ways must meet."""
    if abs(rate - unit) > max(unit / 1000, PLACES):
        raise BadRates(f"{currency}: Value for Nominal gives {rate}, VunitRate says {unit}")


@transaction.atomic
def store(daily: Daily, *, source: str, payload: bytes, now: datetime) -> Stored:
    """Keep a day's rates; what is known stays as it is.

    A rate that moved too far against the last one of the days before is kept but held: it is not
    used until `confirm`. How far and how many days are terms of the house, of the day it comes.
    """
    kept = dict(
        Rate.objects.filter(rate_on=daily.on, source=source).values_list("currency", "rate")
    )
    digest = hashlib.sha256(payload).hexdigest()
    RatePayload.objects.get_or_create(
        digest=digest, defaults={"source": source, "body": payload, "fetched_at": now}
    )
    rule = terms.values("rate_jump_bps", "rate_jump_days", on=now.date())
    before = _before(daily.on, timedelta(days=rule["rate_jump_days"]))
    fresh = [quote for quote in daily.quotes if quote.currency not in kept]
    held = tuple(one.currency for one in fresh if _jumped(one, before, rule["rate_jump_bps"]))
    Rate.objects.bulk_create(
        [
            Rate(
                currency=quote.currency,
                rate_on=daily.on,
                rate=quote.rate,
                nominal=quote.nominal,
                published=quote.published,
                source=source,
                payload_hash=digest,
                fetched_at=now,
                is_held=quote.currency in held,
            )
            for quote in fresh
        ],
        ignore_conflicts=True,
    )
    return Stored(
        new=tuple(quote.currency for quote in fresh),
        known=tuple(quote.currency for quote in daily.quotes if quote.currency in kept),
        held=held,
        differing=tuple(
            quote.currency
            for quote in daily.quotes
            if quote.currency in kept and kept[quote.currency] != quote.rate
        ),
    )


def _before(on: date, near: timedelta) -> dict[str, Decimal]:
    rows = Rate.objects.filter(rate_on__lt=on, rate_on__gte=on - near, is_held=False)
    newest = rows.order_by("currency", "-rate_on", "-pk").distinct("currency")
    return dict(newest.values_list("currency", "rate"))


def _jumped(quote: Quote, before: Mapping[str, Decimal], most_bps: int) -> bool:
    last = before.get(quote.currency)
    return last is not None and abs(quote.rate - last) * WHOLE_BPS > last * most_bps


def confirm(rate: Rate, *, actor: str, now: datetime) -> Rate:
    """Let a held rate be used: a second row says who decided it, the first one stays."""
    return Rate.objects.get_or_create(
        currency=rate.currency,
        rate_on=rate.rate_on,
        source=f"{rate.source} {actor}"[:60],
        defaults={
            "rate": rate.rate,
            "nominal": rate.nominal,
            "published": rate.published,
            "payload_hash": rate.payload_hash,
            "fetched_at": now,
        },
    )[0]


def rate_for(currency: str, *, on: date) -> Rate:
    """The rate that holds on a day: the newest not held, published for that day or before.

    Time: the limit, a term of the house, is in *publication* days. The bank sets rates on working
    days for the next day, so Sunday, Monday and the days after holidays do not count.
    Raises: RateExpired, if there is none so young.
    """
    usable = Rate.objects.filter(currency=currency, rate_on__lte=on, is_held=False)
    rate = usable.order_by("-rate_on", "-pk").first()
    missed = _missed(rate.rate_on, on) if rate else 0
    if rate is None or (missed and missed > terms.value("rate_age_days", on=on)):
        raise RateExpired(
            _("Prices are not available: the exchange rate is too old."), currency=currency, on=on
        )
    return rate


def history(currency: str, *, since: date) -> list[tuple[date, Decimal]]:
    """The rates that held, by day; one per day, those that wait for a person left out.

    Money: rubles for one unit.
    """
    rows = Rate.objects.filter(currency=currency, rate_on__gte=since, is_held=False)
    return list(rows.order_by("rate_on", "-pk").distinct("rate_on").values_list("rate_on", "rate"))


def _missed(rate_on: date, on: date) -> int:
    """How many days between had a rate of their own that we do not have."""
    days = min((on - rate_on).days, 60)
    return sum(has_own_rate(rate_on + timedelta(days=step)) for step in range(1, days + 1))


def has_own_rate(day: date) -> bool:
    """Whether the bank published a rate for this very day: its eve was a working day."""
    eve = day - timedelta(days=1)
    return eve.weekday() < 5 and (eve.month, eve.day) not in HOLIDAYS


def published_by(now: datetime) -> list[date]:
    """The days whose rates should be out: today's, and tomorrow's after half past three."""
    local = now.astimezone(days.MOSCOW)
    out = [_own(local.date())]
    if local.time() >= SET_AT:
        out.append(_own(local.date() + timedelta(days=1)))
    return sorted(set(out))


def _own(day: date) -> date:
    """The day whose rate holds on this day."""
    while not has_own_rate(day):
        day -= timedelta(days=1)
    return day


def fetch(on: date | None = None) -> bytes:
    """The central bank's file for a day, or the latest one.

    Raises: Unreachable, Unknown, Refused.
    """
    params = {"date_req": f"{on:%d/%m/%Y}"} if on else {}
    return http.call("GET", f"{settings.CBR_URL}/XML_daily.asp", params=params).body


def ensure(*, now: datetime) -> str:
    """Fetch the rates of today and tomorrow that are out and not here; says what came of it.

    Raises: Unreachable; Unknown, also for an answer that cannot be read; Refused.
    """
    days = published_by(now)
    ours = Rate.objects.filter(currency=OURS, source=SOURCE)
    here = set(ours.filter(rate_on__in=days).values_list("rate_on", flat=True))
    return "; ".join(_take(day, now) for day in days if day not in here) or "rates are here"


def _take(day: date, now: datetime) -> str:
    body = fetch(day)
    try:
        daily = read(body)
    except BadRates as error:
        raise http.Unknown(str(error)) from error
    stored = store(daily, source=SOURCE, payload=body, now=now)
    held = f", held: {' '.join(stored.held)}" if stored.held else ""
    return f"{daily.on}: {len(stored.new)} new{held}"
