"""The desks of the operators, one module per app; Django finds them through this package."""

from django.contrib import admin

from . import (
    accounts,
    catalog,
    customs,
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
    sellers,
    texts,
)

__all__ = [
    "accounts",
    "catalog",
    "customs",
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
    "sellers",
    "texts",
]

door.hang(admin.site)
