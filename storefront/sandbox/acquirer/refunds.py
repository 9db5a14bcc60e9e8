"""Money that goes back: never more than was captured."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from storefront.sandbox import amounts, books, clock, notices, parties
from storefront.sandbox.acquirer import checks, payments
from storefront.sandbox.acquirer.errors import Refused, missing
from storefront.sandbox.clock import Moment
from storefront.sandbox.world import World


@dataclass
class Refund:
    """A refund as the books keep it. Money: kopecks."""

    id: str
    number: int
    shop: str
    payment: str
    status: str
    amount: int
    created_at: str
    settles_at: str
    made_on: str
    clocked: int
    body: dict[str, Any]


def create(
    world: World, page: sqlite3.Connection, shop: str, body: dict[str, Any], moment: Moment
) -> Refund:
    """Give some or all of a captured payment back.

    Raises: Refused, if it is more than is left.
    """
    ident = body.get("payment_id")
    if not isinstance(ident, str):
        raise Refused("Missing required parameter payment_id", "payment_id")
    payment = payments.settle(world, page, ident, moment, shop)
    units = checks.amount(body)
    if payment.status != "succeeded":
        raise Refused(f"Payment in status {payment.status} cannot be refunded", "payment_id")
    if units > payment.captured - payment.refunded:
        raise Refused("Refund amount is more than what is left of the payment", "amount.value")
    refused = parties.refusal(page, shop, "refund")
    wait = 0 if refused else float(parties.script(page, shop).get("refund_seconds") or 0)
    story = world.story(page, "refund")
    status = "canceled" if refused else "pending" if wait else "succeeded"
    refund = Refund(
        id=story.ident(),
        number=story.number,
        shop=shop,
        payment=payment.id,
        status=status,
        amount=units,
        created_at=clock.show_precise(moment.wall),
        settles_at=clock.show_precise(moment.wall + timedelta(seconds=wait)),
        made_on=moment.banking_day.isoformat(),
        clocked=int(moment.given),
        body=_body(body, refused),
    )
    _insert(page, refund)
    if not refused:
        payment.refunded += units
        payments.save(page, payment)
    if status == "succeeded" and not moment.given:
        notices.announce(world, page, shop, "refund.succeeded", form(refund))
    return refund


def _body(body: dict[str, Any], refused: str) -> dict[str, Any]:
    kept = {name: body[name] for name in ("description", "receipt") if body.get(name)}
    if kept.get("receipt"):
        checks.receipt_sum(kept["receipt"])
    if refused:
        kept["cancellation_details"] = {"party": "yoo_money", "reason": refused}
    return kept


def find(world: World, shop: str, ident: str, moment: Moment) -> Refund:
    """Read a refund as it stands at a moment.

    Raises: Refused 404.
    """
    with world.books.read() as page:
        refund = _read(page, shop, ident)
    if refund.status == "pending" and clock.parse(refund.settles_at) <= moment.wall:
        with world.books.write() as page:
            return _finish(world, page, _read(page, shop, ident))
    return refund


def settle(world: World, moment: Moment) -> None:
    """Finish the refunds whose time has come by the wall clock."""
    with world.books.read() as page:
        rows = page.execute(
            "SELECT id, shop FROM refunds WHERE status = 'pending' AND clocked = 0"
            " AND settles_at <= ? LIMIT 200",
            (clock.show_precise(moment.wall),),
        ).fetchall()
    for row in rows:
        find(world, row["shop"], row["id"], moment)


def _finish(world: World, page: sqlite3.Connection, refund: Refund) -> Refund:
    if refund.status == "pending":
        refund.status = "succeeded"
        page.execute("UPDATE refunds SET status = 'succeeded' WHERE id = ?", (refund.id,))
        if not refund.clocked:
            notices.announce(world, page, refund.shop, "refund.succeeded", form(refund))
    return refund


def _insert(page: sqlite3.Connection, refund: Refund) -> None:
    page.execute(
        "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            refund.id,
            refund.number,
            refund.shop,
            refund.payment,
            refund.status,
            refund.amount,
            refund.created_at,
            refund.settles_at,
            refund.made_on,
            refund.clocked,
            books.dump(refund.body),
        ),
    )


def _read(page: sqlite3.Connection, shop: str, ident: str) -> Refund:
    row = page.execute("SELECT * FROM refunds WHERE id = ?", (ident,)).fetchone()
    if row is None or row["shop"] != shop:
        raise missing("Refund", ident)
    return from_row(row)


def from_row(row: sqlite3.Row) -> Refund:
    """Make a refund of its row."""
    return Refund(**{**dict(row), "body": json.loads(row["body"])})


def form(refund: Refund) -> dict[str, Any]:
    """Show a refund as the API does."""
    shown: dict[str, Any] = {
        "id": refund.id,
        "payment_id": refund.payment,
        "status": refund.status,
        "created_at": refund.created_at,
        "amount": amounts.money(refund.amount),
    }
    for name in ("description", "cancellation_details"):
        if refund.body.get(name):
            shown[name] = refund.body[name]
    if refund.body.get("receipt"):
        shown["receipt_registration"] = refund.status
    return shown
