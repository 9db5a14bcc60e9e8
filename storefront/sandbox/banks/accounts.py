"""Entries on accounts, and the balances they make."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from storefront.sandbox import books, clock
from storefront.sandbox.acquirer import registry

DEMO_BIC = registry.DEMO_BIC
DEMO_ACCOUNTS = registry.DEMO_ACCOUNTS


@dataclass(frozen=True)
class Entry:
    """One movement on an account. Money: minor units, credit above and debit below zero."""

    reference: str
    currency: str
    happens_at: datetime
    units: int
    body: dict[str, Any]

    @property
    def booked_on(self) -> date:
        """The banking day it is booked on."""
        return self.happens_at.astimezone(clock.MOSCOW).date()


def book(page: sqlite3.Connection, bic: str, account: str, entry: Entry) -> None:
    """Write an entry down, also one whose time is still to come."""
    page.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.reference,
            bic,
            account,
            entry.currency,
            clock.show(entry.happens_at),
            entry.booked_on.isoformat(),
            entry.units,
            books.dump(entry.body),
        ),
    )


def opening(page: sqlite3.Connection, bic: str, account: str, day: date) -> int:
    """Sum what was booked before a day, the acquirer's pay-outs among it."""
    row = page.execute(
        "SELECT coalesce(sum(amount), 0) AS units FROM entries"
        " WHERE bic = ? AND account = ? AND booked_on < ?",
        (bic, account, day.isoformat()),
    ).fetchone()
    before = day - timedelta(days=1)
    paid = sum(units for _, _, units in registry.payouts(page, bic, account, before))
    return int(row["units"]) + paid


def entries(page: sqlite3.Connection, bic: str, account: str, day: date) -> list[Entry]:
    """List what was booked on a day, in the order it happened."""
    rows = page.execute(
        "SELECT * FROM entries WHERE bic = ? AND account = ? AND booked_on = ?"
        " ORDER BY happens_at, reference",
        (bic, account, day.isoformat()),
    )
    found = [
        Entry(
            row["reference"],
            row["currency"],
            clock.parse(row["happens_at"]),
            row["amount"],
            json.loads(row["body"]),
        )
        for row in rows
    ]
    return [*_payouts(page, bic, account, day), *found]


def _payouts(page: sqlite3.Connection, bic: str, account: str, day: date) -> list[Entry]:
    registered = day - timedelta(days=1)
    morning = datetime.combine(day, datetime.min.time(), clock.MOSCOW) + timedelta(hours=9)
    return [
        Entry(
            f"REG-{shop}-{of_day.isoformat()}",
            "RUB",
            morning,
            units,
            {
                "kind": "payout",
                "end_to_end": f"REG-{shop}-{of_day.isoformat()}",
                "text": f"Возмещение по реестру за {of_day:%d.%m.%Y}, магазин {shop}",
                "party": "Тестовый эквайер",
            },
        )
        for shop, of_day, units in registry.payouts(page, bic, account, day)
        if of_day == registered
    ]


def currency_of(page: sqlite3.Connection, bic: str, account: str) -> str:
    """Say in which currency an account is kept."""
    row = page.execute(
        "SELECT currency FROM entries WHERE bic = ? AND account = ? LIMIT 1", (bic, account)
    ).fetchone()
    if row:
        return str(row["currency"])
    # Digits six to eight of a Russian account number are its currency, 156 the yuan's.
    return "CNY" if account[5:8] == "156" else "RUB"


def next_reference(page: sqlite3.Connection, bic: str) -> str:
    """Give the bank's own reference for the next movement."""
    return f"{bic}-{books.count(page, 'entry'):08d}"
