"""A real sandbox process on a free port; the books are wiped before each test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
SECRET = "test_secret"


class Sandbox:
    """A running sandbox, and a client of it."""

    def __init__(self, books: Path, **variables: str) -> None:
        self.port, self.smtp_port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.books = books
        self.variables = variables
        self.http = requests.Session()
        self.start()

    def start(self) -> None:
        environment = {
            **os.environ,
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_SMTP_PORT": str(self.smtp_port),
            "SANDBOX_DB": str(self.books),
            "SITE_URL": "",
            "CLOCK_FILE": "",
            **self.variables,
        }
        command = [sys.executable, "-m", "storefront.sandbox"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                self.http.get(f"{self.url}/healthz", timeout=1)
            except requests.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the sandbox did not start")

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.stop()
        self.http.close()

    def ask(
        self, method: str, path: str, *, at: str = "", shop: str = "", key: str = "", **more
    ) -> requests.Response:
        headers = more.pop("headers", {})
        if at:
            headers["X-Business-Time"] = at
        if key:
            headers["Idempotence-Key"] = key
        return self.http.request(
            method,
            self.url + path,
            headers=headers,
            auth=(shop, SECRET) if shop else None,
            timeout=10,
            allow_redirects=False,
            **more,
        )

    def get(self, path: str, **more) -> requests.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more) -> requests.Response:
        return self.ask("POST", path, **more)

    def put(self, path: str, **more) -> requests.Response:
        return self.ask("PUT", path, **more)

    def script(self, party: str, **script: object) -> None:
        self.put(f"/_/shops/{party}", json={"script": script}).raise_for_status()


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    found = Sandbox(tmp_path_factory.mktemp("sandbox") / "books.sqlite3")
    yield found
    found.close()


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """A sandbox with empty books in a world without trouble."""
    running.post("/_/reset").raise_for_status()
    running.put("/_/shares", json={"all": 0}).raise_for_status()
    return running


@pytest.fixture
def another(tmp_path: Path) -> Iterator:
    """Starts sandboxes of their own, and stops them."""
    started: list[Sandbox] = []

    def start(**variables: str) -> Sandbox:
        books = tmp_path / f"books{len(started)}.sqlite3"
        started.append(Sandbox(books, **variables))
        return started[-1]

    yield start
    for found in started:
        found.close()


class Ear:
    """Listens for notices; `answers` are the statuses given, then 200."""

    def __init__(self) -> None:
        self.heard: list[dict] = []
        self.answers: list[int] = []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append(json.loads(body))
                self.send_response(ear.answers.pop(0) if ear.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/notices/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def wait(self, count: int, seconds: float = 6) -> list[str]:
        """Wait for so many notices; say what they tell of."""
        until = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < until:
            time.sleep(0.02)
        return [notice["event"] for notice in self.heard]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def ear() -> Iterator[Ear]:
    found = Ear()
    yield found
    found.close()


def order_payment(sandbox: Sandbox, *, shop: str = "shop", key: str = "k", **changes) -> dict:
    """Create a payment over the API."""
    body = {
        "amount": {"value": "17630.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:9/pay/return/1/"},
        "description": "Заказ 61-204-883-5",
        "metadata": {"charge": "c-1"},
        **changes,
    }
    at = body.pop("at", "")
    answer = sandbox.post("/yookassa/v3/payments", shop=shop, key=key, json=body, at=at)
    assert answer.status_code == 200, answer.text
    return answer.json()
