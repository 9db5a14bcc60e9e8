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
_TO_POINT = {136, 138, 368, 481, 483}
_KEPT = timedelta(days=14)
_OFFICES = 3  # of a town, one for each of its first indices and at least two
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
    there, index = _whither(body)
    number = str(body.get("number") or "")
    if not number:
        raise _empty("number")
    to_point = bool(body.get("delivery_point"))
    return lastmile.Order(CARRIER, number, here, there, index, dict(body), to_point)


def _whither(body: Mapping[str, Any]) -> tuple[lastmile.Town, str]:
    """Find the town and the index of an office or of an address; only one of them may be named.

    Raises: Invalid.
    """
    code, where = str(body.get("delivery_point") or ""), body.get("to_location")
    if bool(code) == bool(where) or bool(code) != (body["tariff_code"] in _TO_POINT):
        raise Invalid("v2_bad_request", "delivery_point or to_location, by tariff", kind="CREATE")
    if code:
        found = next(
            (
                (town, one)
                for town in lastmile.towns()
                for one in _points_of(town)
                if one["code"] == code
            ),
            None,
        )
        if found is None:
            raise Invalid("v2_delivery_point_not_found", f"No office {code}", kind="CREATE")
        return found[0], found[1]["location"]["postal_code"]
    there = _town(where, "v2_receiver_location_not_recognized")
    if not str((where or {}).get("address") or "").strip():
        raise _empty("to_location.address")
    return there, str((where or {}).get("postal_code") or there.index)


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
    names = (
        "number",
        "tariff_code",
        "recipient",
        "from_location",
        "to_location",
        "delivery_point",
        "packages",
    )
    entity = {
        "uuid": paper.body["uuid"],
        "type": sent.get("type", 1),
        "is_return": False,
        **({"cdek_number": paper.body["track"]} if is_made else {}),
        **{name: sent[name] for name in names if name in sent},
        "statuses": statuses,
        **_kept(paper, now),
    }
    state = "SUCCESSFUL" if is_made else "WAITING"
    create = {"request_uuid": paper.body["uuid"], "type": "CREATE", "state": state}
    return {"entity": entity, "requests": [{**create, "date_time": _stamp(made)}]}


def _kept(paper: Paper, now: datetime) -> dict[str, str]:
    """Tell until when an office keeps what waits there."""
    for event in lastmile.happened(paper, now):
        if event["code"] == "READY_FOR_PICKUP":
            return {"keep_free_until": _stamp(clock.parse(event["happened_at"]) + _KEPT)}
    return {}


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
    offices = [point for one in towns for point in _points_of(one)]
    size, page = int(request.query.get("size", 0)), int(request.query.get("page", 0))
    return as_json(offices[page * size : (page + 1) * size] if size else offices)


def _points_of(town: lastmile.Town) -> list[dict[str, Any]]:
    """Tell of a few offices of a town, at the indices of its post offices; no street is real."""
    firsts = [prefix.ljust(6, "0") for prefix in town.postcodes[:_OFFICES]]
    firsts += [f"{int(firsts[0]) + 1:06d}"] if len(firsts) == 1 else []
    return [_point(town, number, index) for number, index in enumerate(firsts, 1)]


def _point(town: lastmile.Town, number: int, index: str) -> dict[str, Any]:
    return {
        "code": f"DEMO{index}",
        "name": f"{town.title}, пункт выдачи {number} (демо)",
        "type": "PVZ",
        "work_time": "Пн-Вс 09:00-21:00",
        "weight_max": 30,
        "is_handout": True,
        "location": {
            "country_code": "RU",
            "region": town.region,
            "city": town.title,
            "postal_code": index,
            "address": f"адрес демо {number}",
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
