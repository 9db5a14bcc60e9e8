"""The desks of the operators, one module per app; Django finds them through this package."""

from django.contrib import admin

from . import (
    accounts,
    breaks,
    catalog,
    customs,
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
    reconciliation,
    sellers,
    texts,
)

__all__ = [
    "accounts",
    "breaks",
    "catalog",
    "customs",
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
    "reconciliation",
    "sellers",
    "texts",
]

door.hang(admin.site)
