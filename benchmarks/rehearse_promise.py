"""How true the windows are against times the outside draws: learning rehearsed without a shop.

Usage: python benchmarks/rehearse_promise.py [--orders N] [--days N] [--seed N] [--start DAY]
[--table CSV] [--out FILE]. Starts a database of its own with the reference rows, reads the network
once, and then lets parcels go in memory: each is promised the window that `logistics.forecasting`
draws on the morning it is paid, and travels by the timetable for times drawn from the table of the
outside (`storefront/sandbox/durations.csv`, or another), with its inspections and second attempts.
Every morning the product learns what has finished two days ago, and moves its lanes. A border is
shut for five days and flights are cancelled for eight; the product hears of it late, or two days
ahead. Flows, customs' messages and carriers' polls are left out: that is `manage.py simulate`.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import log
from pathlib import Path
from statistics import NormalDist, median
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
os.environ.setdefault("DEBUG", "1")

import django  # noqa: E402

django.setup()

from logistics import calibration, forecasting, hops, paces, routing  # noqa: E402
from logistics.forecasting import Known  # noqa: E402
from logistics.hops import Hop  # noqa: E402
from logistics.network import Network, Route  # noqa: E402
from logistics.paces import Measured  # noqa: E402
from orders.models import City  # noqa: E402
from storefront.management import stage  # noqa: E402
from storefront.management.troubles import FORETOLD, HEARD, Trouble, usual  # noqa: E402
from storefront.sandbox import stories  # noqa: E402
from storefront.sandbox.carriers import lastmile  # noqa: E402

LAG = timedelta(days=2)
DAY = timedelta(days=1)


@dataclass
class Parcel:
    """A promise and what became of it."""

    lane: str
    mode: str
    from_on: date
    until_on: date
    came_on: date
    came_at: datetime
    was_stopped: bool


class Outside:
    """What really happens: times by the table, the timetable, and what is shut."""

    def __init__(self, known: Known, table: Path | None, chance: random.Random) -> None:
        self.known, self.chance = known, chance
        self.table = stories.durations(table)
        self.shares = stories.usual_shares()

    def takes(self, hop: Hop, route: Route, city: City) -> float:
        """Seconds; inspections and a second attempt come in addition."""
        if hop.group == hops.CENTRE:
            return self._draw("centre_ready") if hop.step == "centre/harbin" else hop.assumed.p50
        if hop.group == hops.EXPORT:
            extra = self._extra("inventory_held", "customs_cn_inspection")
            return self._draw("customs_cn_clearance") + extra
        if hop.group == hops.IMPORT:
            extra = self._extra("declaration_held", "customs_ru_hold")
            return self._draw("customs_ru_clearance") + extra
        if hop.group == hops.DOOR:
            return self._door(route, city)
        code = hop.step.removeprefix("service/")
        name = self.names.get(code, "")
        if name in self.table:
            return self._draw(name)
        return hop.assumed.p50 * self.chance.lognormvariate(0, 0.2)

    names: dict[str, str]

    def _door(self, route: Route, city: City) -> float:
        terminal = self.known.places[route.terminal_id]
        home = next(one for one in self.known.cities if one.slug == terminal)
        here, there = lastmile.by_name(home.title_ru), lastmile.by_name(city.title_ru)
        step = lastmile.step(here, there) if here and there else "lastmile_far"
        return self._draw(step) + self._extra("parcel_failed", "lastmile_retry")

    def _draw(self, step: str) -> float:
        known = self.table[step]
        spread = log(known.p90 / known.p50) / NormalDist().inv_cdf(0.9)
        return 60 * self.chance.lognormvariate(log(known.p50), spread)

    def _extra(self, share: str, step: str) -> float:
        return self._draw(step) if self.chance.random() < self.shares[share] else 0.0


def with_shut(known: Network, shut: list[Trouble]) -> Network:
    """The network as it is with so much shut."""

    def link(one: Any) -> Any:
        spans = tuple(
            (each.from_at, each.until_at)
            for each in shut
            if each.what == one.code or each.what in PLACES.get(one.code, ())
        )
        return replace(one, shut=spans) if spans else one

    routes = tuple(replace(route, links=tuple(map(link, route.links))) for route in known.routes)
    return replace(known, routes=routes)


PLACES: dict[str, tuple[str, ...]] = {}


def daytime(at: float, zone: ZoneInfo, chance: random.Random) -> datetime:
    """Couriers ring by day."""
    due = datetime.fromtimestamp(at, zone)
    met = due.replace(hour=9, minute=0) + timedelta(minutes=chance.randrange(0, 690))
    return met if met > due - timedelta(hours=9) else met + DAY


def rehearse(known: Known, options: argparse.Namespace) -> tuple[list[Parcel], dict[str, float]]:
    begun = datetime.combine(date.fromisoformat(options.start), datetime.min.time(), UTC)
    chance = random.Random(options.seed)
    outside = Outside(known, options.table, chance)
    outside.names = NAMES
    shut = usual(begun, options.days)
    counts: dict[date, Counter[tuple[str, int]]] = defaultdict(Counter)
    levels: dict[str, float] = {}
    parcels: list[Parcel] = []
    minutes = sorted(chance.randrange(options.days * 1440) for _ in range(options.orders))
    for number in range(options.days):
        now = begun + number * DAY
        heard = [one for one in shut if now + DAY / 2 >= _heard(one)]
        learnt = _learnt(known, counts, now)
        told = replace_known(known, with_shut(known.network, heard), learnt, levels, now)
        true = with_shut(known.network, shut)
        today = [minute for minute in minutes if minute // 1440 == number]
        drawn = _drawn(told, now) if today else {}
        for minute in today:
            paid = begun + timedelta(minutes=minute)
            found = _send(told, true, drawn, outside, paid, counts)
            if found:
                parcels.append(found)
        _learn_levels(levels, parcels, (now - LAG).date())
        if number % 10 == 0:
            print(f"{now:%Y-%m-%d}: {len(parcels)} parcels", file=sys.stderr)
    return parcels, levels


def _heard(one: Trouble) -> datetime:
    is_place = any(one.what in places for places in PLACES.values())
    return one.from_at + HEARD if is_place else one.from_at - FORETOLD


def replace_known(
    known: Known, network: Network, times: dict[str, Measured], levels: dict[str, float], now: Any
) -> Known:
    pools = forecasting.pools(HOPS, times)
    return Known(network, times, pools, levels, known.cities, known.places)


HOPS: dict[str, Hop] = {}


def _drawn(told: Known, now: datetime) -> dict[tuple[int, int, datetime], Any]:
    slots = [now + timedelta(hours=4 * number) for number in range(6)]
    return {
        (row.lane_id, row.city_id, row.paid_from): row
        for route in told.network.routes
        for row in forecasting.rows(told, route, slots, now)
        if not row.to_point
    }


def _learnt(
    known: Known, counts: dict[date, Counter[tuple[str, int]]], now: datetime
) -> dict[str, Measured]:
    found: dict[str, Measured] = defaultdict(Measured)
    for day, steps in counts.items():
        if day <= (now - LAG).date():
            for (step, number), quantity in steps.items():
                found[step].counts[number] = found[step].counts.get(number, 0) + quantity
    return found


def _learn_levels(levels: dict[str, float], parcels: list[Parcel], day: date) -> None:
    came = [one for one in parcels if one.came_at.date() == day and not one.was_stopped]
    for lane in {one.lane for one in came}:
        mine = [one for one in came if one.lane == lane]
        kept = sum(one.came_on <= one.until_on for one in mine)
        before = levels.get(lane, forecasting.LEVEL)
        levels[lane] = calibration.moved(before, len(mine), kept)


def _send(
    told: Known, true: Network, drawn: Any, outside: Outside, paid: datetime, counts: Any
) -> Parcel | None:
    chance = outside.chance
    city = chance.choices(told.cities, [one.population for one in told.cities])[0]
    origin = "harbin" if chance.random() < 0.6 else "shenzhen"
    slot = forecasting.windows.slot(paid)
    rows = [
        (drawn[key], route)
        for route in true.routes
        if route.origin == origin and (key := (route.id, city.pk, slot)) in drawn
    ]
    if not rows:
        return None
    cheap = chance.random() < 0.5
    row, route = (
        min(rows, key=lambda one: one[1].base + one[1].per_100g * 6)
        if cheap
        else min(rows, key=lambda one: one[0].until_on)
    )
    arrived, open_arrived, done = _travel(told, route, city, outside, paid)
    zone = ZoneInfo(city.timezone)
    met = daytime(arrived, zone, chance)
    for step, number, at in done:
        counts[datetime.fromtimestamp(at, UTC).date()][step, number] += 1
    was_stopped = abs(arrived - open_arrived) > 1 and not row.until_on >= met.date()
    return Parcel(route.code, route.mode, row.from_on, row.until_on, met.date(), met, was_stopped)


def _travel(
    told: Known, route: Route, city: City, outside: Outside, paid: datetime
) -> tuple[float, float, list[tuple[str, int, float]]]:
    """When it comes, when it would have come with all open, and its measured steps."""
    usual_route = next(one for one in PLAIN.routes if one.id == route.id)
    here = there = paid.timestamp()
    done: list[tuple[str, int, float]] = []
    for hop, plain in zip(
        _way(route, city, told, paid), _way(usual_route, city, told, paid), strict=True
    ):
        takes = outside.takes(hop, route, city)
        after = hop.through(here, takes)
        other = plain.through(there, takes)
        assert after is not None, hop.step
        assert other is not None, hop.step
        done.append((hop.step, paces.bucket(takes), after))
        here, there = after, other
    return here, there, [] if abs(here - there) > 1 else done


WAYS: dict[tuple[int, int, date, int], list[Hop]] = {}
PLAIN: Network


def _way(route: Route, city: City, told: Known, paid: datetime) -> list[Hop]:
    key = route.id, city.pk, paid.date(), id(route)
    if key not in WAYS:
        calendars = told.network.calendars
        stretch = told.network.stretch(route.terminal_id, city.pk, on=paid.date())
        assert stretch is not None
        link = routing.door(stretch, city)
        terminal = told.places[route.terminal_id]
        name = hops.last(terminal, city.slug, to_point=False)
        last = hops.door(name, link, calendars, paid)
        WAYS[key] = [*hops.of(route, calendars, now=paid), last]
    return WAYS[key]


def report(parcels: list[Parcel], levels: dict[str, float]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Parcel]] = defaultdict(list)
    for one in parcels:
        groups[one.mode, one.lane].append(one)
        groups[one.mode, "all"].append(one)
        groups["all", "all"].append(one)
    for (mode, lane), mine in sorted(groups.items()):
        free = [one for one in mine if not one.was_stopped]
        yield {
            "mode": mode,
            "lane": lane,
            "parcels": len(mine),
            "stopped": len(mine) - len(free),
            "by_last": round(sum(o.came_on <= o.until_on for o in free) / len(free), 4),
            "by_first": round(sum(o.came_on <= o.from_on for o in free) / len(free), 4),
            "median_width_days": median((o.until_on - o.from_on).days for o in mine),
            "level": round(levels.get(lane, 0.0), 4),
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=3000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--start", default="2026-01-05")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "rehearse_promise.json")
    options = parser.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sungari-rehearse-") as folder:
        Path(folder).chmod(0o755)
        with stage.alone(Path(folder), seed=options.seed):
            prepare(options)
            found = list(report(*rehearse(KNOWN, options)))
    for row in found:
        print(json.dumps(row))
    body = {
        "orders": options.orders,
        "days": options.days,
        "seed": options.seed,
        "start": options.start,
        "seconds": round(time.perf_counter() - begun),
        "lanes": found,
    }
    options.out.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


KNOWN: Known
NAMES: dict[str, str] = {}


def prepare(options: argparse.Namespace) -> None:
    """Read the network once: its hops, and by which row of the outside's table each runs."""
    global KNOWN, PLAIN
    from logistics.models import Service

    begun = datetime.combine(date.fromisoformat(options.start), datetime.min.time(), UTC)
    KNOWN = forecasting.read(now=begun)
    PLAIN = KNOWN.network
    HOPS.update({hop.step: hop for hop in forecasting.every(PLAIN, now=begun)})
    for row in Service.objects.select_related("origin", "target"):
        NAMES[row.code] = f"leg/{row.origin.code}/{row.target.code}/{row.mode}"
        crosses = row.origin.country != row.target.country
        PLACES[row.code] = (row.origin.code, *((row.target.code,) if crosses else ()))


if __name__ == "__main__":
    main()
