"""Opens the shop on one machine: each step in its turn, until `/readyz` is green."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from celery import Celery

from storefront import embedded
from storefront.embedded import CannotStart, servers
from storefront.management import probe, programs, translations
from storefront.management.programs import ROOT, STAGES, Shop, Urls
from storefront.management.runfolder import RunFolder
from storefront.management.supervisor import Embedded, Program, Supervisor

READY_SECONDS = 180
HISTORY = "history"  # the stamp that says the past orders are filled in
REAL_TIME = 1.0


@dataclass(frozen=True)
class Opening:
    """What was asked for, and who looks after the processes."""

    folder: RunFolder
    supervisor: Supervisor
    port: int
    speed: float
    say: Callable[[str], None]

    def open(self) -> Shop:
        """Start everything but beat; return when the shop is ready for visitors.

        Raises: CannotStart, with the reason in one line.
        """
        shop = self._shop(self._data())
        is_past_there = self.folder.is_done(HISTORY, HISTORY)
        self.folder.start_clock(self.speed if is_past_there else REAL_TIME)
        self.supervisor.add(shop.sandbox())
        static = _fingerprint_of_static()
        self._prepare(shop, with_static=not self.folder.is_done("open", static))
        self._wait_for("the shop", lambda: _is_ready(shop) and _workers_answer(shop))
        self.folder.done("open", static)
        return shop

    def _data(self) -> Urls:
        """Start PostgreSQL and Valkey, unless the caller's variables name others."""
        app, valkey = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
        owner = os.environ.get("DATABASE_OWNER_URL", app)
        path, log = self.folder.path, self.folder.log
        if not app:

            def start_postgres() -> embedded.Postgres:
                return embedded.start_postgres(path / "pg", log=log("postgres"))

            postgres = Embedded("postgres", STAGES["postgres"], start_postgres)
            self.supervisor.add(postgres)
            app, owner = postgres.server.app_url, postgres.server.owner_url
        if not valkey:

            def start_valkey() -> embedded.Valkey:
                return embedded.start_valkey(path / "valkey", log=log("valkey"))

            hints = Embedded("valkey", STAGES["valkey"], start_valkey)
            self.supervisor.add(hints)
            valkey = hints.server.url
        self.say("PostgreSQL and Valkey answer")
        return Urls(app, owner, valkey)

    def _shop(self, urls: Urls) -> Shop:
        """Gather the variables, and write them down for commands run by hand."""
        values = programs.variables(self.folder, urls, self.port, self.speed)
        written = json.dumps(values | {"DATABASE_OWNER_URL": urls.owner}, indent=1)
        servers.write_private(self.folder.path / "environment.json", written)
        return Shop(self.folder, values, urls.owner)

    def _prepare(self, shop: Shop, *, with_static: bool) -> None:
        """Bring database, demo world, translations and static files up to date, side by side.

        The processes start as soon as there are static files: they take their time to start, and
        refuse visitors until the database is migrated.
        """
        sandbox = urlsplit(shop.variables["SANDBOX_URL"])
        self._wait_for("the sandbox", lambda: not embedded.is_free(sandbox.port or 0))
        world = shop.manage("prepare", "prepare")
        self.supervisor.run(world)
        translations.compile_all()
        if with_static:
            static = shop.manage("static", "collectstatic", "--noinput", "--verbosity", "0")
            self.supervisor.run(static)
            self._wait_for("the static files", lambda: self._is_over(static))
        self.supervisor.add(shop.web(), shop.worker("own"), shop.worker("outside"))
        self._wait_for("the preparation", lambda: self._is_over(world))
        self.say("database, demo world and static files are up to date")

    def _is_over(self, errand: Program) -> bool:
        ended = errand.how_it_ended()
        if ended not in {None, "exit code 0"}:
            raise CannotStart(f"{errand.name} failed ({ended}), see {errand.log}")
        return ended is not None

    def _wait_for(self, what: str, is_there: Callable[[], bool]) -> None:
        until = time.monotonic() + READY_SECONDS
        while not is_there():
            if time.monotonic() > until:
                raise CannotStart(f"{what} is not ready, see the logs in {self.folder.path}/logs")
            self.supervisor.look_after()
            if failing := self.supervisor.failing():
                raise CannotStart(
                    f"{failing[0]} does not stay up, see {self.folder.log(failing[0])}"
                )
            time.sleep(0.05)


def _is_ready(shop: Shop) -> bool:
    site = shop.variables["SITE_URL"]
    return probe.is_ready(urlsplit(site).netloc, site)


def _workers_answer(shop: Shop) -> bool:
    """Ask both workers over the broker for a sign of life."""
    asked = {programs.node(name) for name in programs.QUEUES}
    with Celery(broker=shop.variables["REDIS_URL"]) as app:
        answers = app.control.ping(destination=sorted(asked), timeout=1, limit=len(asked))
    return asked == {name for answer in answers for name in answer}


def _fingerprint_of_static() -> str:
    """What the collected static files depend on: the packages, and our own files."""
    parts = [(ROOT / "requirements.lock").read_bytes()]
    for path in sorted((ROOT / "storefront" / "static").rglob("*")):
        parts.append(f"{path} {path.stat().st_mtime_ns}".encode())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
