"""Take in the central bank's rates, from files or from the bank itself."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from payments import fx
from storefront.lib import clock, http

LIMIT = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Takes in rates of exchange as the central bank of Russia publishes them (XML_daily): "
        "from FILES, or with --fetch from the bank, for today or the day of --on. What is known "
        "stays as it is. A rate that jumped (rate_jump_bps) is kept, but not used until a person "
        "confirms it. Exits 1 with one line if a file cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="XML_daily files")
        parser.add_argument("--fetch", action="store_true", help="ask the central bank")
        parser.add_argument("--on", metavar="DATE", help="a day, 2026-11-21; with --fetch")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        if bool(files) == options["fetch"]:
            raise CommandError("say either FILES or --fetch")
        if options["on"] and not options["fetch"]:
            raise CommandError("--on goes with --fetch")
        if options["fetch"]:
            self.take("the central bank", _fetch(_day(options["on"])))
        for number, file in enumerate(files, start=1):
            self.take(f"[{number}/{len(files)}] {file.name}", _read(file))

    def take(self, name: str, body: bytes) -> None:
        """Store one day and say what came of it; a day is stored whole or not at all."""
        try:
            daily = fx.read(body)
        except fx.BadRates as error:
            raise CommandError(f"{name}: {error}") from error
        with transaction.atomic(durable=True):
            stored = fx.store(daily, source=fx.SOURCE, payload=body, now=clock.now())
        line = f"{name}: {daily.on}, {len(stored.new)} new, {len(stored.known)} known"
        if fx.OURS in {quote.currency for quote in daily.quotes}:
            line += f", 1 {fx.OURS} = {daily.rubles(fx.OURS).normalize():f} RUB"
        self.stdout.write(line)
        for word, currencies in (("held", stored.held), ("differing", stored.differing)):
            if currencies:
                self.stdout.write(self.style.WARNING(f"  {word}: {' '.join(currencies)}"))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandError(f"--on is {text!r}, not a day like 2026-11-21") from error


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            body = opened.read(LIMIT + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    if len(body) > LIMIT:
        raise CommandError(f"{file}: is longer than a day's rates can be")
    return body


def _fetch(on: date | None) -> bytes:
    try:
        return fx.fetch(on)
    except (http.Unreachable, http.Unknown, http.Refused) as error:
        raise CommandError(f"the central bank does not answer: {error}") from error
