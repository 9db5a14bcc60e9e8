"""CDEK's webhooks: who subscribed to what, and the statuses told when their time comes."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from storefront.sandbox import books, clock, papers, parties
from storefront.sandbox.carriers import cdek, lastmile
from storefront.sandbox.carriers.ruspost_soap import operations
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Reply, Request, as_json
from storefront.sandbox.world import World

_MOST = 2
_AT_ONCE = 50
_TYPES = {
    "ORDER_STATUS",
    "PRINT_FORM",
    "PREALERT_CLOSED",
    "ACCOMPANYING_WAYBILL",
    "OFFICE_AVAILABILITY",
    "ORDER_MODIFIED",
    "DELIV_AGREEMENT",
    "DELIV_PROBLEM",
    "COURIER_INFO",
}


def _post(request: Request) -> Reply:
    cdek.must_hold_token(request)
    body = request.json()
    kind, url = str(body.get("type") or ""), str(body.get("url") or "")
    if kind not in _TYPES or not url.startswith(("http://", "https://")):
        raise cdek.Invalid("v2_invalid_format", "type or url are wrong", kind="CREATE")
    with request.world.books.write() as page:
        known = _subscribed(page, kind)
        same = next((paper for paper in known if paper.body["url"] == url), None)
        if same is None and len(known) >= _MOST:
            raise cdek.Invalid("v2_webhook_limit", "2 subscriptions at most", kind="CREATE")
        uuid = same.reference if same else _keep(request, page, kind, url)
    made = {"request_uuid": uuid, "type": "CREATE", "state": "SUCCESSFUL"}
    return as_json({"entity": {"uuid": uuid}, "requests": [made]})


def _keep(request: Request, page: sqlite3.Connection, kind: str, url: str) -> str:
    story = request.world.story(page, "hook")
    made_at = clock.show(request.moment.business)
    body = {"type": kind, "url": url}
    papers.keep(page, Paper("hook", cdek.CARRIER, story.ident(), story.number, made_at, body), "")
    return story.ident()


def _subscribed(page: sqlite3.Connection, kind: str = "") -> list[Paper]:
    found = papers.listed(page, "hook")
    return [paper for paper in found if not kind or paper.body["type"] == kind]


def _get(request: Request) -> Reply:
    cdek.must_hold_token(request)
    with request.world.books.read() as page:
        found = _subscribed(page)
    return as_json([{"uuid": paper.reference, **paper.body} for paper in found])


def sweep(world: World) -> None:
    """Tell subscribers of statuses whose time has come.

    Time: the business clock; what happens in a simulated time is not told.
    """
    now = world.clock.now().business
    with world.books.read() as page:
        rows = page.execute(
            "SELECT reference FROM papers WHERE kind = 'ahead' AND owner = ? AND made_at <= ?"
            " ORDER BY made_at LIMIT ?",
            (cdek.CARRIER, clock.show(now), _AT_ONCE),
        ).fetchall()
    if not rows:
        return
    with world.books.write() as page:
        for row in rows:
            _tell(page, row["reference"], clock.show(now))
    world.woken.set()


def _tell(page: sqlite3.Connection, uuid: str, now: str) -> None:
    ahead = papers.get(page, "ahead", cdek.CARRIER, uuid)
    paper = lastmile.by_numbers(page, cdek.CARRIER, [uuid])[uuid]
    events = paper.body["events"]
    told = int(ahead.body["told"])
    while told < len(events) and events[told]["happened_at"] <= now:
        _announce(page, paper, events[told])
        told += 1
    page.execute(
        "DELETE FROM papers WHERE kind = 'ahead' AND owner = ? AND reference = ?",
        (cdek.CARRIER, uuid),
    )
    if told < len(events):
        at = events[told]["happened_at"]
        rest = Paper("ahead", cdek.CARRIER, uuid, paper.number, at, {"told": told})
        papers.keep(page, rest, "")


def _announce(page: sqlite3.Connection, paper: Paper, event: dict[str, Any]) -> None:
    played = (parties.script(page, f"carriers.{cdek.CARRIER}").get("notify")) or {}
    shown, told = cdek.status(event), operations()[event["code"]]
    body = {
        "type": "ORDER_STATUS",
        "date_time": shown["date_time"],
        "uuid": paper.body["uuid"],
        "attributes": {
            "is_return": False,
            "cdek_number": paper.body["track"],
            "number": paper.body["sent"]["number"],
            "code": shown["code"],
            "status_code": told.cdek_number,
            "status_date_time": shown["date_time"],
            "city_name": shown["city"],
        },
    }
    first = time.time()
    for hook in _subscribed(page, "ORDER_STATUS"):
        for again in range(1 + int(played.get("repeat", 0))):
            page.execute(
                "INSERT INTO notices (shop, event, object, url, body, first_at, due_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    f"carriers.{cdek.CARRIER}",
                    "ORDER_STATUS",
                    paper.body["uuid"],
                    hook.body["url"],
                    books.dump(body),
                    first,
                    first + again * 0.2,
                ),
            )


ROUTES: Routes = [
    ("POST", "/carriers/cdek/v2/webhooks", _post),
    ("GET", "/carriers/cdek/v2/webhooks", _get),
]
