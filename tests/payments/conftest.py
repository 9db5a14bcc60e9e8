"""A real sandbox for the drawers, and the ledger's deferred rules at hand."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection, connections

from tests.conftest import clone, with_name
from tests.sandbox.conftest import Sandbox


@pytest.fixture
def check_now() -> Callable[[], None]:
    """Run the triggers that wait for the end of the transaction, which no test here reaches."""

    def check() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return check


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox process for the whole room."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "books.sqlite3")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def outside(world: Sandbox, settings: object) -> Sandbox:
    """The drawers speak to the sandbox over HTTP; its books are empty and nothing goes wrong."""
    world.http.post(f"{world.url}/_/reset", timeout=5)
    world.http.put(f"{world.url}/_/shares", json={"all": 0}, timeout=5)
    settings.YOOKASSA_URL = f"{world.url}/yookassa/v3"
    settings.YOOKASSA_SHOP_ID = "f2-shop"
    settings.YOOKASSA_SECRET_KEY = "secret"
    settings.BANKS_URL = f"{world.url}/banks"
    settings.CBR_URL = f"{world.url}/cbr/scripts"
    return world


@pytest.fixture(scope="session")
def ledger_room(worker_id: str) -> str:
    """The name of a database in which this room's tests really commit."""
    name = f"ledger_{worker_id}"
    clone(name)
    return name


@pytest.fixture
def app_connection(ledger_room: str) -> Iterator["psycopg2.extensions.connection"]:
    """A plain connection of the application's role to the room's own database."""
    made = psycopg2.connect(with_name(os.environ["TEST_APP_URL"], ledger_room))
    yield made
    made.close()


@pytest.fixture
def committing(
    ledger_room: str, django_db_setup: None, django_db_blocker: object
) -> Iterator[None]:
    """Django speaks to the room's own database, and what it commits stays there."""
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = ledger_room
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    connection.settings_dict["NAME"] = before


def shared_data(folder: str) -> Path:
    """A folder of real input; without it the test is skipped, under CI it fails."""
    root = Path(os.environ.get("SHARED_DATA", "../shared/data"))
    found = root / folder
    if not found.is_dir():
        message = f"SHARED_DATA has no {folder}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
