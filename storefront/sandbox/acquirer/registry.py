"""The acquirer's register of a day, and what it pays out for it on the next."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from storefront.sandbox import amounts, clock, parties
from storefront.sandbox.acquirer import checks
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request

DEMO_BIC = "SNGHCNBH"
DEMO_ACCOUNTS = {"RUB": "40702810000000000007", "CNY": "40702156000000000007"}
_COLUMNS = ["kind", "id", "payment_id", "at", "gross", "fee", "net", "currency", "description"]

_LINES = """
SELECT 'payment' AS kind, id, id AS payment_id, captured_at AS at, captured AS gross, fee,
       captured_on AS day, shop, body FROM payments WHERE captured_on IS NOT NULL
UNION ALL
SELECT 'refund', id, payment, created_at, -amount, 0, made_on, shop, body
  FROM refunds WHERE status <> 'canceled'
UNION ALL
SELECT 'chargeback', id, payment, taken_at, -amount, 0, taken_on, shop, '{}' FROM chargebacks
UNION ALL
SELECT 'chargeback_reversal', id, payment, taken_at, amount, 0, ended_on, shop, '{}'
  FROM chargebacks WHERE status = 'won'
"""


def payouts(
    page: sqlite3.Connection, bic: str, account: str, until: date
) -> Iterator[tuple[str, date, int]]:
    """List what was paid out to a ruble account: shop, day of the register, kopecks.

    Time: days of registers before `until`, since a register is paid on the day after.
    """
    rows = page.execute(
        f"SELECT shop, day, sum(gross - fee) AS net FROM ({_LINES})"
        " WHERE day < ? GROUP BY shop, day ORDER BY day, shop",
        (until.isoformat(),),
    ).fetchall()
    homes = {row["shop"]: home(page, row["shop"]) for row in rows}
    for row in rows:
        if homes[row["shop"]] == (bic, account) and row["net"]:
            yield row["shop"], date.fromisoformat(row["day"]), int(row["net"])


def home(page: sqlite3.Connection, shop: str) -> tuple[str, str]:
    """Say to which bank and account a shop's money goes."""
    payout = parties.known(page, shop).get("payout") or {}
    return payout.get("bic") or DEMO_BIC, payout.get("account") or DEMO_ACCOUNTS["RUB"]


def day_of(request: Request, name: str = "on") -> date:
    """Read the day a request names.

    Raises: Problem 422.
    """
    try:
        return date.fromisoformat(request.query.get(name, ""))
    except ValueError:
        raise Problem(422, "bad_field", f"{name} must be a day YYYY-MM-DD", name) from None


def _registry(request: Request) -> Reply:
    day, shop = day_of(request), request.query.get("shop", "") or request.shop
    with request.world.books.read() as page:
        rows = page.execute(
            f"SELECT * FROM ({_LINES}) WHERE day = ? AND shop = ? ORDER BY at, id",
            (day.isoformat(), shop),
        ).fetchall()
        apart = _receipts_apart(page, shop, day)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_COLUMNS)
    for row in rows:
        body = json.loads(row["body"])
        net = row["gross"] - row["fee"]
        about = body.get("description") or ""
        lines.writerow(_line(row["kind"], row, (row["gross"], row["fee"], net), about))
        # A receipt that went with its payment is registered with the capture.
        if row["kind"] == "payment" and body.get("receipt"):
            lines.writerow(_line("receipt", row, (row["gross"], 0, 0), about, id=f"rt-{row['id']}"))
    for receipt in apart:
        lines.writerow(receipt)
    return Reply(text.getvalue().encode(), kind="text/csv; charset=utf-8")


def _line(
    kind: str, row: sqlite3.Row, units: tuple[int, int, int], about: str, *, id: str = ""
) -> list[str]:
    sums = [amounts.show(one) for one in units]
    return [kind, id or row["id"], row["payment_id"], row["at"], *sums, "RUB", about]


def _receipts_apart(page: sqlite3.Connection, shop: str, day: date) -> list[list[str]]:
    """List the receipts of payments that were sent on a day, apart from their payments."""
    since = datetime.combine(day, time(), clock.MOSCOW)
    found = page.execute(
        "SELECT made_at, body FROM papers WHERE kind = 'receipt' AND owner = ? AND made_at >= ?"
        " AND made_at < ? ORDER BY number",
        (shop, clock.show(since), clock.show(since + timedelta(days=1))),
    )
    bodies = [(row["made_at"], json.loads(row["body"])) for row in found]
    return [
        [
            *("receipt", body["id"], body["payment_id"], made_at),
            *(amounts.show(checks.receipt_sum(body)), "0.00", "0.00", "RUB", ""),
        ]
        for made_at, body in bodies
        if body.get("payment_id") and body["status"] != "canceled"
    ]


ROUTES: Routes = [("GET", "/yookassa/registry", _registry)]
