"""The drawers of acquirers, chosen by key, and the words they all speak."""

from collections.abc import Callable

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

__all__ = [
    "DRAWERS",
    "FIRST",
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
