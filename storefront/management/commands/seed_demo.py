"""Fills an empty shop with the demo world; running it again changes nothing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog import search
from storefront.lib import clock, http
from storefront.management import applicants, deals, history, opinions, world

FIRST = 10


class Command(BaseCommand):
    help = (
        "Fills an empty shop with the demo world: people, sellers, goods, stock, a year of rates "
        f"and the first {FIRST} past orders. With --history the rest of six weeks of past orders "
        "follows, made by the same flows as real ones on a clock that runs through those weeks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--history", action="store_true", help="go on with the past orders until today"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["history"]:
                self._history(None)
            else:
                self._world()
        except (http.Unreachable, http.Unknown, http.Refused) as error:
            raise CommandError(f"the outside world does not answer: {error}") from error

    def _world(self) -> None:
        now = clock.now()
        begun = now - history.LENGTH
        self.stdout.write(f"rates: {world.rates(until=now.date(), now=begun)} new days")
        self.stdout.write(f"products: {world.unlisted_goods(now=begun)} new")
        self.stdout.write(f"prices: {deals.play(begun=begun, until=now)} lists and promotions")
        self.stdout.write(f"listed: {search.settle(now=begun)} products")
        self.stdout.write(f"people: {world.people()} new")
        self.stdout.write(f"questions: {opinions.ask(until=now)} new")
        self.stdout.write(f"sellers' applications: {applicants.joined()} new")
        self.stdout.write(f"applications: {applicants.apply(now=begun)} new")
        self.stdout.write(f"goods changed after approval: {applicants.amend(now=begun)} new")
        self._history(FIRST)

    def _history(self, most: int | None) -> None:
        report = history.go_on(until=clock.now(), most=most, say=self.stdout.write)
        self.stdout.write(f"past orders: {report}")
