"""The process: starts fast, stops cleanly, survives being killed, keeps time, serves many."""

import http.client
import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import requests

from tests.sandbox.conftest import ROOT, order_payment


def test_its_books_survive_being_killed(another):
    sandbox = another()
    payment = order_payment(sandbox)
    sandbox.post(f"/_/pay/{payment['id']}", json={}).raise_for_status()
    sandbox.stop(signal.SIGKILL)
    sandbox.start()

    books = sandbox.get("/_/books/payments").json()

    assert (books["succeeded"], books["captured"]) == (1, "17630.00")
    assert sandbox.stop() == 0


def test_it_needs_no_django():
    program = (
        "import sys, storefront.sandbox.application;"
        "heavy = {'django', 'celery', 'psycopg2', 'requests'};"
        "sys.exit(bool(heavy & {name.split('.')[0] for name in sys.modules}))"
    )

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_a_taken_port_gives_one_line(sandbox, tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "storefront.sandbox"],
        cwd=ROOT,
        env={"SANDBOX_PORT": str(sandbox.port), "SANDBOX_DB": str(tmp_path / "b.sqlite3")},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "cannot start" in found.stderr


def test_it_follows_the_clock_file(another, tmp_path):
    path = tmp_path / "clock.json"
    business = datetime(2026, 12, 24, tzinfo=UTC)

    def write(speed):
        wall = datetime.now(UTC)
        body = {"wall": wall.isoformat(), "business": business.isoformat(), "speed": speed}
        path.write_text(json.dumps(body), encoding="ascii")

    write(1440)
    sandbox = another(CLOCK_FILE=str(path))
    first = datetime.fromisoformat(sandbox.get("/healthz").json()["business"])
    write(0)
    still = sandbox.get("/healthz").json()["business"]
    given = sandbox.get("/healthz", at="2027-01-01T00:00:00Z").json()["business"]

    assert business <= first < business + timedelta(days=1)
    assert still == "2026-12-24T00:00:00Z"
    assert given == "2027-01-01T00:00:00Z"
    assert sandbox.get("/healthz", at="yesterday").status_code == 400


def test_thirty_two_clients_with_one_key_make_one_payment(sandbox):
    made, start = [], threading.Barrier(32)

    def client():
        start.wait()
        answer = requests.post(
            f"{sandbox.url}/yookassa/v3/payments",
            auth=("shop", "secret"),
            headers={"Idempotence-Key": "same"},
            json={
                "amount": {"value": "10.00", "currency": "RUB"},
                "capture": True,
                "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:9/"},
            },
            timeout=20,
        )
        made.append(answer.json()["id"])

    threads = [threading.Thread(target=client) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    books = sandbox.get("/_/books/payments").json()

    assert (len(made), len(set(made))) == (32, 1)
    assert (books["created"], books["idempotence_replays"]) == (1, 31)


def test_a_reset_empties_the_books(sandbox):
    order_payment(sandbox)
    sandbox.put("/_/shops/shop", json={"secret": "x"})

    sandbox.post("/_/reset")

    assert sandbox.get("/_/books/payments").json()["created"] == 0
    assert sandbox.get("/_/shops/shop").json() == {}


def test_pages_and_wrong_addresses(sandbox):
    assert "Внешний мир" in sandbox.get("/").text
    assert "Пульт" in sandbox.get("/_/").text
    assert sandbox.get("/static/bank.css").headers["Content-Type"] == "text/css; charset=utf-8"
    assert sandbox.get("/static/..%2fmail.py").status_code == 404
    assert sandbox.get("/nothing/here").status_code == 404
    assert sandbox.ask("DELETE", "/healthz").status_code == 405
    assert sandbox.ask("HEAD", "/").content == b""
    assert sandbox.put("/_/shares", json={"parcel_lost": 2}).status_code == 422


def test_a_body_that_is_too_big_is_not_even_read(sandbox):
    line = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    line.putrequest("POST", "/_/reset")
    line.putheader("Content-Length", "5000000")
    line.endheaders()

    assert line.getresponse().status == 413
    line.close()
