"""The last mile: a parcel is accepted, goes to the office nearest to the door, and out."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.carriers import events
from storefront.sandbox.carriers.consignments import instant_of
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import Problem, Reply, Request, as_json, text_of, whole_of

# How the planned days come out: half within the plan, nine of ten within a third more.
_P90_FACTOR_SIGMA = 0.23
_AT_OFFICE = 0.7


def _post(request: Request) -> Reply:
    body, carrier = request.json(), request.parts["carrier"]
    reference = text_of(body, "reference", 60)
    handed, days = instant_of(body, "handed_at"), whole_of(body, "planned_days", 1)
    whole_of(body, "weight_g", 1)
    text_of(body, "from")
    city, postcode, zone = _to(body)
    with request.world.books.write() as page:
        known = papers.seen(page, "parcel", carrier, reference, request.digest)
        if known:
            return as_json({"reference": reference, "track": known.body["track"]})
        story = request.world.story(page, "parcel")
        way = Way(story, city, zone, handed, lambda: _as_planned(story, timedelta(days=days)))
        kept = {
            "track": track(carrier, story.number, postcode, handed),
            "sent": body,
            "events": way.draw(ending(page, story, carrier)),
        }
        made_at = clock.show(request.moment.business)
        paper = Paper("parcel", carrier, reference, story.number, made_at, kept)
        papers.keep(page, paper, request.digest)
    return as_json({"reference": reference, "track": kept["track"]}, 201)


def _as_planned(story: Story, plan: timedelta) -> timedelta:
    return plan * story.dice.lognormvariate(0, _P90_FACTOR_SIGMA)


def _to(body: Mapping[str, Any]) -> tuple[str, str, ZoneInfo]:
    to = body.get("to")
    if not isinstance(to, Mapping):
        raise Problem(422, "bad_field", "to must be an object", "to")
    postcode = text_of(to, "postcode", 6)
    if not postcode.isdigit() or len(postcode) != 6:
        raise Problem(422, "bad_field", "a postcode has six digits", "to.postcode")
    try:
        zone = ZoneInfo(str(to.get("timezone") or "Europe/Moscow"))
    except (ZoneInfoNotFoundError, ValueError):
        raise Problem(422, "bad_field", "unknown time zone", "to.timezone") from None
    return text_of(to, "city"), postcode, zone


def track(carrier: str, number: int, postcode: str, handed: datetime) -> str:
    """Number a parcel as the carrier does.

    Source: the 14 digits of the Russian Post are office, month, serial and a check digit
    (odd places three times, even places once, up to the next ten).
    """
    if carrier != "ruspost":
        return f"10{number:08d}"
    stem = f"{postcode}{handed.month:02d}{number % 100000:05d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(stem))
    return f"{stem}{-total % 10}"


def ending(page: sqlite3.Connection, story: Story, carrier: str) -> str:
    """Decide how it ends: DELIVERED, after a failed attempt, LOST, RETURN, or SILENT."""
    lost, returned = story.happens("parcel_lost"), story.happens("parcel_returned")
    failed = story.happens("parcel_failed")
    scripted = parties.refusal(page, f"carriers.{carrier}", "parcel")
    if scripted:
        return scripted.upper()
    if lost or returned:
        return "LOST" if lost else "RETURN"
    return "FAILED" if failed else "DELIVERED"


class Way:
    """Draws the last mile of one parcel."""

    def __init__(
        self,
        story: Story,
        city: str,
        zone: ZoneInfo,
        handed: datetime,
        door: Callable[[], timedelta],
        to_point: bool = False,
    ) -> None:
        """Take where it goes, when it was handed over, and how the time to its end is drawn."""
        self._to_point = to_point
        self._story = story
        self._city = city
        self._zone = zone
        self._handed = handed
        self._door = door
        self._tale = events.Tale(story)

    def draw(self, ending: str) -> list[dict[str, Any]]:
        """Tell the events of the whole way, to come at their times."""
        accepted = self._handed + self._story.takes("lastmile_accept")
        due = self._handed + self._door()
        office = max(self._handed + (due - self._handed) * _AT_OFFICE, accepted + _HOUR)
        self._tale.add("LASTMILE_ACCEPTED", accepted, self._city)
        if ending == "SILENT":
            return self._tale.events
        if ending == "LOST":
            self._tale.add("LOST", office + self._story.takes("lastmile_return"), self._city)
            return self._tale.events
        self._tale.add("AT_DELIVERY_OFFICE", office, self._city)
        if self._to_point:
            self._fetched(max(due, office + _HOUR), ending)
        else:
            self._attempts(max(due, office + _HOUR), ending)
        return self._tale.events

    def _fetched(self, due: datetime, ending: str) -> None:
        """Lay it out by day; its buyer comes for it, late where a courier would have failed."""
        ready, there = self._daytime(due)
        self._tale.add("READY_FOR_PICKUP", ready, self._city)
        if ending == "RETURN":
            back = there + self._story.takes("lastmile_return")
            self._tale.add("RETURN_STARTED", back, self._city)
            self._tale.add("RETURNED_TO_SENDER", back + 2 * (due - self._handed), "SENDER")
            return
        late = self._story.takes("lastmile_retry") if ending == "FAILED" else timedelta()
        _morning, met = self._daytime(there + late + self._story.takes("point_fetched"))
        self._tale.add("DELIVERED", met, self._city)

    def _attempts(self, due: datetime, ending: str) -> None:
        out, there = self._daytime(due)
        self._tale.add("OUT_FOR_DELIVERY", out, self._city)
        if ending == "DELIVERED":
            self._tale.add("DELIVERED", there, self._city)
            return
        self._tale.add("DELIVERY_FAILED", there, self._city)
        if ending == "RETURN":
            back = there + self._story.takes("lastmile_return")
            self._tale.add("RETURN_STARTED", back, self._city)
            there_again = back + 2 * (due - self._handed)
            self._tale.add("RETURNED_TO_SENDER", there_again, "SENDER")
            return
        again, met = self._daytime(there + self._story.takes("lastmile_retry"))
        self._tale.add("OUT_FOR_DELIVERY", again, self._city)
        self._tale.add("DELIVERED", met, self._city)

    def _daytime(self, due: datetime) -> tuple[datetime, datetime]:
        """Leave in the morning and ring in the day, by the clock of the city.

        Time: on the day that is due, or the next if its morning is over before the parcel is there.
        """
        dice: random.Random = self._story.dice
        morning = due.astimezone(self._zone).replace(hour=8, minute=0, second=0, microsecond=0)
        out = morning + timedelta(minutes=dice.randrange(0, 150))
        last = clock.parse(self._tale.events[-1]["happened_at"])
        while out <= last:
            out += timedelta(days=1)
        return out, out + timedelta(minutes=dice.randrange(60, 540))


_HOUR = timedelta(hours=1)

ROUTES: Routes = [("POST", "/carriers/{carrier}/parcels", _post)]
