"""Take in a new version of a list of sanctions."""

import gzip
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from payments.models import ListKind
from payments.screening import taking
from payments.screening.entries import BadList
from storefront.lib import clock

LIMIT = 64 * 1024 * 1024
NAMES = {kind.value.replace("_", "-").lower(): kind for kind in ListKind}


class Command(BaseCommand):
    help = (
        "Takes in a version of a list of sanctions, from files that may be gzipped: ofac-sdn "
        "(sdn.csv, alt.csv, add.csv, sdn_comments.csv), ofac-cons (cons_prim.csv and its three), "
        "un (consolidated.xml), eu (the table of semicolons or the XML). Prints what was added, "
        "removed and changed since the last version; the same version again changes nothing. "
        "Everybody we deal with is then screened again in the background. Exits 1 with one line "
        "if a file cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", metavar="KIND", help=", ".join(NAMES))
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--published", metavar="DATE", help="2026-11-21; today, if not said")
        parser.add_argument(
            "--shrinks", action="store_true", help="take it, though it lost half of its entries"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind = NAMES.get(options["kind"].lower().replace("_", "-"))
        if kind is None:
            raise CommandError(f"{options['kind']} is none of {', '.join(NAMES)}")
        now = clock.now()
        published_on = _day(options["published"]) or now.date()
        files = [(file.name, _read(file)) for file in options["files"]]
        try:
            with transaction.atomic(durable=True):
                taken = taking.take(
                    kind,
                    files,
                    published_on=published_on,
                    actor="command:import_sanctions",
                    now=now,
                    shrinks=options["shrinks"],
                )
        except BadList as error:
            raise CommandError(f"{options['kind']}: {error}") from error
        row = taken.version
        said = "taken in" if taken.is_new else "known already"
        self.stdout.write(
            f"{row.kind} {row.published_on} {said}: {row.entries} entries, {row.names} names; "
            f"{row.added} added, {row.removed} removed, {row.changed} changed"
        )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandError(f"--published is {text!r}, not a day like 2026-11-21") from error


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            body = opened.read(LIMIT + 1)
        if body[:2] == b"\x1f\x8b":
            with gzip.open(file) as packed:
                body = packed.read(LIMIT + 1)
    except (OSError, EOFError) as error:
        raise CommandError(f"{file}: {getattr(error, 'strerror', None) or error}") from error
    if len(body) > LIMIT:
        raise CommandError(f"{file}: is longer than a list can be")
    return body
