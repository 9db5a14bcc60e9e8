"""CDEK, API v2: tokens that expire, orders made a moment later, statuses, delivery points.

Source: the API's own description (design notes 4.3): paths, fields, states of requests, error
codes. Towns are known by index or name; a second order under one number is a second order.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from storefront.sandbox import clock, papers
from storefront.sandbox.carriers import lastmile
from storefront.sandbox.carriers.ruspost_soap import operations
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_json

CARRIER = "cdek"
_CLIENT = "sungari"
_LIVES = timedelta(seconds=3599)
_MAKING = timedelta(seconds=3)
_TARIFFS = {136, 137, 138, 139, 366, 368, 480, 481, 482, 483}


class Invalid(Problem):
    """A request of theirs that is refused in their form."""

    def __init__(self, code: str, message: str, *, status: int = 400, kind: str = "GET") -> None:
        """Say it as CDEK does."""
        super().__init__(status, code, message)
        error = {"code": code, "message": message}
        self.body = {"requests": [{"type": kind, "state": "INVALID", "errors": [error]}]}


def _token(request: Request) -> Reply:
    form = request.form
    known = form.get("client_id") == _CLIENT
    if not known or form.get("client_secret") != lastmile.secret(request, CARRIER):
        body = {"error": "invalid_client", "error_description": "Bad client credentials"}
        return as_json(body, 401)
    until = str(int((request.moment.wall + _LIVES).timestamp()))
    token = f"{until}.{_mark(request, until)}"
    return as_json(
        {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": int(_LIVES.total_seconds()),
            "scope": "order:all payment:all",
        }
    )


def _mark(request: Request, until: str) -> str:
    secret = lastmile.secret(request, CARRIER)
    return hmac.new(secret.encode(), until.encode(), hashlib.sha256).hexdigest()


def must_hold_token(request: Request) -> None:
    """Raises: Problem 401, for a token that is missing, forged or over."""
    scheme, _, token = request.header("Authorization").partition(" ")
    until, _, mark = token.partition(".")
    good = scheme.lower() == "bearer" and hmac.compare_digest(mark, _mark(request, until))
    if not good or float(until) < request.moment.wall.timestamp():
        raise Invalid("v2_token_expired", "Token is invalid or expired", status=401)


def _post(request: Request) -> Reply:
    must_hold_token(request)
    body = request.json()
    order = _order(body)
    with request.world.books.write() as page:
        paper = lastmile.take(page, request, order)
        if not request.moment.given:
            _look_ahead(page, paper)
    made = {"request_uuid": paper.body["uuid"], "type": "CREATE", "state": "ACCEPTED"}
    return as_json(
        {
            "entity": {"uuid": paper.body["uuid"]},
            "requests": [{**made, "date_time": _stamp(request.moment.business)}],
        },
        202,
    )


def _look_ahead(page: sqlite3.Connection, paper: Paper) -> None:
    """Note when the first event must be told to those who subscribed."""
    first = paper.body["events"][0]["happened_at"]
    ahead = Paper("ahead", CARRIER, paper.body["uuid"], paper.number, first, {"told": 0})
    papers.keep(page, ahead, "")


def _order(body: Mapping[str, Any]) -> lastmile.Order:
    """Raises: Invalid, naming the field."""
    for name in ("tariff_code", "recipient", "packages"):
        if not body.get(name):
            raise _empty(name)
    if body["tariff_code"] not in _TARIFFS:
        raise Invalid("v2_tariff_not_found", "Tariff is not found", kind="CREATE")
    recipient, packages = body["recipient"], body["packages"]
    if not recipient.get("name") or not recipient.get("phones"):
        raise _empty("recipient.name" if recipient.get("phones") else "recipient.phones")
    if not all(isinstance(one.get("weight"), int) and one["weight"] > 0 for one in packages):
        raise _empty("packages.weight")
    here = _town(body.get("from_location"), "v2_sender_location_not_recognized")
    there = _town(body.get("to_location"), "v2_receiver_location_not_recognized")
    if not str((body.get("to_location") or {}).get("address") or "").strip():
        raise _empty("to_location.address")
    number = str(body.get("number") or "")
    if not number:
        raise _empty("number")
    index = str(body["to_location"].get("postal_code") or there.index)
    return lastmile.Order(CARRIER, number, here, there, index, dict(body))


def _empty(name: str) -> Invalid:
    return Invalid("v2_field_is_empty", f"[{name}] is empty", kind="CREATE")


def _town(location: object, code: str) -> lastmile.Town:
    given = location if isinstance(location, Mapping) else {}
    index, name = str(given.get("postal_code") or ""), str(given.get("city") or "")
    found = lastmile.by_index(index) or lastmile.by_name(name)
    if found is None:
        raise Invalid(code, "Location is not recognized", kind="CREATE")
    return found


def _get(request: Request) -> Reply:
    must_hold_token(request)
    uuid = request.parts["uuid"]
    with request.world.books.read() as page:
        found = lastmile.by_numbers(page, CARRIER, [uuid]).get(uuid)
    if found is None:
        raise Invalid("v2_entity_not_found", f"Entity is not found by uuid {uuid}")
    return as_json(_entity(found, request.moment.business))


def _find(request: Request) -> Reply:
    must_hold_token(request)
    number, ours = request.query.get("cdek_number", ""), request.query.get("im_number", "")
    with request.world.books.read() as page:
        if ours:
            found = papers.find(page, "parcel", CARRIER, ours)
        else:
            found = lastmile.by_numbers(page, CARRIER, [number]).get(number)
    if found is None:
        name = "im_number" if ours else "cdek_number"
        raise Invalid(f"v2_entity_not_found_{name}", f"Entity is not found by {name}")
    return as_json(_entity(found, request.moment.business))


def _entity(paper: Paper, now: datetime) -> dict[str, Any]:
    sent, made = paper.body["sent"], clock.parse(paper.made_at)
    is_made = now - made >= _MAKING
    statuses = statuses_of(paper, now) if is_made else []
    names = ("number", "tariff_code", "recipient", "from_location", "to_location", "packages")
    entity = {
        "uuid": paper.body["uuid"],
        "type": sent.get("type", 1),
        "is_return": False,
        **({"cdek_number": paper.body["track"]} if is_made else {}),
        **{name: sent[name] for name in names if name in sent},
        "statuses": statuses,
    }
    state = "SUCCESSFUL" if is_made else "WAITING"
    create = {"request_uuid": paper.body["uuid"], "type": "CREATE", "state": state}
    return {"entity": entity, "requests": [{**create, "date_time": _stamp(made)}]}


def statuses_of(paper: Paper, now: datetime) -> list[dict[str, Any]]:
    """List the statuses so far, youngest first."""
    made = {
        "code": "CREATED",
        "name": "Создан",
        "date_time": _stamp(clock.parse(paper.made_at)),
        "city": paper.body["here"],
    }
    return [*reversed([status(event) for event in lastmile.happened(paper, now)]), made]


def status(event: Mapping[str, Any]) -> dict[str, Any]:
    """Write one event as a status."""
    told = operations()[event["code"]]
    return {
        "code": told.cdek,
        "name": told.cdek_name,
        "date_time": _stamp(clock.parse(event["happened_at"])),
        "city": event["place"],
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(clock.MOSCOW).strftime("%Y-%m-%dT%H:%M:%S%z")


def _points(request: Request) -> Reply:
    must_hold_token(request)
    index, name = request.query.get("postal_code", ""), request.query.get("city", "")
    town = lastmile.by_index(index) or lastmile.by_name(name)
    towns = [town] if town else [] if index or name else lastmile.towns()
    return as_json([_point(one) for one in towns])


def _point(town: lastmile.Town) -> dict[str, Any]:
    """Tell of one office per town, at its main post office's index; its street is a demo."""
    return {
        "code": f"DEMO{town.postcodes[0]}",
        "name": f"{town.title}, пункт выдачи (демо)",
        "type": "PVZ",
        "work_time": "Пн-Вс 09:00-21:00",
        "weight_max": 30,
        "is_handout": True,
        "location": {
            "country_code": "RU",
            "region": town.region,
            "city": town.title,
            "postal_code": town.index,
            "address": "адрес демо",
            "latitude": town.latitude,
            "longitude": town.longitude,
        },
    }


ROUTES: Routes = [
    ("POST", "/carriers/cdek/v2/oauth/token", _token),
    ("POST", "/carriers/cdek/v2/orders", _post),
    ("GET", "/carriers/cdek/v2/orders", _find),
    ("GET", "/carriers/cdek/v2/orders/{uuid}", _get),
    ("GET", "/carriers/cdek/v2/deliverypoints", _points),
]
