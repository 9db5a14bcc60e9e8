"""Load the tables of reference: goods, cities, rules of money, the network."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

import catalog.reference
import logistics.reference
import orders.reference
import payments.reference
from storefront.accounts import groups


class Command(BaseCommand):
    help = "Loads the reference tables (CSV beside the code); running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic(durable=True):
            tables = [stage.reference.load() for stage in (catalog, orders, payments, logistics)]
            for counts in (*tables, groups.load()):
                for table, count in counts.items():
                    if options["verbosity"]:
                        self.stdout.write(f"{table}: {count}")
