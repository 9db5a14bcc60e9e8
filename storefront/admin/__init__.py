"""The desks of the operators, one module per app; Django finds them through this package."""

from django.contrib import admin

from . import (
    accounts,
    catalog,
    customs,
    disputes,
    door,
    imports,
    ledger,
    logistics,
    network,
    notifications,
    offers,
    opinions,
    orders,
    payments,
    prices,
    rates,
    receipts,
    sellers,
    texts,
    tokens,
)

__all__ = [
    "accounts",
    "catalog",
    "customs",
    "disputes",
    "imports",
    "ledger",
    "logistics",
    "network",
    "notifications",
    "offers",
    "opinions",
    "orders",
    "payments",
    "prices",
    "rates",
    "receipts",
    "sellers",
    "texts",
    "tokens",
]

door.hang(admin.site)
