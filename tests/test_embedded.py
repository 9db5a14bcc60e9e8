"""The embedded servers: Cyrillic, roles, ports, and life after kill -9."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
import pytest
import redis

from storefront import embedded

STARTER = """
import sys, time
from pathlib import Path
from storefront import embedded
postgres = embedded.start_postgres(Path(sys.argv[1]) / "pg", durable=False)
valkey = embedded.start_valkey(Path(sys.argv[1]) / "valkey")
print(postgres.process.pid, valkey.process.pid, flush=True)
time.sleep(60)
"""


def ask(url: str, question: str) -> Any:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[embedded.Postgres]:
    with embedded.start_postgres(folder / "pg", durable=False) as server:
        yield server


def test_cyrillic_has_trigrams_and_case(postgres: embedded.Postgres) -> None:
    ask(postgres.owner_url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

    assert ask(postgres.owner_url, "SELECT show_trgm('Самсунг') <> '{}'") is True
    assert ask(postgres.app_url, "SELECT lower('САМСУНГ')") == "самсунг"


def test_statements_are_counted(postgres: embedded.Postgres) -> None:
    assert ask(postgres.owner_url, "SELECT count(*) > 0 FROM pg_stat_statements") is True


def test_application_reads_and_writes_but_neither_truncates_nor_drops(
    postgres: embedded.Postgres,
) -> None:
    ask(postgres.owner_url, "CREATE TABLE IF NOT EXISTS goods (id bigserial, name text)")

    ask(postgres.app_url, "INSERT INTO goods (name) VALUES ('phone')")

    assert ask(postgres.app_url, "SELECT count(*) FROM goods") == 1
    for forbidden in ("TRUNCATE goods", "DROP TABLE goods", "CREATE TABLE more (id int)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(postgres.app_url, forbidden)


def test_rights_follow_into_databases_made_from_any_template(postgres: embedded.Postgres) -> None:
    ask(postgres.owner_url, "CREATE DATABASE plain")
    ask(postgres.owner_url, "CREATE DATABASE cloned TEMPLATE plain")
    owner, app = (url.rpartition("/")[0] for url in (postgres.owner_url, postgres.app_url))

    ask(f"{owner}/cloned", "CREATE TABLE later (id bigserial, name text)")

    ask(f"{app}/cloned", "INSERT INTO later (name) VALUES ('tablet')")
    assert ask(f"{app}/cloned", "SELECT name FROM later") == "tablet"


def test_passwords_are_for_their_owner_alone(folder: Path, postgres: embedded.Postgres) -> None:
    secrets = folder / "pg" / "passwords.json"

    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(postgres.app_url.replace("sungari_app:", "sungari_app:wrong"))


def test_second_starter_is_kept_out(folder: Path, postgres: embedded.Postgres) -> None:
    with pytest.raises(embedded.CannotStart, match="another process"):
        embedded.start_postgres(folder / "pg")

    assert ask(postgres.app_url, "SELECT 1") == 1


def test_data_and_port_are_kept_between_starts(tmp_path: Path) -> None:
    with embedded.start_postgres(tmp_path, durable=False) as first:
        ask(first.owner_url, "CREATE TABLE kept AS SELECT 7 AS number")

    with embedded.start_postgres(tmp_path, durable=False) as second:
        assert second.app_url == first.app_url
        assert ask(second.app_url, "SELECT number FROM kept") == 7


def test_servers_start_again_after_their_starter_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pids = [int(word) for word in starter.stdout.readline().split()]
        starter.kill()

    with (
        embedded.start_postgres(tmp_path / "pg", durable=False) as postgres,
        embedded.start_valkey(tmp_path / "valkey") as valkey,
    ):
        assert ask(postgres.app_url, "SELECT 1") == 1
        assert redis.Redis.from_url(valkey.url).ping()
        assert not any(is_running(pid) for pid in pids)


def test_postgres_starts_again_after_it_was_killed_itself(tmp_path: Path) -> None:
    postgres = embedded.start_postgres(tmp_path)
    ask(postgres.owner_url, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.stop()
    # The number in the stale file now belongs to a stranger: this very process.
    pid_file = tmp_path / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    with embedded.start_postgres(tmp_path, durable=False) as again:
        assert ask(again.app_url, "SELECT number FROM kept") == 7


def test_half_made_database_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18\n")

    with embedded.start_postgres(tmp_path, durable=False) as postgres:
        assert ask(postgres.app_url, "SELECT current_database()") == "sungari"


def test_failed_start_says_why_in_one_line_and_lets_go(tmp_path: Path) -> None:
    with embedded.start_valkey(tmp_path / "first") as valkey:
        taken = redis.Redis.from_url(valkey.url).connection_pool.connection_kwargs["port"]
        with pytest.raises(embedded.CannotStart) as refusal:
            embedded.start_postgres(tmp_path / "pg", port=taken, durable=False)

    assert "\n" not in str(refusal.value)
    assert "postgres did not start" in str(refusal.value)
    embedded.start_postgres(tmp_path / "pg", durable=False).stop()


def test_valkey_forgets_and_never_evicts(tmp_path: Path) -> None:
    with embedded.start_valkey(tmp_path) as first:
        client = redis.Redis.from_url(first.url)
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("save") == {"save": ""}
        client.set("hint", "1")
        client.close()

    with embedded.start_valkey(tmp_path) as second:
        client = redis.Redis.from_url(second.url)
        assert client.get("hint") is None
        client.close()


def is_running(pid: int) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True
