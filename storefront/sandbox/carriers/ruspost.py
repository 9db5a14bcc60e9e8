"""Russian Post for senders: orders put into the backlog, found again by the sender's number.

Source: Otpravka API 1.0 (design notes 4.2): names of fields and errors, nothing invented but the
dice. The office of acceptance says where a parcel starts.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from typing import Any

from storefront.sandbox import papers
from storefront.sandbox.carriers import lastmile
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_json

CARRIER = "ruspost"
_MOST = 100
_TEXTS = {
    "order-num": "EMPTY_ORDER_NUM",
    "mail-category": "EMPTY_MAIL_CATEGORY",
    "mail-type": "EMPTY_MAIL_TYPE",
    "surname": "EMPTY_SURNAME",
    "place-to": "EMPTY_PLACE_TO",
    "region-to": "EMPTY_REGION_TO",
}


def _sender(request: Request) -> None:
    """Raises: Problem 401, if token or key are not the sender's."""
    secret = lastmile.secret(request, CARRIER)
    key = base64.b64encode(f"sungari:{secret}".encode()).decode()
    token = request.header("Authorization") == f"AccessToken {secret}"
    if not token or request.header("X-User-Authorization") != f"Basic {key}":
        raise Problem(401, "UNAUTHORIZED", "token or key are wrong")


def _put(request: Request) -> Reply:
    _sender(request)
    made: list[int] = []
    errors: list[dict[str, Any]] = []
    with request.world.books.write() as page:
        for position, body in enumerate(_orders(request)):
            wrong = _wrong(body)
            if wrong:
                codes = [{"code": code, "description": code.lower()} for code in wrong]
                errors.append({"position": position, "error-codes": codes})
            else:
                made.append(lastmile.take(page, request, _order(body)).number)
    return as_json({"result-ids": made, **({"errors": errors} if errors else {})})


def _orders(request: Request) -> list[dict[str, Any]]:
    try:
        found = json.loads(request.body)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Problem(400, "BAD_REQUEST", "the body is not a list of orders")
    if not 1 <= len(found) <= _MOST:
        raise Problem(400, "BAD_REQUEST", f"1..{_MOST} orders at a time")
    return found


def _wrong(body: dict[str, Any]) -> list[str]:
    """Name everything that is wrong with an order."""
    codes = [code for name, code in _TEXTS.items() if not str(body.get(name) or "").strip()]
    if lastmile.by_index(str(body.get("index-to") or "")) is None:
        codes.append("ILLEGAL_INDEX_TO")
    if lastmile.by_index(str(body.get("postoffice-code") or "")) is None:
        codes.append("ILLEGAL_POSTOFFICE_CODE")
    if not isinstance(body.get("mass"), int) or not 0 < body["mass"] <= 20_000:
        codes.append("ILLEGAL_MASS")
    if body.get("mail-direct") != 643:
        codes.append("ILLEGAL_MAIL_DIRECT")
    return codes


def _order(body: dict[str, Any]) -> lastmile.Order:
    here, there = lastmile.by_index(body["postoffice-code"]), lastmile.by_index(body["index-to"])
    assert here is not None, "checked before"
    assert there is not None, "checked before"
    return lastmile.Order(CARRIER, body["order-num"], here, there, body["index-to"], body)


def _search(request: Request) -> Reply:
    _sender(request)
    wanted = request.query.get("query", "")
    with request.world.books.read() as page:
        found = _of(page, wanted)
    return as_json([_shown(paper) for paper in found])


def _of(page: sqlite3.Connection, wanted: str) -> list[Paper]:
    """List the orders of one number of the sender, oldest first."""
    first = papers.find(page, "parcel", CARRIER, wanted)
    if first is None:
        return []
    again = page.execute(
        "SELECT reference FROM papers WHERE kind = 'parcel' AND owner = ?"
        " AND reference > ? AND reference < ? ORDER BY number",
        (CARRIER, f"{wanted}#", f"{wanted}$"),
    ).fetchall()
    names = [row["reference"] for row in again]
    return [first, *papers.several(page, ("parcel",), CARRIER, names)]


def _shown(paper: Paper) -> dict[str, Any]:
    sent = paper.body["sent"]
    return {
        "id": paper.number,
        "barcode": paper.body["track"],
        "order-num": sent["order-num"],
        "index-to": sent["index-to"],
        "mass": sent["mass"],
        "mail-type": sent["mail-type"],
        "mail-category": sent["mail-category"],
        "version": 0,
    }


ROUTES: Routes = [
    ("PUT", "/carriers/ruspost/1.0/user/backlog", _put),
    ("GET", "/carriers/ruspost/1.0/backlog/search", _search),
]
