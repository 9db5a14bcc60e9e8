"""Fiscal receipts sent apart from a payment: taken in, checked and kept."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.acquirer import checks
from storefront.sandbox.acquirer.errors import Refused, missing
from storefront.sandbox.clock import Moment
from storefront.sandbox.papers import Paper
from storefront.sandbox.wire import digest_of
from storefront.sandbox.world import World

_SHOWN = [
    "id",
    "type",
    "payment_id",
    "refund_id",
    "status",
    "items",
    "settlements",
    "registered_at",
    "fiscal_document_number",
    "cancellation_details",
]


def create(
    world: World, page: sqlite3.Connection, shop: str, body: dict[str, Any], moment: Moment
) -> dict[str, Any]:
    """Take in a receipt of a payment or a refund; it is registered at once, later, or refused.

    Raises: Refused.
    """
    kind = body.get("type")
    if kind not in ("payment", "refund"):
        raise Refused("Receipt type is payment or refund", "type")
    about = body.get(f"{kind}_id")
    if not isinstance(about, str):
        raise Refused(f"Receipt needs a {kind}_id", f"{kind}_id")
    units = checks.receipt_sum(body)
    _within(page, shop, kind, about, units)
    story = world.story(page, "receipt")
    refused = parties.refusal(page, shop, "receipt")
    if not refused and story.happens("receipt_refused"):
        refused = "fiscal_data_operator"
    wait = float(parties.script(page, shop).get("receipt_seconds") or 0)
    kept = {
        **body,
        "id": "rt-" + story.ident(),
        "status": "canceled" if refused else "pending",
        "settles_at": clock.show_precise(moment.wall + timedelta(seconds=wait)),
        "registered_at": None,
        "fiscal_document_number": str(story.number + 1),
    }
    if refused:
        kept["cancellation_details"] = {"party": "yoo_money", "reason": refused}
    kept.setdefault("payment_id", None)
    paper = Paper("receipt", shop, kept["id"], story.number, clock.show(moment.business), kept)
    papers.keep(page, paper, digest_of(body))
    return form(kept, moment)


def _within(page: sqlite3.Connection, shop: str, kind: str, about: str, units: int) -> None:
    """Refuse a receipt of what does not exist, or of more than it."""
    row = page.execute(
        f"SELECT amount AS units FROM {kind}s WHERE id = ? AND shop = ?", (about, shop)
    ).fetchone()
    if row is None:
        raise missing(kind.capitalize(), about)
    if units > row["units"]:
        raise Refused(f"Receipt is of more than the {kind}", "items")


def form(kept: dict[str, Any], moment: Moment) -> dict[str, Any]:
    """Show a receipt as the API does, as it stands at a moment."""
    shown = {name: kept[name] for name in _SHOWN if kept.get(name) is not None}
    if kept["status"] == "pending" and kept["settles_at"] <= clock.show_precise(moment.wall):
        shown |= {"status": "succeeded", "registered_at": kept["settles_at"]}
    if shown["status"] != "succeeded":
        shown.pop("fiscal_document_number", None)
    return shown
