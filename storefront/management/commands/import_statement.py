"""Take in statements of banks, from files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from payments import papers
from payments.statements import reading
from payments.statements.statement import LIMIT, BadStatement
from storefront.lib import clock

ACTOR = "command:import_statement"


class Command(BaseCommand):
    help = (
        "Takes in statements of our accounts as banks write them: camt.053 (versions 02 to 08), "
        "MT940, or 1CClientBankExchange in cp1251 or cp866; the form is found by itself. A file is "
        "taken in whole or not at all, and only if opening and entries make the closing. The same "
        "file again, or the same days in another form, change nothing. A refused file is kept "
        "aside with its reason, and is named here; exits 1 if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="bank files")
        parser.add_argument("--dry-run", action="store_true", help="read and say, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        bodies = [(file, _read(file)) for file in files]
        refused = 0
        for number, (file, body) in enumerate(bodies, start=1):
            name = f"[{number}/{len(files)}] {file.name}"
            said = self.look(name, body) if options["dry_run"] else self.take(name, file, body)
            refused += not said
        if refused:
            raise CommandError(f"{refused} of {len(files)} files refused")

    def look(self, name: str, body: bytes) -> bool:
        """Say what a file would bring."""
        try:
            found = reading.read(body)
        except BadStatement as error:
            self.stderr.write(f"{name}: {error.code}: {error}")
            return False
        for one in found:
            self.stdout.write(
                f"{name}: {one.form}, {one.account}, {one.from_on}..{one.until_on}, "
                f"{one.opening} > {one.closing} {one.currency}, {len(one.lines)} lines"
            )
        return True

    def take(self, name: str, file: Path, body: bytes) -> bool:
        """Take a file in and say what came of it."""
        with transaction.atomic(durable=True):
            taken = papers.take_statements(body, name=file.name, actor=ACTOR, now=clock.now())
        if taken.reason:
            self.stderr.write(f"{name}: {taken.reason}: {taken.paper.detail}")
            return False
        self.stdout.write(f"{name}: {taken.new} new, {taken.known} known, {taken.lines} lines")
        for remark in taken.remarks:
            self.stdout.write(self.style.WARNING(f"  {remark}"))
        return True


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            body = opened.read(LIMIT + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    if len(body) > LIMIT:
        raise CommandError(f"{file}: is over {LIMIT} bytes")
    return body
