"""Load the tables of reference: goods, cities, rules of money, the network."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

import catalog.reference
import logistics.reference
import orders.reference
import payments.reference


class Command(BaseCommand):
    help = "Loads the reference tables (CSV beside the code); running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(durable=True):
            for stage in (catalog, orders, payments, logistics):
                for table, count in stage.reference.load().items():
                    if options["verbosity"]:
                        self.stdout.write(f"{table}: {count}")
