"""Fiscal receipts sent apart from a payment: taken in, checked and kept."""

from __future__ import annotations

import sqlite3
from typing import Any

from storefront.sandbox import clock, papers
from storefront.sandbox.acquirer import checks
from storefront.sandbox.acquirer.errors import Refused
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
]


def create(
    world: World, page: sqlite3.Connection, shop: str, body: dict[str, Any], moment: Moment
) -> dict[str, Any]:
    """Register a receipt of a payment or a refund.

    Raises: Refused.
    """
    kind = body.get("type")
    if kind not in ("payment", "refund"):
        raise Refused("Receipt type is payment or refund", "type")
    about = body.get("payment_id") or body.get("refund_id")
    if not isinstance(about, str):
        raise Refused("Receipt needs a payment_id or refund_id", "payment_id")
    checks.receipt_sum(body)
    story = world.story(page, "receipt")
    kept = {
        **body,
        "id": "rt-" + story.ident(),
        "status": "succeeded",
        "registered_at": clock.show_precise(moment.wall),
    }
    kept.setdefault("payment_id", None)
    paper = Paper("receipt", shop, kept["id"], story.number, clock.show(moment.business), kept)
    papers.keep(page, paper, digest_of(body))
    return form(kept)


def form(kept: dict[str, Any]) -> dict[str, Any]:
    """Show a receipt as the API does."""
    return {name: kept[name] for name in _SHOWN if kept.get(name) is not None}
