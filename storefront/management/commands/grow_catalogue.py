"""Fills the shop with as many goods as wished, made from the real ones, to measure with."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from catalog import search
from catalog.models import Product
from orders.models import Order
from storefront.lib import clock
from storefront.management import growth


class Command(BaseCommand):
    help = (
        "Fills the shop with goods made from those that are there, with model names, prices, "
        "colours and memory of their own, until N are listed; each category grows by the root of "
        "its size. "
        "To measure with: it refuses a shop that has orders. Needs the owner of the tables "
        "(AS_OWNER=1), for indexes are made anew. The same seed makes the same goods."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=int, required=True, metavar="N", help="listed goods")
        parser.add_argument("--seed", type=int, default=7, help="makes the same goods again (7)")

    def handle(self, *args: Any, **options: Any) -> None:
        there = Product.objects.listed().count()
        if Order.objects.exists():
            raise CommandError("this shop has orders: goods made up are no goods to sell")
        if not there:
            raise CommandError("there are no goods to make others from; run seed_demo first")
        begun = time.monotonic()
        try:
            made = growth.grow(
                options["to"] - there, seed=options["seed"], now=clock.now(), say=self._say(begun)
            )
        except DatabaseError as error:
            raise CommandError(f"nothing was made: {str(error).splitlines()[0]}") from error
        search.restack(now=clock.now())
        growth.tidy()
        self.stdout.write(f"{made} goods made, {there + made} listed, all stacks laid")

    def _say(self, begun: float) -> Any:
        def say(text: str) -> None:
            self.stdout.write(f"{time.monotonic() - begun:6.0f} s  {text}")
            self.stdout.flush()

        return say
