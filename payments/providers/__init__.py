"""The drawers of acquirers, chosen by key, and the words they all speak."""

from collections.abc import Callable
from datetime import timedelta

from payments.providers import yookassa
from payments.providers.wire import (
    Answer,
    Drawer,
    Item,
    Paper,
    ReceiptAnswer,
    RefundAnswer,
    Request,
    Supplier,
    Taken,
)

DRAWERS: dict[str, Callable[[], Drawer]] = {"yookassa": yookassa.YooKassa}
FIRST = "yookassa"  # who takes the money of new charges
# Source: the acquirer's API v3, idempotence: a key is remembered for 24 hours. From four hours
# before that on, what was asked is looked for first, not asked again.
KEY_LIVES = timedelta(hours=20)

__all__ = [
    "DRAWERS",
    "FIRST",
    "KEY_LIVES",
    "Answer",
    "Drawer",
    "Item",
    "Paper",
    "ReceiptAnswer",
    "RefundAnswer",
    "Request",
    "Supplier",
    "Taken",
    "drawer",
]


def drawer(key: str) -> Drawer:
    """The drawer of a provider, with the credentials of the settings.

    Raises: KeyError, for an unknown provider.
    """
    return DRAWERS[key]()
