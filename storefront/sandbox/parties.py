"""Who is registered, and the script each party plays by: refusals, delays, lost replies."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from storefront.sandbox import books
from storefront.sandbox.wire import Problem

_KEYS = {"notify_url", "secret", "payout", "script"}
_SCRIPT = {
    "notify": {"repeat", "delay_seconds", "drop", "shuffle"},
    "replies": {"drop_share", "delay_ms", "status", "status_share", "garbage"},
    "refuse": None,
    "refund_seconds": None,
    "receipt_seconds": None,
}
GARBAGE = ("html", "truncated", "wrong_type", "huge")


def known(page: sqlite3.Connection, party: str) -> dict[str, Any]:
    """Tell what is registered of a party; nothing is an empty registration."""
    row = page.execute("SELECT body FROM parties WHERE id = ?", (party,)).fetchone()
    found: dict[str, Any] = json.loads(row["body"]) if row else {}
    return found


def everyone(page: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """List all registered parties."""
    rows = page.execute("SELECT * FROM parties ORDER BY id")
    return {row["id"]: json.loads(row["body"]) for row in rows}


def register(page: sqlite3.Connection, party: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Write down what is given, keep the rest.

    Raises: Problem 422, for a key that means nothing here.
    """
    _check(changes)
    body = {**known(page, party), **changes}
    page.execute(
        "INSERT INTO parties VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        (party, books.dump(body)),
    )
    return body


def forget(page: sqlite3.Connection, party: str) -> None:
    """Strike a party out."""
    page.execute("DELETE FROM parties WHERE id = ?", (party,))


def script(page: sqlite3.Connection, party: str) -> dict[str, Any]:
    """Tell the script a party plays by."""
    found = known(page, party).get("script")
    return found if isinstance(found, dict) else {}


def refusal(page: sqlite3.Connection, party: str, what: str) -> str:
    """Take the next scripted refusal of a kind; no text if there is none.

    Locks: the caller writes.
    """
    body = known(page, party)
    for entry in body.get("script", {}).get("refuse", []):
        if entry["what"] != what or entry.get("times", 1) <= 0:
            continue
        if "times" in entry:
            entry["times"] -= 1
            register(page, party, body)
        return str(entry["reason"])
    return ""


def _check(changes: dict[str, Any]) -> None:
    _only(changes, _KEYS, "")
    for name, kind in (("notify_url", str), ("secret", str), ("payout", dict), ("script", dict)):
        if not isinstance(changes.get(name, kind()), kind):
            raise Problem(422, "bad_field", f"{name} is of the wrong type", name)
    _check_script(changes.get("script", {}))


def _check_script(played: dict[str, Any]) -> None:
    _only(played, set(_SCRIPT), "script.")
    for name, allowed in _SCRIPT.items():
        if not allowed:
            continue
        if not isinstance(played.get(name, {}), dict):
            raise Problem(422, "bad_field", f"script.{name} must be an object", f"script.{name}")
        _only(played.get(name, {}), allowed, f"script.{name}.")
    if played.get("replies", {}).get("garbage", "html") not in GARBAGE:
        raise Problem(422, "bad_field", f"garbage is one of {GARBAGE}", "script.replies.garbage")
    if not _are_refusals(played.get("refuse", [])):
        raise Problem(422, "bad_field", "refuse lists {what, reason, times}", "script.refuse")


def _are_refusals(found: object) -> bool:
    needed, allowed = {"what", "reason"}, {"what", "reason", "times"}
    return isinstance(found, list) and all(
        isinstance(entry, dict) and needed <= set(entry) <= allowed for entry in found
    )


def _only(found: dict[str, Any], allowed: set[str], where: str) -> None:
    strange = sorted(set(found) - allowed)
    if strange:
        name = where + strange[0]
        raise Problem(422, "bad_field", f"{name} means nothing here", name)
