"""Lets N buyers shop over D days through the real flows, on an accelerated clock."""

import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from logistics import outcome, points, studies
from orders.models import Hold, Order
from payments import jobs
from storefront.lib import clock
from storefront.management import accounting, buyers, finance, stage, troubles, world
from storefront.management.commands import check_books
from storefront.management.driver import Driver
from storefront.management.quarrels import Quarrels
from storefront.management.takings import Takings
from storefront.management.troubles import Trouble

LONGEST = timedelta(days=150)  # after the last order: the slowest lane, quarrels, payouts
PAYOUTS = timedelta(days=21)
QUIET = timedelta(hours=1)  # how far apart things happen once nobody shops any more
OPEN = ("PLACED", "PAID")
# Where in the days of the story the rates of the central bank jump, and by how many percent. The
# last one is more than anybody is quoted before a person has confirmed it.
SHOCKS = ((1, 4, "+9"), (2, 4, "-7"), (3, 4, "+16"))


class Command(BaseCommand):
    help = (
        "Lets N buyers shop over D days through the real flows and a sandbox of their own, in a "
        "database of their own, on an accelerated clock. They pay, cancel, quarrel, send goods "
        "back; their banks take money back, sellers' banks return payouts, rates jump. After day "
        "D nobody orders any more and the clock runs until every order and quarrel has ended. "
        "Prints what happened, profit and loss by kind, why exchange gained or lost, where all "
        "money is, and checks the books and those of the outside. The same seed prints the same "
        "table. Exit code 1, if an order does not end, a book does not hold, or a kopeck or a "
        "fen is unexplained."
    )

    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--orders", type=int, default=100, help="number of buyers (100)")
        parser.add_argument("--days", type=int, default=30, help="days on which they come (30)")
        parser.add_argument("--seed", type=int, default=7, help="makes the same story again (7)")
        parser.add_argument(
            "--start", default="2026-01-05", help="first day of the story, YYYY-MM-DD (2026-01-05)"
        )
        parser.add_argument(
            "--shocks",
            help="days of the story on which rates jump, and by how many percent: 15:+9,30:-7 "
            "(a quarter, a half and three quarters through: +9, -7, +16); empty for none",
        )
        parser.add_argument(
            "--closures",
            help="borders and services that are shut on days of the story: "
            "30-35:suifenhe,54-62:flight-hrb-svx (Suifenhe for five days a third through and "
            "the flights to Yekaterinburg for eight after the half); empty for none",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = _day(options["start"])
        if options["orders"] < 1 or options["days"] < 1:
            raise CommandError("--orders and --days must be at least 1")
        shocks = _shocks(options["shocks"], begun, options["days"])
        shut = _troubles(options["closures"], begun, options["days"])
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sungari-simulate-") as folder:
            Path(folder).chmod(0o755)
            told = {"shocks": shocks, "closures": ",".join(map(str, shut))}
            outside = stage.alone(Path(folder), seed=options["seed"], **told)
            with outside, clock.simulated(begun):
                failed = self._play(begun, options, shut)
        self._progress(f"{time.monotonic() - started:.0f} s")
        if failed:
            sys.exit(1)

    def _play(self, begun: datetime, options: dict[str, Any], shut: list[Trouble]) -> bool:
        world.rates(until=begun.date(), now=begun)
        world.goods(now=begun)
        jobs.ensure(now=begun)
        studies.ensure(now=begun)
        points.ensure(now=begun)
        driver = Driver()
        troubles.expect(shut, driver)
        crowd = buyers.Crowd(driver, prefix="simulate", opinions=world.table("reviews"))
        crowd.afterwards = [Quarrels(driver), Takings(driver)]
        plans = buyers.plans(orders=options["orders"], days=options["days"], seed=options["seed"])
        for plan in plans:
            crowd.expect(plan, begun=begun)
        worked = self._run(driver, begun + timedelta(days=options["days"]))
        for row in self._table(crowd, plans, worked):
            self.stdout.write(f"{row[0]:<40} {row[1]:>28}")
        return self._check()

    def _run(self, driver: Driver, last: datetime) -> Counter[str]:
        """Day by day, until every order has ended, and then the last payouts."""
        end, is_over = last + LONGEST, False
        worked: Counter[str] = Counter()
        while clock.now() < end:
            driver.run(clock.now() + timedelta(days=1))
            worked += finance.work(now=clock.now())
            if clock.now() > last:
                driver.grid = QUIET
            waiting = Order.objects.filter(state__in=OPEN).count()
            self._progress(
                f"{clock.now():%Y-%m-%d}: {Order.objects.count()} orders, {waiting} open"
            )
            if clock.now() > last and not is_over and not waiting and not driver.has_deeds:
                end, is_over = min(end, clock.now() + PAYOUTS), True
        return worked

    def _table(
        self, crowd: buyers.Crowd, plans: list[buyers.Plan], worked: Counter[str]
    ) -> Iterator[tuple[str, str]]:
        yield "buyers", str(len(plans))
        yield "  who found nothing to buy", str(len(plans) - crowd.counts.placed)
        yield from outcome.table()
        for name, number in sorted(worked.items()):
            yield name, str(number)

    def _check(self) -> bool:
        accounts = accounting.Accounts()
        for line in accounts.page():
            self.stdout.write(line)
        open_ones = Order.objects.filter(state__in=OPEN).count()
        found = list(check_books.checks())
        wrong = [name for name, _looked, failures in found if failures]
        self.stdout.write("")
        self.stdout.write(f"{'invariants of check_books that hold':<40} {_of(found, wrong):>28}")
        for name, _looked, failures in found:
            for failure in failures:
                self.stdout.write(f"  {name}: {failure}")
        if open_ones:
            self.stdout.write(f"{open_ones} orders have not ended")
            for hold in Hold.objects.filter(order__state__in=OPEN, lifted_at=None):
                self.stdout.write(f"  held: {hold.reason} {hold.note}")
        left_over = accounts.unexplained
        self.stdout.write("\n".join(left_over) or "every kopeck and every fen is explained")
        return bool(wrong or open_ones or left_over)

    def _progress(self, text: str) -> None:
        self.stderr.write(text)


def _of(found: list[Any], wrong: list[str]) -> str:
    return f"{len(found) - len(wrong)} of {len(found)}"


def _shocks(text: str | None, begun: datetime, days: int) -> str:
    """The shocks as the sandbox is told them, by the calendar."""
    if text is None:
        text = ",".join(f"{days * part // whole}:{percent}" for part, whole, percent in SHOCKS)
    found = []
    for part in filter(None, text.split(",")):
        number, _colon, percent = part.partition(":")
        if not number.isdigit():
            raise CommandError(f"--shocks: {part} is not a day and a percentage like 15:+9")
        found.append(f"{(begun + timedelta(days=int(number))).date()}:{percent}")
    return ",".join(found)


def _troubles(text: str | None, begun: datetime, days: int) -> list[Trouble]:
    if text is None:
        return troubles.usual(begun, days)
    try:
        return troubles.read(text, begun)
    except ValueError as error:
        message = f"--closures: {error} is not days and what is shut like 30-35:suifenhe"
        raise CommandError(message) from error


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise CommandError(f"--start {text} is not a day like 2026-01-05") from error
