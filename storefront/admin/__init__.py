"""The desks of the operators, one module per app; Django finds them through this package."""

from django.contrib import admin

from . import (
    accounts,
    catalog,
    customs,
    door,
    ledger,
    logistics,
    network,
    notifications,
    orders,
    payments,
)

__all__ = [
    "accounts",
    "catalog",
    "customs",
    "ledger",
    "logistics",
    "network",
    "notifications",
    "orders",
    "payments",
]

door.hang(admin.site)
