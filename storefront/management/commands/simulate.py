"""Lets N buyers shop over D days through the real flows, on an accelerated clock."""

import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from logistics import outcome
from orders.models import Order
from payments import jobs
from storefront.lib import clock
from storefront.management import buyers, finance, stage, world
from storefront.management.commands import check_books
from storefront.management.driver import Driver

LONGEST = timedelta(days=120)  # after the last order: the slowest lane, protection, payout
PAYOUTS = timedelta(days=21)
OPEN = ("PLACED", "PAID")


class Command(BaseCommand):
    help = (
        "Lets N buyers shop over D days through the real flows and a sandbox of their own, in a "
        "database of their own, on an accelerated clock; after day D nobody orders any more and "
        "the clock runs until every order has ended. Prints what happened and checks the books. "
        "The same seed prints the same table. Exit code 1, if an order does not end or a book "
        "does not hold."
    )

    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=100, help="number of buyers (100)")
        parser.add_argument("--days", type=int, default=30, help="days on which they come (30)")
        parser.add_argument("--seed", type=int, default=7, help="makes the same story again (7)")
        parser.add_argument(
            "--start", default="2026-09-01", help="first day of the story, YYYY-MM-DD (2026-09-01)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = _day(options["start"])
        if options["orders"] < 1 or options["days"] < 1:
            raise CommandError("--orders and --days must be at least 1")
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sungari-simulate-") as folder:
            Path(folder).chmod(0o755)
            with stage.alone(Path(folder), seed=options["seed"]), clock.simulated(begun):
                failed = self._play(begun, options)
        self._progress(f"{time.monotonic() - started:.0f} s")
        if failed:
            sys.exit(1)

    def _play(self, begun: datetime, options: dict[str, Any]) -> bool:
        world.rates(until=begun.date(), now=begun)
        world.goods(now=begun)
        jobs.ensure(now=begun)
        driver = Driver()
        crowd = buyers.Crowd(driver, prefix="simulate", opinions=world.table("reviews"))
        plans = buyers.plans(orders=options["orders"], days=options["days"], seed=options["seed"])
        for plan in plans:
            crowd.expect(plan, begun=begun)
        self._run(driver, begun + timedelta(days=options["days"]))
        for row in self._table(crowd, plans):
            self.stdout.write(f"{row[0]:<40} {row[1]:>28}")
        return self._check()

    def _run(self, driver: Driver, last: datetime) -> None:
        """Day by day, until every order has ended, and then the last payouts."""
        end = last + LONGEST
        while clock.now() < end:
            driver.run(clock.now() + timedelta(days=1))
            finance.sign(now=clock.now())
            waiting = Order.objects.filter(state__in=OPEN).count()
            self._progress(
                f"{clock.now():%Y-%m-%d}: {Order.objects.count()} orders, {waiting} open"
            )
            if clock.now() > last and not waiting and not driver.has_deeds:
                end = min(end, clock.now() + PAYOUTS)

    def _table(self, crowd: buyers.Crowd, plans: list[buyers.Plan]) -> Iterator[tuple[str, str]]:
        yield "buyers", str(len(plans))
        yield "  who found nothing to buy", str(len(plans) - crowd.counts.placed)
        yield from outcome.table()

    def _check(self) -> bool:
        open_ones = Order.objects.filter(state__in=OPEN).count()
        found = list(check_books.checks())
        wrong = [name for name, _looked, failures in found if failures]
        self.stdout.write(f"{'invariants of check_books that hold':<40} {_of(found, wrong):>28}")
        for name, _looked, failures in found:
            for failure in failures:
                self.stdout.write(f"  {name}: {failure}")
        if open_ones:
            self.stdout.write(f"{open_ones} orders have not ended")
        return bool(wrong or open_ones)

    def _progress(self, text: str) -> None:
        self.stderr.write(text)


def _of(found: list[Any], wrong: list[str]) -> str:
    return f"{len(found) - len(wrong)} of {len(found)}"


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise CommandError(f"--start {text} is not a day like 2026-09-01") from error
