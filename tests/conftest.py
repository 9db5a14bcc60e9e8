"""One PostgreSQL and one Valkey per run, one database per worker."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.utils import translation
from django.utils.translation import trans_real
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from storefront import embedded
from storefront.celery import app as celery
from storefront.lib import kept
from storefront.management import translations
from tests import clusters, mutating

TEMPLATE = "sungari_template"
MINE = "SUNGARI_TEST_SERVERS"
UNREAD = "39"
ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts the servers; the workers find them in the environment."""
    if os.environ.get(MINE) or config.option.collectonly:
        return
    if translations.compile_all():  # before any worker reads them: a fresh clone has none
        trans_real._translations.clear()  # what this process has read before they were there
    folder = Path(tempfile.mkdtemp(prefix="sungari-test-"))
    folder.chmod(0o755)
    postgres = _postgres(folder / "pg")
    valkey = embedded.start_valkey(folder / "valkey")
    os.environ[MINE] = str(folder)
    os.environ["TEST_REDIS_URL"] = valkey.url
    config.stash[SERVERS] = (postgres, valkey, folder)


def _postgres(folder: Path) -> embedded.Postgres:
    """Start on the template that was kept, or make one and keep it."""
    if clusters.fetch(folder):
        return _told(embedded.start_postgres(folder, durable=False))
    with _told(embedded.start_postgres(folder, durable=False)):
        _make_template()
    clusters.keep(folder)
    return _told(embedded.start_postgres(folder, durable=False))


def _told(postgres: embedded.Postgres) -> embedded.Postgres:
    os.environ["TEST_OWNER_URL"] = postgres.owner_url
    os.environ["TEST_APP_URL"] = postgres.app_url
    return postgres


SERVERS: pytest.StashKey[tuple[embedded.Postgres, embedded.Valkey, Path]] = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    mine = config.stash.get(SERVERS, None)
    if mine:
        postgres, valkey, folder = mine
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop(MINE, None)


def owner_sql(statement: str) -> None:
    """Run one statement as the owner, outside of any transaction.

    A database is dropped when the server's own vacuum has left it: nobody may send that away.
    """
    tries = 50 if statement.startswith("DROP DATABASE") else 1
    for left in reversed(range(tries)):
        with closing(psycopg2.connect(os.environ["TEST_OWNER_URL"])) as connection:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            try:
                connection.cursor().execute(statement)
            except InsufficientPrivilege:
                if not left:
                    raise
            else:
                return
        time.sleep(0.1)


def _point(url: str, name: str) -> None:
    parts = urlsplit(url)
    connections.close_all()
    settings.DATABASES["default"].update(
        NAME=name,
        USER=parts.username,
        PASSWORD=parts.password,
        HOST=parts.hostname,
        PORT=str(parts.port),
    )
    connections["default"].settings_dict.update(settings.DATABASES["default"])


def _make_template() -> None:
    """Migrate once, as the owner, in a process of its own; every worker copies the result."""
    owner_sql(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE sungari')
    urls = {
        "DATABASE_OWNER_URL": with_name(os.environ["TEST_OWNER_URL"], TEMPLATE),
        "DATABASE_URL": with_name(os.environ["TEST_APP_URL"], TEMPLATE),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    for command, as_owner in (("migrate", "1"), ("load_reference", "")):
        done = subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0", "--skip-checks"],
            cwd=ROOT,
            env={**os.environ, **urls, "AS_OWNER": as_owner},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise pytest.UsageError(f"{command} failed:\n{done.stdout}{done.stderr}")


def with_name(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def clone(name: str) -> None:
    """A fresh database of its own, with the reference rows in it."""
    owner_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    owner_sql(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')


def _exists(name: str) -> bool:
    """Whether an earlier mutant in the same place left its database."""
    with closing(psycopg2.connect(os.environ["TEST_OWNER_URL"])) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return bool(cursor.rowcount)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object, worker_id: str) -> Iterator[None]:
    """A database per worker, used by the application's role; nothing is ever flushed."""
    name = f"test_{worker_id}"
    if not (worker_id.startswith("mutant") and _exists(name)):
        clone(name)
    _point(os.environ["TEST_APP_URL"], name)
    number = "".join(filter(str.isdigit, worker_id)) or "15"
    settings.CACHES["default"]["LOCATION"] = with_name(os.environ["TEST_REDIS_URL"], number)
    # Hints go where nobody reads them; waiting for an absent broker would cost two seconds each.
    celery.conf.broker_url = with_name(os.environ["TEST_REDIS_URL"], UNREAD)
    with suppress(AttributeError):
        del caches["default"]  # one that was opened while modules were collected looks elsewhere
    yield
    connections.close_all()


@pytest.fixture(autouse=True)
def _same_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process keeps for a minute is asked anew by each test, and once alone.

    The language of the last request, which the test client leaves active, is left as well.
    """
    kept.forget()
    translation.deactivate()
    monkeypatch.setattr(kept, "minute", lambda: 0)


@pytest.fixture(scope="session")
def worker_id() -> Iterator[str]:
    """Whose databases these are: a worker's, or those of one of the mutants tried at once."""
    with mutating.place() as name:
        yield name or os.environ.get("PYTEST_XDIST_WORKER", "main")


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's browser, one for all; without it tests are skipped aloud, and fail under CI=true."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), "")
    if not path:
        reason = "NO CHROMIUM: the browser tests were not run; apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    # Its own loop runs in this thread from now on; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
