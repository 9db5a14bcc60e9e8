"""The outside world as a process of its own, and a clock that only the tests move."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import requests
from django.db import connection
from django.utils import translation

from orders.models import Term
from storefront.lib import clock, csvs, kept
from tests.logistics.story import NOW, Outside

ROOT = Path(__file__).resolve().parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sandbox on a free port, for as long as the run."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    world = {
        "PATH": os.environ["PATH"],
        "SANDBOX_PORT": str(port),
        "SANDBOX_DB": str(tmp_path_factory.mktemp("sandbox") / "books.sqlite3"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "storefront.sandbox"],
        cwd=ROOT,
        env=world,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(200):
        if process.poll() is not None:
            raise RuntimeError("the sandbox ended at once")
        try:
            requests.get(f"{url}/_/shares", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the sandbox does not answer")


def _terms() -> None:
    """The numbers of the house, unless the reference rows have them already."""
    rows = csvs.read(ROOT / "orders" / "reference" / "terms.csv")
    Term.objects.bulk_create([Term(**row) for row in rows], ignore_conflicts=True)


@pytest.fixture
def english() -> Iterator[None]:
    """Refusals in the words of the code, for tests that read them."""
    with translation.override("en"):
        yield


@pytest.fixture
def outside(sandbox: str, settings: Any, db: None) -> Iterator[Outside]:
    """A world without any trouble but what a test asks for, at noon of a Monday in Harbin."""
    settings.CUSTOMS_CN_URL = f"{sandbox}/customs/cn"
    settings.CUSTOMS_RU_URL = f"{sandbox}/customs/ru"
    settings.CARRIERS_URL = f"{sandbox}/carriers"
    settings.AUTOMATIC_HANDS = True
    kept.forget()
    _terms()
    made = Outside(sandbox)
    made.reset()
    with clock.simulated(NOW):
        yield made


@pytest.fixture
def elsewhere() -> Iterator[psycopg2.extensions.cursor]:
    """Another worker's connection."""
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    other = psycopg2.connect(**{name: given[name] for name in names if name in given})
    other.autocommit = True
    with other.cursor() as cursor:
        yield cursor
    other.close()
