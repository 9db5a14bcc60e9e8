"""The life of a payment: pending, held or succeeded, or cancelled by someone for a reason."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from storefront.sandbox import amounts, books, clock, notices
from storefront.sandbox.acquirer.errors import Refused, missing
from storefront.sandbox.clock import Moment
from storefront.sandbox.world import World

_TO_PAY = timedelta(hours=1)
_TO_CAPTURE = timedelta(days=7)
# Source: the brief of this sandbox; thousandths of the amount.
FEES = {"bank_card": 28, "sbp": 7, "installments": 45}


@dataclass
class Payment:
    """A payment as the books keep it. Money: kopecks."""

    id: str
    number: int
    shop: str
    status: str
    method: str
    amount: int
    captured: int
    fee: int
    refunded: int
    created_at: str
    expires_at: str
    captured_at: str | None
    captured_on: str | None
    clocked: int
    body: dict[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether the buyer may still pay."""
        return self.status == "pending"


def create(
    world: World, page: sqlite3.Connection, shop: str, asked: dict[str, Any], moment: Moment
) -> Payment:
    """Write down a payment a shop asked for."""
    story = world.story(page, "payment")
    payment = Payment(
        id=story.ident(),
        number=story.number,
        shop=shop,
        status="pending",
        method=asked.pop("method"),
        amount=asked.pop("amount"),
        captured=0,
        fee=0,
        refunded=0,
        created_at=clock.show_precise(moment.wall),
        expires_at=clock.show_precise(moment.wall + _TO_PAY),
        captured_at=None,
        captured_on=None,
        clocked=int(moment.given),
        body=asked,
    )
    columns = ", ".join("?" * 15)
    page.execute(
        f"INSERT INTO payments (id, number, shop, status, method, amount, captured, fee, refunded,"
        f" created_at, expires_at, captured_at, captured_on, clocked, body) VALUES ({columns})",
        (*(getattr(payment, name) for name in _COLUMNS), books.dump(payment.body)),
    )
    return payment


_COLUMNS = [
    "id",
    "number",
    "shop",
    "status",
    "method",
    "amount",
    "captured",
    "fee",
    "refunded",
    "created_at",
    "expires_at",
    "captured_at",
    "captured_on",
    "clocked",
]


def find(world: World, ident: str, moment: Moment, shop: str = "") -> Payment:
    """Read a payment as it stands at a moment.

    Raises: Refused 404, if there is none, or it is another shop's.
    """
    with world.books.read() as page:
        payment = _read(page, ident, shop)
    if not _overdue(payment, moment):
        return payment
    with world.books.write() as page:
        return settle(world, page, ident, moment, shop)


def settle(
    world: World, page: sqlite3.Connection, ident: str, moment: Moment, shop: str = ""
) -> Payment:
    """Read a payment inside a writing transaction, cancelled if its time is over.

    Raises: Refused 404.
    """
    payment = _read(page, ident, shop)
    if _overdue(payment, moment):
        held = payment.status == "waiting_for_capture"
        reason = "expired_on_capture" if held else "expired_on_confirmation"
        cancel(world, page, payment, moment, party="yoo_money", reason=reason)
    return payment


def succeed(
    world: World,
    page: sqlite3.Connection,
    payment: Payment,
    moment: Moment,
    details: dict[str, Any],
) -> None:
    """Record that the buyer paid: money is taken at once, or held until it is captured."""
    payment.body.update(details)
    payment.method = details["payment_method"]["type"]
    if payment.body["capture"]:
        take(world, page, payment, moment, payment.amount)
        return
    payment.status = "waiting_for_capture"
    payment.expires_at = clock.show_precise(moment.wall + _TO_CAPTURE)
    save(page, payment)
    _tell(world, page, payment, f"payment.{payment.status}", moment)


def take(
    world: World, page: sqlite3.Connection, payment: Payment, moment: Moment, units: int
) -> None:
    """Capture an amount, all of the payment or less."""
    payment.status = "succeeded"
    payment.captured = units
    payment.fee = amounts.share(units, FEES[payment.method])
    payment.captured_at = clock.show_precise(moment.wall)
    payment.captured_on = moment.banking_day.isoformat()
    save(page, payment)
    _tell(world, page, payment, "payment.succeeded", moment)


def cancel(
    world: World,
    page: sqlite3.Connection,
    payment: Payment,
    moment: Moment,
    *,
    party: str,
    reason: str,
) -> None:
    """End a payment without money."""
    if payment.status not in ("pending", "waiting_for_capture"):
        raise Refused(f"Payment in status {payment.status} cannot be canceled")
    payment.status = "canceled"
    payment.body["cancellation_details"] = {"party": party, "reason": reason}
    save(page, payment)
    _tell(world, page, payment, "payment.canceled", moment)


def _tell(
    world: World, page: sqlite3.Connection, payment: Payment, event: str, moment: Moment
) -> None:
    if not moment.given:
        notices.announce(world, page, payment.shop, event, form(world, payment))


def save(page: sqlite3.Connection, payment: Payment) -> None:
    """Write what may change of a payment."""
    page.execute(
        "UPDATE payments SET status = ?, method = ?, captured = ?, fee = ?, refunded = ?,"
        " expires_at = ?, captured_at = ?, captured_on = ?, body = ? WHERE id = ?",
        (
            payment.status,
            payment.method,
            payment.captured,
            payment.fee,
            payment.refunded,
            payment.expires_at,
            payment.captured_at,
            payment.captured_on,
            books.dump(payment.body),
            payment.id,
        ),
    )


def from_row(row: sqlite3.Row) -> Payment:
    """Make a payment of its row."""
    return Payment(**{**dict(row), "body": json.loads(row["body"])})


def expire(world: World) -> int:
    """Cancel what is overdue by the wall clock, so that its notice goes out unasked.

    Payments made under a given instant live on their caller's clock and are left to him.
    """
    now = datetime.now(UTC)
    with world.books.read() as page:
        rows = page.execute(
            "SELECT id FROM payments WHERE status IN ('pending', 'waiting_for_capture')"
            " AND clocked = 0 AND expires_at <= ? LIMIT 200",
            (clock.show_precise(now),),
        ).fetchall()
    for row in rows:
        with world.books.write() as page:
            settle(world, page, row["id"], Moment(now, now))
    return len(rows)


def _read(page: sqlite3.Connection, ident: str, shop: str) -> Payment:
    row = page.execute("SELECT * FROM payments WHERE id = ?", (ident,)).fetchone()
    if row is None or (shop and row["shop"] != shop):
        raise missing("Payment", ident)
    return from_row(row)


def _overdue(payment: Payment, moment: Moment) -> bool:
    return (
        payment.status in ("pending", "waiting_for_capture")
        and clock.parse(payment.expires_at) <= moment.wall
        and (moment.given or not payment.clocked)
    )


_SHOWN_IF_KNOWN = (
    "description",
    "merchant_customer_id",
    "payment_method",
    "authorization_details",
    "cancellation_details",
)


def form(world: World, payment: Payment) -> dict[str, Any]:
    """Show a payment as the API does."""
    body = payment.body
    paid = payment.status in ("succeeded", "waiting_for_capture")
    shown: dict[str, Any] = {
        "id": payment.id,
        "status": payment.status,
        "amount": amounts.money(payment.amount),
        "recipient": {"account_id": payment.shop, "gateway_id": "1"},
        "created_at": payment.created_at,
        "test": True,
        "paid": paid,
        "refundable": payment.status == "succeeded" and payment.refunded < payment.captured,
        "refunded_amount": amounts.money(payment.refunded),
        "metadata": body["metadata"],
    }
    for name in _SHOWN_IF_KNOWN:
        if body.get(name):
            shown[name] = body[name]
    if payment.status == "pending":
        shown["confirmation"] = {
            **body["confirmation"],
            "confirmation_url": f"{world.environment.public_url}/pay/{payment.id}",
        }
    if payment.status in ("pending", "waiting_for_capture"):
        shown["expires_at"] = payment.expires_at
    if paid:
        units = payment.captured or payment.amount
        fee = payment.fee or amounts.share(units, FEES[payment.method])
        shown["income_amount"] = amounts.money(units - fee)
    if payment.captured_at:
        shown["captured_at"] = payment.captured_at
        shown["amount"] = amounts.money(payment.captured)
    if body.get("receipt"):
        shown["receipt_registration"] = "succeeded" if payment.captured_at else "pending"
    return shown
