"""Servers and two shops for `bench_growth.py`: one small, one grown from a copy of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SMALL, LARGE = "sungari", "sungari_large"
# A database of this size wants more memory than the demo: what a shop of a million would be given.
MEMORY = {"shared_buffers": "3GB", "effective_cache_size": "8GB", "work_mem": "32MB"}


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey of this run alone; gives the addresses, owner's first."""
    from storefront import embedded  # the path is set by the caller
    from storefront.embedded import postgres

    postgres.SERVER.update(MEMORY)
    with ExitStack() as open_ones:
        database = embedded.start_postgres(folder / "pg", durable=False)
        open_ones.callback(database.stop)
        valkey = embedded.start_valkey(folder / "valkey")
        open_ones.callback(valkey.stop)
        urls = {
            "DATABASE_OWNER_URL": database.owner_url,
            "DATABASE_URL": database.app_url,
            "REDIS_URL": valkey.url,
        }
        os.environ.update(urls | {"SANDBOX_URL": "http://127.0.0.1:1"})
        yield urls


def command(*words: str, database: str = SMALL, as_owner: bool = False) -> None:
    """Run a command of the shop in a process of its own; its words are shown as they come."""
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    urls = {
        name: urlsplit(os.environ[name])._replace(path=f"/{database}").geturl() for name in names
    }
    subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *words, "--skip-checks"],
        cwd=ROOT,
        env={**os.environ, **urls, "AS_OWNER": "1" if as_owner else ""},
        check=True,
    )


def build(small: int, large: int) -> None:
    """Make both shops, unless this folder has them."""
    if _sql("SELECT FROM pg_database WHERE datname = %s", LARGE) > 0:
        return
    command("migrate", "--verbosity=0", as_owner=True)
    command("load_reference", "--verbosity=0")
    _open()
    command("grow_catalogue", f"--to={small}", as_owner=True)
    _close()
    _copy()
    command("grow_catalogue", f"--to={large}", database=LARGE, as_owner=True)


def _open() -> None:
    """The demo goods and a rate to price them by."""
    from payments.models import Rate
    from storefront.management import world

    world.goods(now=NOW)
    Rate.objects.create(
        currency="CNY",
        rate_on=date(2026, 11, 21),
        rate=Decimal("11.87"),
        nominal=1,
        published=Decimal("11.87"),
        source="cbr",
        payload_hash="0" * 64,
        fetched_at=NOW,
    )


def _close() -> None:
    from django.db import connections

    connections.close_all()


def _copy() -> None:
    _sql(f"CREATE DATABASE {LARGE} TEMPLATE {SMALL}")


def _sql(statement: str, *values: str) -> int:
    """Run a statement as the owner, outside of both shops; the number of rows."""
    import psycopg2

    url = urlsplit(os.environ["DATABASE_OWNER_URL"])._replace(path="/postgres").geturl()
    with closing(psycopg2.connect(url)) as owner:
        owner.autocommit = True
        cursor = owner.cursor()
        cursor.execute(statement, values)
        return int(cursor.rowcount)


class Shops:
    """Both shops behind one process; each keeps its connection."""

    def __init__(self) -> None:
        from django.db import connections

        self._connections = {}
        for name in (SMALL, LARGE):
            one = connections.create_connection("default")
            one.settings_dict = {**one.settings_dict, "NAME": name}
            self._connections[name] = one

    def enter(self, name: str) -> None:
        """From now on the pages are those of this shop."""
        from django.core.cache import caches
        from django.db import connections

        connections["default"] = self._connections[name]
        caches["default"].key_prefix = name
