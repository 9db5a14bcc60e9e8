"""The desks of the operators, one module per app; Django finds them through this package."""

from django.contrib import admin

from . import (
    accounts,
    banks,
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
    payouts,
    prices,
    sellers,
    texts,
)

__all__ = [
    "accounts",
    "banks",
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
    "payouts",
    "prices",
    "sellers",
    "texts",
]

door.hang(admin.site)
