"""The desks of the operators, one module per app; Django finds them through this package."""

from django.contrib import admin

from . import (
    accounts,
    breaks,
    catalog,
    customs,
    disputes,
    door,
    imports,
    ledger,
    logistics,
    manual,
    network,
    notifications,
    offers,
    opinions,
    orders,
    payments,
    prices,
    rates,
    receipts,
    reconciliation,
    screening,
    sellers,
    texts,
    tokens,
)

__all__ = [
    "accounts",
    "breaks",
    "catalog",
    "customs",
    "disputes",
    "imports",
    "ledger",
    "logistics",
    "manual",
    "network",
    "notifications",
    "offers",
    "opinions",
    "orders",
    "payments",
    "prices",
    "rates",
    "receipts",
    "reconciliation",
    "screening",
    "sellers",
    "texts",
    "tokens",
]

door.hang(admin.site)
