"""The acquirer's API: signed requests, idempotence keys, lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.acquirer import chargebacks, checks, payments, receipts, refunds
from storefront.sandbox.acquirer.errors import Refused, unsigned
from storefront.sandbox.clock import BadInstant
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Handler, Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_json, digest_of

_KEY_LIVES = timedelta(hours=24)
_Work = Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]


def _signed(handler: Handler) -> Handler:
    """Let only known shops in, and say every refusal in the API's own form."""

    def checked(request: Request) -> Reply:
        try:
            _authorise(request)
            return handler(request)
        except Refused as refused:
            return as_json(refused.body, refused.status)
        except Problem as problem:
            wrong = Refused(str(problem), status=problem.status)
            return as_json(wrong.body, wrong.status)
        except BadInstant as bad:
            wrong = Refused(str(bad), "created_at")
            return as_json(wrong.body, wrong.status)

    return checked


def _authorise(request: Request) -> None:
    shop, secret = request.credentials
    if not shop or not secret:
        raise unsigned()
    with request.world.books.read() as page:
        expected = parties.known(page, shop).get("secret")
    if expected and expected != secret:
        raise unsigned()


def _once(request: Request, work: _Work) -> Reply:
    """Do a piece of work once per idempotence key, and answer the same ever after.

    Locks: the books are written, so two requests with one key come one after the other.
    """
    key = request.header("Idempotence-Key")
    if not 1 <= len(key) <= 64:
        raise Refused("Idempotence key must have 1..64 characters", "Idempotence-Key")
    body = request.json()
    digest = digest_of([request.path, body])
    with request.world.books.write() as page:
        known = _known(page, request, key, digest)
        if known is not None:
            return known
        answer = work(page, body)
        page.execute(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, 200, ?, ?, 0)",
            (request.shop, key, digest, json.dumps(answer), clock.show(request.moment.wall)),
        )
    return as_json(answer)


def _known(page: sqlite3.Connection, request: Request, key: str, digest: str) -> Reply | None:
    row = page.execute(
        "SELECT * FROM replies WHERE shop = ? AND key = ?", (request.shop, key)
    ).fetchone()
    if row is None or clock.parse(row["used_at"]) + _KEY_LIVES < request.moment.wall:
        return None
    if row["digest"] != digest:
        raise Refused("Idempotence key was used with another request", "Idempotence-Key")
    page.execute(
        "UPDATE replies SET replays = replays + 1 WHERE shop = ? AND key = ?", (request.shop, key)
    )
    return as_json(json.loads(row["body"]), row["status"])


@_signed
def _create_payment(request: Request) -> Reply:
    def work(page: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
        asked = checks.payment(body)
        refused = parties.refusal(page, request.shop, "payment")
        if refused:
            raise Refused(f"Payment is refused: {refused}", code=refused)
        world = request.world
        payment = payments.create(world, page, request.shop, asked, request.moment)
        return payments.form(world, payment)

    return _once(request, work)


@_signed
def _get_payment(request: Request) -> Reply:
    world = request.world
    payment = payments.find(world, request.parts["id"], request.moment, request.shop)
    return as_json(payments.form(world, payment))


@_signed
def _capture(request: Request) -> Reply:
    def work(page: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
        world, moment = request.world, request.moment
        payment = payments.settle(world, page, request.parts["id"], moment, request.shop)
        if payment.status != "waiting_for_capture":
            raise Refused(f"Payment in status {payment.status} cannot be captured")
        units = checks.amount(body) if body.get("amount") else payment.amount
        if units > payment.amount:
            raise Refused("Capture amount is more than the payment", "amount.value")
        payments.take(world, page, payment, moment, units)
        return payments.form(world, payment)

    return _once(request, work)


@_signed
def _cancel(request: Request) -> Reply:
    def work(page: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
        world, moment = request.world, request.moment
        payment = payments.settle(world, page, request.parts["id"], moment, request.shop)
        payments.cancel(
            world, page, payment, moment, party="merchant", reason="canceled_by_merchant"
        )
        return payments.form(world, payment)

    return _once(request, work)


@_signed
def _list_payments(request: Request) -> Reply:
    limit, where, values = _filters(request)
    with request.world.books.read() as page:
        rows = page.execute(
            f"SELECT * FROM payments WHERE {where} ORDER BY number DESC LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
    found = [payments.from_row(row) for row in rows]
    shown = [_as_of_now(request, payment) for payment in found[:limit]]
    return _page(shown, str(found[limit].number) if len(found) > limit else "")


def _as_of_now(request: Request, payment: payments.Payment) -> dict[str, Any]:
    world = request.world
    current = payments.find(world, payment.id, request.moment, request.shop)
    return payments.form(world, current)


@_signed
def _create_refund(request: Request) -> Reply:
    def work(page: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
        world = request.world
        return refunds.form(refunds.create(world, page, request.shop, body, request.moment))

    return _once(request, work)


@_signed
def _get_refund(request: Request) -> Reply:
    found = refunds.find(request.world, request.shop, request.parts["id"], request.moment)
    return as_json(refunds.form(found))


@_signed
def _list_refunds(request: Request) -> Reply:
    limit, where, values = _filters(request, "payment_id")
    with request.world.books.read() as page:
        rows = page.execute(
            f"SELECT * FROM refunds WHERE {where} ORDER BY number DESC LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
    found = [refunds.from_row(row) for row in rows]
    shown = [refunds.form(refund) for refund in found[:limit]]
    return _page(shown, str(found[limit].number) if len(found) > limit else "")


def _page(items: list[dict[str, Any]], cursor: str) -> Reply:
    body: dict[str, Any] = {"type": "list", "items": items}
    if cursor:
        body["next_cursor"] = cursor
    return as_json(body)


_NAMED = {"status": "status", "payment_id": "payment"}
_COMPARED = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


def _filters(request: Request, *more: str) -> tuple[int, str, list[Any]]:
    """Read limit, cursor and filters of a list. Time: created_at is wall time."""
    query = request.query
    clauses: list[str] = ["shop = ?"]
    values: list[Any] = [request.shop]
    for name, sign in _COMPARED.items():
        if query.get(f"created_at.{name}"):
            clauses.append(f"created_at {sign} ?")
            values.append(clock.show_precise(clock.parse(query[f"created_at.{name}"])))
    for name, column in _NAMED.items():
        if name in (*more, "status") and query.get(name):
            clauses.append(f"{column} = ?")
            values.append(query[name])
    if query.get("cursor"):
        clauses.append("number <= ?")
        values.append(_whole(query["cursor"], "cursor", 10**12))
    return _whole(query.get("limit") or "10", "limit", 100), " AND ".join(clauses), values


def _whole(text: str, name: str, most: int) -> int:
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise Refused(f"{name} must be a number from 1 to {most}", name)
    return int(text)


@_signed
def _create_receipt(request: Request) -> Reply:
    def work(page: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
        return receipts.create(request.world, page, request.shop, body, request.moment)

    return _once(request, work)


@_signed
def _get_receipt(request: Request) -> Reply:
    with request.world.books.read() as page:
        found: Paper = papers.get(page, "receipt", request.shop, request.parts["id"])
    return as_json(receipts.form(found.body, request.moment))


@_signed
def _list_receipts(request: Request) -> Reply:
    payment, refund = request.query.get("payment_id"), request.query.get("refund_id")
    with request.world.books.read() as page:
        found = [
            receipts.form(paper.body, request.moment)
            for paper in papers.listed(page, "receipt")
            if paper.owner == request.shop
            and payment in (None, paper.body["payment_id"])
            and refund in (None, paper.body.get("refund_id"))
        ]
    return _page(found, "")


@_signed
def _get_chargeback(request: Request) -> Reply:
    with request.world.books.read() as page:
        return as_json(chargebacks.find(page, request.shop, request.parts["id"]))


@_signed
def _answer_chargeback(request: Request) -> Reply:
    def work(page: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
        ident = request.parts["id"]
        return chargebacks.answer(request.world, page, request.shop, ident, body)

    return _once(request, work)


@_signed
def _me(request: Request) -> Reply:
    return as_json(
        {
            "account_id": request.shop,
            "test": True,
            "status": "enabled",
            "fiscalization_enabled": True,
            "payment_methods": list(checks.METHODS),
        }
    )


_BASE = "/yookassa/v3"
ROUTES: Routes = [
    ("POST", f"{_BASE}/payments", _create_payment),
    ("GET", f"{_BASE}/payments", _list_payments),
    ("GET", f"{_BASE}/payments/{{id}}", _get_payment),
    ("POST", f"{_BASE}/payments/{{id}}/capture", _capture),
    ("POST", f"{_BASE}/payments/{{id}}/cancel", _cancel),
    ("POST", f"{_BASE}/refunds", _create_refund),
    ("GET", f"{_BASE}/refunds", _list_refunds),
    ("GET", f"{_BASE}/refunds/{{id}}", _get_refund),
    ("POST", f"{_BASE}/receipts", _create_receipt),
    ("GET", f"{_BASE}/receipts", _list_receipts),
    ("GET", f"{_BASE}/receipts/{{id}}", _get_receipt),
    ("GET", f"{_BASE}/chargebacks/{{id}}", _get_chargeback),
    ("POST", f"{_BASE}/chargebacks/{{id}}/evidence", _answer_chargeback),
    ("GET", f"{_BASE}/me", _me),
]
