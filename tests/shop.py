"""A whole shop of a test's own, of real processes: web, workers, beat, sandbox, broker."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
import requests
from celery import Celery
from django.conf import settings

from catalog import search
from catalog.models import Offer
from payments import fx, jobs
from payments.models import Charge, Entry
from storefront import embedded
from storefront.lib import clock, identifiers
from storefront.management import programs
from storefront.management.commands import check_books
from storefront.management.programs import Urls
from storefront.management.runfolder import RunFolder
from storefront.management.supervisor import Program
from tests.buyer import Buyer
from tests.conftest import _point, clone, with_name
from tests.factories import catalog, logistics

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
RATES_FROM = date(2026, 11, 16)
LEASE_SECONDS = 5
START_SECONDS = 60
EVERYTHING = ("web", "own", "outside", "beat")
COMMON: "list[Shop]" = []
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], *, seconds: float = 120, why: str = "") -> Found:
    """Look again and again until there is something to see."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"not within {seconds} s: {why or look}"
        time.sleep(0.1)
    return found


class Shop:
    """One shop: the same programs as `make run` starts, on a database of its own."""

    def __init__(self, folder: Path, *, speed: float = 1.0, **variables: str) -> None:
        folder.chmod(0o755)
        (folder / "logs").mkdir()
        self.folder = folder
        self.database = "shop_" + os.environ.get("PYTEST_XDIST_WORKER", "main") + f"_{id(self):x}"
        self.programs: dict[str, Program] = {}
        self.http = requests.Session()
        self.http.trust_env = False
        self._lock = (folder / "lock").open("w")
        self._valkey: embedded.Valkey | None = None
        self._variables = variables
        self._speed = speed

    def open(self, *parts: str) -> Self:
        """Start the parts, all of them unless named, and wait until the web answers."""
        clone(self.database)
        self._valkey = embedded.start_valkey(self.folder / "valkey")
        self._anchor()
        urls = Urls(
            app=with_name(os.environ["TEST_APP_URL"], self.database),
            owner=with_name(os.environ["TEST_OWNER_URL"], self.database),
            valkey=self._valkey.url,
        )
        port = embedded.free_port()
        self.url = f"http://127.0.0.1:{port}"
        here = RunFolder(self.folder, self._lock)
        told = programs.variables(here, urls, port, self._speed)
        told |= {"LEASE_SECONDS": str(LEASE_SECONDS), "CIPHER_KEY": settings.CIPHER_KEY}
        told["IDENTITY_KEYS"] = settings.IDENTITY_KEYS
        told |= {"DJANGO_SETTINGS_MODULE": "tests.shop_settings"} | self._variables
        self.outside = told["SANDBOX_URL"]
        self._shop = programs.Shop(here, told, urls.owner)
        self._start("sandbox", self._shop.sandbox())
        eventually(lambda: self._answers(f"{self.outside}/healthz"), seconds=START_SECONDS)
        self.http.put(f"{self.outside}/_/shares", json={"all": 0}, timeout=5).raise_for_status()
        with self.rows():
            self._take_rates()
            jobs.ensure(now=NOW)
        for part in parts or EVERYTHING:
            self.start(part)
        if not parts or "web" in parts:
            eventually(lambda: self._answers(f"{self.url}/readyz"), seconds=START_SECONDS)
        return self

    def start(self, part: str, *, name: str = "") -> Program:
        """Start one more program: web, beat, or a worker by its name in the product."""
        made = {"web": self._shop.web, "beat": self._shop.beat}
        program = made[part]() if part in made else self._shop.worker(part)
        if name:
            program.name, program.log = name, self.folder / "logs" / f"{name}.log"
            program.command = [word.replace(f"{part}@", f"{name}@") for word in program.command]
        return self._start(name or part, program)

    def _start(self, name: str, program: Program) -> Program:
        program.start()
        self.programs[name] = program
        return program

    def stop(self, name: str) -> None:
        """End one program and its children."""
        program = self.programs.pop(name)
        program.ask_to_stop()
        program.stop(time.monotonic() + 8)

    def close(self) -> None:
        for program in self.programs.values():
            program.ask_to_stop()
        for program in self.programs.values():
            program.stop(time.monotonic() + 1)
        self.programs.clear()
        if self._valkey is not None:
            self._valkey.stop()
        self._lock.close()
        self.http.close()

    # Time

    def _anchor(self) -> None:
        """Business time begins at noon of a Monday in Harbin."""
        path = self.folder / "clock.json"
        clock._write(path, clock.Anchor(datetime.now(UTC), NOW, self._speed))

    def hurry(self, speed: float) -> None:
        """Let business time run so many times faster from now on."""
        path = self.folder / "clock.json"
        clock.stop(path)
        clock.start(path, speed)

    def stand_at(self, instant: datetime) -> None:
        """It is this instant from now on, until it is another; a sweeper looks at once."""
        assert self._valkey is not None
        clock._write(self.folder / "clock.json", clock.Anchor(datetime.now(UTC), instant, 0.0))
        with Celery(broker=self._valkey.url) as sender:
            sender.send_task("storefront.tasks.sweep", queue="sweep", ignore_result=True)

    def now(self) -> datetime:
        """Business time as the shop's processes see it."""
        return clock._read(self.folder / "clock.json").business_at(datetime.now(UTC))

    # Data

    def rows(self) -> AbstractContextManager[None]:
        """Within this block the ORM of the test reads and writes this shop's database."""
        return rows_of(self.database)

    def owner_sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement as the owner of the tables, committed at once."""
        url = with_name(os.environ["TEST_OWNER_URL"], self.database)
        connection = psycopg2.connect(url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def _take_rates(self) -> None:
        day = RATES_FROM
        while day <= NOW.date() + timedelta(days=1):
            params = {"date_req": f"{day:%d/%m/%Y}"}
            address = f"{self.outside}/cbr/scripts/XML_daily.asp"
            body = self.http.get(address, params=params, timeout=5).content
            daily = fx.read(body)
            fx.store(daily, source=fx.SOURCE, payload=body, now=NOW)
            day += timedelta(days=1)

    def goods(self, quantity: int, *, at: str = "harbin-warehouse", price: str = "999.00") -> Offer:
        """An offer that is in the shop, with so many pieces on the shelf."""
        offer = catalog.offer(price)
        logistics.stock(offer, quantity, at=at)
        search.index(offer.variant.product, now=NOW)
        return offer

    # The outside world

    def buyer(self) -> Buyer:
        """A visitor with a browser of his own."""
        return Buyer(self.url)

    def pay(self, number: str, **means: str) -> dict[str, Any]:
        """What the buyer does at the acquirer, once the payment is there."""
        charges = Charge.objects.filter(order__number=number).order_by("-pk")
        ids = charges.exclude(provider_id="").values_list("provider_id", flat=True)
        payment = eventually(ids.first, why=f"a payment for {number}")
        return self.pay_there(str(payment), **means)

    def pay_there(self, payment: str, **means: str) -> dict[str, Any]:
        answer = self.http.post(f"{self.outside}/_/pay/{payment}", json=means, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def books(self, name: str) -> dict[str, Any]:
        """What the sandbox itself has counted."""
        answer = self.http.get(f"{self.outside}/_/books/{name}", timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def mailed_code(self, email: str) -> str:
        """The code of the letter by which somebody who signed up proves his address."""
        line = re.compile(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\r?$", re.MULTILINE)
        texts = [one["text"] for one in self.books(f"mails?to={email}")["mails"]]
        return next(found[1] for text in texts if (found := line.search(text)))

    def payments_of(self, *numbers: str) -> list[dict[str, Any]]:
        """The payments of orders as the acquirer knows them, by what he was told."""
        shown = {identifiers.shown_order_number(number) for number in numbers}
        found = self.books("payments")["payments"]
        return [one for one in found if any(text in one["description"] for text in shown)]

    def let_reservations_end(self, *numbers: str) -> None:
        """An hour and five minutes pass at once for orders nobody paid."""
        self.owner_sql(
            "UPDATE orders_order SET expires_at = expires_at - interval '65 minutes',"
            " due_at = due_at - interval '65 minutes' WHERE number = ANY(%s) AND state = 'PLACED'",
            list(numbers),
        )

    def script(self, party: str = "100500", **script: Any) -> None:
        """Let an outside party play a script; none ends it."""
        body = {"script": script}
        url = f"{self.outside}/_/shops/{party}"
        self.http.put(url, json=body, timeout=5).raise_for_status()

    def children(self, name: str) -> list[int]:
        """The processes that a program of ours has started."""
        program = self.programs[name].process
        assert program is not None
        found = []
        for task in Path(f"/proc/{program.pid}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(word) for word in task.read_text().split()]
        return found

    def signal(self, name: str, sign: signal.Signals) -> None:
        """Send a signal to a program and to all its children."""
        program = self.programs[name].process
        assert program is not None
        for pid in (program.pid, *self.children(name)):
            os.kill(pid, sign)

    def flush(self) -> None:
        """Wipe the broker and the cache."""
        assert self._valkey is not None
        with redis.Redis.from_url(self._valkey.url) as client:
            client.flushall()

    def lose_valkey(self) -> None:
        """The broker and the cache are gone, with all they knew."""
        assert self._valkey is not None
        self._valkey.stop()

    def find_valkey(self) -> None:
        """They are back where they were, and know nothing."""
        assert self._valkey is not None
        port = urlsplit(self._valkey.url).port
        self._valkey = embedded.start_valkey(self.folder / "valkey", port=port)

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")

    def _answers(self, url: str) -> bool:
        for name, program in self.programs.items():
            ended = program.how_it_ended()
            assert ended is None, f"{name} ended: {ended}\n{program.log.read_text()[-2000:]}"
        with suppress(requests.RequestException):
            return self.http.get(url, timeout=5).status_code == 200
        return False


@contextmanager
def rows_of(database: str) -> Iterator[None]:
    """Within this block the ORM of the test reads and writes another database."""
    before = settings.DATABASES["default"]["NAME"]
    _point(os.environ["TEST_APP_URL"], database)
    try:
        yield
    finally:
        _point(os.environ["TEST_APP_URL"], before)


def check(shop: Shop) -> None:
    """Every book holds, and the ledger is zero in each currency."""
    failures = [(name, found) for name, _looked, found in check_books.checks() if found]
    assert failures == [], failures
    sums: dict[str, int] = {}
    for currency, units in Entry.objects.values_list("currency", "units"):
        sums[currency] = sums.get(currency, 0) + units
    assert set(sums.values()) <= {0}


@pytest.fixture(scope="session")
def common_shop(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Shop]:
    """One shop for all tests that do not break or hurry it, at the time of day.

    Each room that names this fixture has one of its own; the first opens, the others enter.
    """
    if COMMON:
        yield COMMON[0]
        return
    with django_db_blocker.unblock():
        made = Shop(tmp_path_factory.mktemp("shop"))
        COMMON.append(made)
        try:
            yield made.open()
        finally:
            COMMON.clear()
            made.close()


@pytest.fixture
def shop(common_shop: Shop, django_db_blocker: Any) -> Iterator[Shop]:
    with django_db_blocker.unblock(), common_shop.rows():
        yield common_shop


@pytest.fixture
def own_shop(
    tmp_path: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[..., Shop]]:
    """Opens a shop for this test alone."""
    made: list[Shop] = []

    def opened(*parts: str, **how: Any) -> Shop:
        made.append(Shop(tmp_path, **how))
        return made[0].open(*parts)

    with django_db_blocker.unblock():
        before = settings.DATABASES["default"]["NAME"]
        try:
            yield opened
        finally:
            _point(os.environ["TEST_APP_URL"], before)
            for one in made:
                one.close()
