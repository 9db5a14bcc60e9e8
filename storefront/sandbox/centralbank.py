"""The central bank: a computed, seeded series of rates in the real file format."""

from __future__ import annotations

import csv
import math
import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from lxml import etree

from storefront.sandbox.clock import MOSCOW
from storefront.sandbox.environment import Environment
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_xml

FIRST = date(2025, 1, 1)
_ANCHOR = date(2026, 9, 18)
_PUBLISHED = time(15, 30)
# Source: fixed non-working days of the Russian Labour Code, article 112, as (month, day).
_HOLIDAYS = {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
_PULL = 0.03
_DAILY = 0.006
_OWN_DAILY = 0.0025


@dataclass(frozen=True)
class Currency:
    """A currency of the list; its anchor is the rate of one unit on the anchor day."""

    id: str
    number: str
    code: str
    name: str
    nominal: int
    anchor: float

    def nominal_on(self, day: date) -> int:
        """For how many units a rate is given; the yuan was given for one until 2026."""
        return 1 if self.code == "CNY" and day.year < 2026 else self.nominal


@cache
def currencies() -> dict[str, Currency]:
    """Read the list of currencies, by id."""
    table = Path(__file__).with_name("currencies.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        return {
            row["id"]: Currency(
                row["id"],
                row["number"],
                row["code"],
                row["name"],
                int(row["nominal"]),
                float(row["anchor"]),
            )
            for row in csv.DictReader(lines)
        }


def rate(told: Environment, code: str, day: date) -> Decimal:
    """Give the rate in force on a day.

    Money: rubles for one unit.
    """
    currency = next(found for found in currencies().values() if found.code == code)
    dated = effective(day)
    return _value(told, currency, dated) / currency.nominal_on(dated)


def effective(day: date) -> date:
    """Find the day since which the rate of a day is in force: the day after a working day."""
    while day > FIRST and not _works(day - timedelta(days=1)):
        day -= timedelta(days=1)
    return day


def latest(now: datetime) -> date:
    """Find the youngest rate that is published: tomorrow's from half past three, Moscow."""
    local = now.astimezone(MOSCOW)
    today = local.date()
    if local.time() >= _PUBLISHED and _works(today):
        return today + timedelta(days=1)
    return effective(today)


def _works(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS


def _value(told: Environment, currency: Currency, day: date) -> Decimal:
    """Compute a published value. Rounding: half up to four places, for the nominal."""
    moved = _walk(told.seed, currency.code, day) - _walk(told.seed, currency.code, _ANCHOR)
    shock = math.prod(1 + percent / 100 for on, percent in told.shocks if on <= day)
    units = currency.anchor * currency.nominal_on(day) * math.exp(moved) * shock
    return Decimal(repr(units)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _walk(seed: int, code: str, day: date) -> float:
    """How far a currency is from its middle, as a logarithm: with the ruble, and by itself."""
    common = _step(seed, "ruble", _DAILY, (day - FIRST).days)
    return common + _step(seed, code, _OWN_DAILY, (day - FIRST).days)


_series: dict[tuple[int, str, float], list[float]] = {}


def _step(seed: int, name: str, spread: float, days: int) -> float:
    """Walk towards the middle, a step a day; the days before are kept, so it is walked once."""
    known = _series.setdefault((seed, name, spread), [0.0])
    while len(known) <= days:
        dice = random.Random(f"{seed}:{name}:{len(known)}")
        known.append(known[-1] * (1 - _PULL) + dice.gauss(0, spread))
    return known[days]


def _daily(request: Request) -> Reply:
    newest = latest(request.moment.business)
    asked = request.query.get("date_req", "")
    day = min(effective(_day(asked)), newest) if asked else newest
    root = etree.Element("ValCurs", Date=f"{day:%d.%m.%Y}", name="Foreign Currency Market")
    if day < FIRST:
        return as_xml(root, "windows-1251")
    for currency in currencies().values():
        _valute(root, currency, _value(request.world.environment, currency, day), day)
    return as_xml(root, "windows-1251")


def _valute(root: etree._Element, currency: Currency, value: Decimal, day: date) -> None:
    nominal = currency.nominal_on(day)
    valute = etree.SubElement(root, "Valute", ID=currency.id)
    for name, text in (
        ("NumCode", currency.number),
        ("CharCode", currency.code),
        ("Nominal", str(nominal)),
        ("Name", currency.name),
        ("Value", f"{value}".replace(".", ",")),
        ("VunitRate", _plain(value / nominal)),
    ):
        etree.SubElement(valute, name).text = text


def _plain(value: Decimal) -> str:
    """Write a rate of one unit as the bank does: no zeros at the end, a comma."""
    return f"{value.normalize():f}".replace(".", ",")


def _range(request: Request) -> Reply:
    query = request.query
    currency = currencies().get(query.get("VAL_NM_RQ", ""))
    first, last = _day(query.get("date_req1", "")), _day(query.get("date_req2", ""))
    root = etree.Element("ValCurs")
    if currency is None:
        root.text = "Error in parameters"
        return as_xml(root, "windows-1251")
    for name, text in (
        ("ID", currency.id),
        ("DateRange1", f"{first:%d.%m.%Y}"),
        ("DateRange2", f"{last:%d.%m.%Y}"),
        ("name", "Foreign Currency Market Dynamic"),
    ):
        root.set(name, text)
    newest = latest(request.moment.business)
    day = max(first, FIRST)
    while day <= min(last, newest):
        if effective(day) == day:
            _record(root, currency, _value(request.world.environment, currency, day), day)
        day += timedelta(days=1)
    return as_xml(root, "windows-1251")


def _record(root: etree._Element, currency: Currency, value: Decimal, day: date) -> None:
    nominal = currency.nominal_on(day)
    record = etree.SubElement(root, "Record", Date=f"{day:%d.%m.%Y}", Id=currency.id)
    etree.SubElement(record, "Nominal").text = str(nominal)
    etree.SubElement(record, "Value").text = f"{value}".replace(".", ",")
    etree.SubElement(record, "VunitRate").text = _plain(value / nominal)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=MOSCOW).date()
    except ValueError:
        raise Problem(400, "bad_day", f"{text!r} is not DD/MM/YYYY", "date_req") from None


ROUTES: Routes = [
    ("GET", "/cbr/scripts/XML_daily.asp", _daily),
    ("GET", "/cbr/scripts/XML_dynamic.asp", _range),
]
