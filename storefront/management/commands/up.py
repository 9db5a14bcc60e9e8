"""Runs the whole shop on one machine until Ctrl-C: what `make run` calls."""

import csv
import os
import signal
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from storefront import embedded
from storefront.embedded import CannotStart
from storefront.management import runfolder
from storefront.management.opening import HISTORY, Opening
from storefront.management.programs import ROOT, Shop
from storefront.management.runfolder import RunFolder
from storefront.management.supervisor import Supervisor

LOGINS = ROOT / "storefront" / "demo" / "logins.csv"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = """\
Runs the whole shop on this machine: PostgreSQL and Valkey from their wheels, the sandbox that
stands for the outside world, two web processes, two workers and beat. Prints addresses and
logins when the shop is ready. Ctrl-C stops everything; the next start goes on where it stood,
business time included.

Variables:
  PORT          where the shop listens on loopback (8000)
  RUN_DIR       where all its state is kept (.run)
  FRESH=1       forget that state first
  DEMO_SPEED    business seconds per second (1440: a day passes in a minute)
  DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL
                servers to use instead of our own PostgreSQL and Valkey

Other commands of manage.py, run meanwhile without DATABASE_URL, work on this shop."""
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs["formatter_class"] = RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="as PORT")
        parser.add_argument(
            "--no-history", action="store_true", help="do not fill in six weeks of past orders"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        port = _number(options["port"], "PORT", 1, 65535)
        speed = _number(os.environ.get("DEMO_SPEED") or "1440", "DEMO_SPEED", 1, 1_000_000)
        for each in ENDING:
            signal.signal(each, _interrupt)
        try:
            folder = self._take_folder(port)
            supervisor = Supervisor(self._say, folder.remember)
            try:
                shop = Opening(folder, supervisor, port, speed, self._say).open()
                self._welcome(shop, time.monotonic() - begun)
                self._stay(shop, supervisor, speed, with_history=not options["no_history"])
            finally:
                self._close(folder, supervisor)
        except (CannotStart, OSError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("stopped; the next start goes on from here")

    def _take_folder(self, port: int) -> RunFolder:
        path = Path(os.environ.get("RUN_DIR") or ROOT / ".run")
        fresh = os.environ.get("FRESH", "") not in {"", "0"}
        folder = runfolder.take(path, fresh=fresh)
        if not embedded.is_free(port):
            raise CannotStart(f"Port {port} is taken; start with PORT={port + 1} make run")
        return folder

    def _stay(
        self, shop: Shop, supervisor: Supervisor, speed: float, *, with_history: bool
    ) -> NoReturn:
        """Look after everything until a signal comes.

        While the past is filled in, business time runs as real time and no sweeper is there, so
        that nobody but the filling process touches the past; then both set in.
        """
        past = shop.manage("history", "seed_demo", "--history") if with_history else None
        if past:
            supervisor.run(past)
        is_beating = False
        while True:
            ended = past.how_it_ended() if past else "exit code 0"
            if ended and not is_beating:
                is_beating = True
                self._set_in(shop, supervisor, speed, ended)
            supervisor.look_after()
            shop.folder.beat()
            time.sleep(0.25)

    def _set_in(self, shop: Shop, supervisor: Supervisor, speed: float, ended: str) -> None:
        if ended != "exit code 0":
            self._say(f"the past orders stop short ({ended}), see {shop.folder.log('history')}")
        shop.folder.done(HISTORY, HISTORY)
        shop.folder.change_speed(speed)
        supervisor.add(shop.beat())
        self._say(f"six weeks of past orders are in; a business day now takes {86_400 / speed:g} s")

    def _close(self, folder: RunFolder, supervisor: Supervisor) -> None:
        """Stop all, undisturbed by further signals; it is bounded in time."""
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        self._say("stopping")
        supervisor.stop()
        folder.close()

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()

    def _welcome(self, shop: Shop, seconds: float) -> None:
        site, sandbox = shop.variables["SITE_URL"], shop.variables["SANDBOX_URL"]
        places = [
            ("Shop", f"{site}/", f"{site}/zh-hans/", f"{site}/en/"),
            ("Seller", f"{site}/zh-hans/seller/"),
            ("Floor", f"{site}/zh-hans/staff/"),
            ("Admin", f"{site}/admin/"),
            ("Outside", f"{sandbox}/", f"{sandbox}/mail/"),
        ]
        lines = [f"Sungari is open, {seconds:.1f} s after the start", ""]
        lines += [f"  {name:<10}{'   '.join(urls)}" for name, *urls in places]
        lines += [""]
        with LOGINS.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                lines.append(f"  {row['role']:<10}{row['email']:<30}{row['password']}")
        lines += ["", f"  Logs in {shop.folder.path / 'logs'}. Ctrl-C stops everything."]
        self.stdout.write("\n" + "\n".join(lines) + "\n\n")
        self.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _number(text: str, name: str, least: int, most: int) -> int:
    if text.isdecimal() and least <= int(text) <= most:
        return int(text)
    raise CommandError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
