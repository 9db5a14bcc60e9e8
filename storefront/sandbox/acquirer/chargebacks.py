"""Money that buyers' banks take back: raised and decided from the control, answered by shops.

Emulated: where the acquirer's own API has no such object, a shop hears of it in his cabinet.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from typing import Any

from storefront.sandbox import amounts, books, clock, notices
from storefront.sandbox.acquirer import payments
from storefront.sandbox.acquirer.errors import Refused, missing
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_json
from storefront.sandbox.world import World

_OPEN = ("needs_response", "under_review")
_DAYS = 10
_MOST_FILES = 20


def find(page: sqlite3.Connection, shop: str, ident: str) -> dict[str, Any]:
    """Show a chargeback of a shop.

    Raises: Refused 404.
    """
    row = page.execute("SELECT * FROM chargebacks WHERE id = ?", (ident,)).fetchone()
    if row is None or shop not in ("", row["shop"]):
        raise missing("Chargeback", ident)
    return _form(row)


def _form(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "payment_id": row["payment"],
        "status": row["status"],
        "amount": {"value": amounts.show(row["amount"]), "currency": "RUB"},
        **json.loads(row["body"]),
    }


def answer(
    world: World, page: sqlite3.Connection, shop: str, ident: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Take in a shop's answer with its files.

    Raises: Refused, if the bank waits for none.
    """
    known = find(page, shop, ident)
    files = body.get("files") or []
    if known["status"] != "needs_response":
        raise Refused(f"Chargeback in status {known['status']} takes no answer")
    if not str(body.get("text") or "").strip() or len(files) > _MOST_FILES:
        raise Refused("An answer needs a text and at most 20 files", "text")
    kept = {"evidence": {"text": body["text"], "files": [str(one["name"]) for one in files]}}
    return _change(world, page, ident, "under_review", kept)


def _change(
    world: World, page: sqlite3.Connection, ident: str, status: str, more: dict[str, Any]
) -> dict[str, Any]:
    row = page.execute("SELECT * FROM chargebacks WHERE id = ?", (ident,)).fetchone()
    body = books.dump({**json.loads(row["body"]), **more})
    page.execute("UPDATE chargebacks SET status = ?, body = ? WHERE id = ?", (status, body, ident))
    told = find(page, "", ident)
    notices.announce(world, page, row["shop"], "chargeback.updated", told)
    return told


def _raise(request: Request) -> Reply:
    """Do what a buyer's bank would do: take some or all of a payment back."""
    body, world, moment = request.json(), request.world, request.moment
    try:
        with world.books.write() as page:
            payment = payments.settle(world, page, request.parts["id"], moment)
            if payment.status != "succeeded":
                raise Problem(409, "not_paid", f"the payment is {payment.status}")
            units = amounts.minor(body["amount"]) if body.get("amount") else payment.captured
            days = int(body.get("days", _DAYS))
            told = {
                "reason": str(body.get("reason", "fraud")),
                "created_at": clock.show_precise(moment.business),
                "evidence_due_at": clock.show_precise(moment.business + timedelta(days=days)),
            }
            ident = "cb-" + world.story(page, "chargeback").ident()
            page.execute(
                "INSERT INTO chargebacks VALUES (?, ?, ?, 'needs_response', ?, ?, ?, NULL, ?)",
                (
                    ident,
                    payment.shop,
                    payment.id,
                    units,
                    moment.banking_day.isoformat(),
                    clock.show_precise(moment.wall),
                    books.dump(told),
                ),
            )
            made = find(page, "", ident)
            notices.announce(world, page, payment.shop, "chargeback.created", made)
    except Refused as refused:
        raise Problem(refused.status, "not_found", str(refused)) from None
    return as_json(made)


def _decide(request: Request) -> Reply:
    """Let the bank decide: `won` gives the shop its money back, `lost` does not."""
    outcome, ident = request.json().get("outcome"), request.parts["id"]
    if outcome not in ("won", "lost"):
        raise Problem(422, "bad_field", "outcome is won or lost", "outcome")
    try:
        with request.world.books.write() as page:
            known = find(page, "", ident)
            if known["status"] not in _OPEN:
                raise Problem(409, "ended", f"the chargeback is {known['status']}")
            page.execute(
                "UPDATE chargebacks SET ended_on = ? WHERE id = ?",
                (request.moment.banking_day.isoformat(), ident),
            )
            told = _change(request.world, page, ident, str(outcome), {})
    except Refused as refused:
        raise Problem(refused.status, "not_found", str(refused)) from None
    return as_json(told)


ROUTES: Routes = [
    ("POST", "/_/chargebacks/{id}", _raise),
    ("POST", "/_/chargebacks/{id}/decide", _decide),
]
