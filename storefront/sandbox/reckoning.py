"""What the outside's own books come to: every account, and the acquirer shop by shop."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Any

from storefront.sandbox import clock
from storefront.sandbox.acquirer import registry
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Reply, Request, as_json

_SHOPS = """
SELECT p.shop, total(p.captured) AS captured, total(p.fee) AS fee, (
    SELECT total(amount) FROM refunds WHERE shop = p.shop AND status <> 'canceled'
) AS refunded, (
    SELECT total(amount) FROM chargebacks WHERE shop = p.shop
) AS taken, (
    SELECT total(amount) FROM chargebacks WHERE shop = p.shop AND status = 'won'
) AS restored
FROM payments p WHERE p.captured_on IS NOT NULL GROUP BY p.shop ORDER BY p.shop
"""


def _get(request: Request) -> Reply:
    day = request.moment.banking_day
    with request.world.books.read() as page:
        return as_json(
            {
                "accounts": _accounts(page, day, clock.show(request.moment.business)),
                "shops": [_shop(page, row, day) for row in page.execute(_SHOPS).fetchall()],
            }
        )


def _accounts(page: sqlite3.Connection, day: date, now: str) -> list[dict[str, Any]]:
    """What stands on each account, with what is booked by now and the acquirer's pay-outs."""
    rows = page.execute(
        "SELECT bic, account, currency, sum(amount) AS units FROM entries WHERE happens_at <= ?"
        " GROUP BY bic, account, currency ORDER BY bic, account",
        (now,),
    ).fetchall()
    sums = {(row["bic"], row["account"]): (row["currency"], int(row["units"])) for row in rows}
    for shop in page.execute("SELECT DISTINCT shop FROM payments").fetchall():
        home = registry.home(page, shop["shop"])
        sums.setdefault(home, ("RUB", 0))
    for (bic, account), (currency, units) in sums.items():
        paid = sum(net for _, _, net in registry.payouts(page, bic, account, day))
        sums[bic, account] = (currency, units + paid)
    return [
        {"bic": bic, "account": account, "currency": currency, "units": units}
        for (bic, account), (currency, units) in sorted(sums.items())
    ]


def _shop(page: sqlite3.Connection, row: sqlite3.Row, day: date) -> dict[str, Any]:
    bic, account = registry.home(page, row["shop"])
    # A register is paid on the day after it, so tomorrow's pay-outs are those of today's.
    due = registry.payouts(page, bic, account, day + timedelta(days=1))
    paid = registry.payouts(page, bic, account, day)
    names = ("captured", "fee", "refunded", "taken", "restored")
    return {
        "shop": row["shop"],
        **{name: int(row[name]) for name in names},
        "paid_out": sum(net for shop, _, net in paid if shop == row["shop"]),
        "registered": sum(net for shop, _, net in due if shop == row["shop"]),
    }


ROUTES: Routes = [("GET", "/_/books/accounts", _get)]
