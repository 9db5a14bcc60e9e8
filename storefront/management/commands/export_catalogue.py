"""Writes everything a seller sells into a table that can be taken in again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.models import ImportJob, Seller
from storefront.flows import exporting

KINDS = {"goods": ImportJob.Kind.GOODS, "prices": ImportJob.Kind.PRICES}


class Command(BaseCommand):
    help = (
        "Writes everything a seller sells into FILE, CSV or XLSX by its name, in the form that "
        "import_catalogue takes in: the same file taken in again changes nothing. Formulas are "
        "neutralised. Exit code 1 when the seller is unknown or the file cannot be written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("file", type=Path, metavar="FILE", help="NAME.csv or NAME.xlsx")
        parser.add_argument("--seller", required=True, metavar="SLUG", help="whose goods")
        parser.add_argument("--kind", choices=KINDS, default="goods", help="all, or prices alone")
        parser.add_argument(
            "--language", choices=languages, default="zh-hans", help="of the headings"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, slug = options["file"], options["seller"]
        seller = Seller.objects.filter(slug=slug).first()
        if seller is None:
            raise CommandError(f"There is no seller {slug!r}.")
        if path.suffix.lower() not in (".csv", ".xlsx"):
            raise CommandError("The file must be named NAME.csv or NAME.xlsx.")
        how = {"kind": KINDS[options["kind"]], "language": options["language"]}
        try:
            if path.suffix.lower() == ".xlsx":
                with path.open("wb") as book:
                    book.writelines(exporting.workbook(seller, **how))
            else:
                with path.open("w", encoding="utf-8", newline="") as file:
                    file.writelines(exporting.lines(seller, **how))
        except OSError as error:
            raise CommandError(f"{path.name}: {error.strerror}") from error
        self.stdout.write(str(path))
