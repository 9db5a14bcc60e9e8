"""Every invariant over the whole database, as a table."""

import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

import catalog.books
import logistics.books
import orders.books
import payments.books

WIDTH = 62


class Command(BaseCommand):
    help = (
        "Checks every invariant over the whole database: the ledger's sums per currency, stock "
        "against reservations, charges against orders, parcels against lines, payouts against "
        "what is owed. Prints a table; exit code 1, if one fails."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for name, looked, failures in checks():
            verdict = "FAILED" if failures else "ok"
            self.stdout.write(f"{name:<{WIDTH}} {looked:>9}  {verdict}")
            for failure in failures:
                self.stdout.write(f"    {failure}")
            failed += bool(failures)
        self.stdout.write(f"{failed} failed" if failed else "all hold")
        if failed:
            sys.exit(1)


def checks() -> Iterator[tuple[str, int, list[str]]]:
    """The invariants of every stage."""
    for stage in (catalog, orders, payments, logistics):
        yield from stage.books.checks()
