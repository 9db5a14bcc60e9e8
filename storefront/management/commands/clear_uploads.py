"""Removes what sellers sent and nobody needs any more."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from catalog import leftovers
from storefront.lib import clock


class Command(BaseCommand):
    help = (
        "Removes the files and refused rows of imports sent more than UPLOADS_KEPT_DAYS ago, and "
        "files of imports and of pictures as old that no row speaks of. Imports that still wait "
        "for their seller's word are given up. The workers do it every night; twice is once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=float, default=settings.UPLOADS_KEPT_DAYS, help="how long they are kept"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = timedelta(days=options["days"])
        imports, strays = leftovers.clear(kept, now=clock.now(), wall=clock.wall())
        self.stdout.write(f"imports: {imports}, stray files: {strays}")
