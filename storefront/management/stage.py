"""A stage of its own for a simulation: PostgreSQL, a sandbox, settings that point at them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections

from storefront import embedded
from storefront.lib import http
from storefront.sandbox import stories

SECONDS = 20


@contextmanager
def alone(folder: Path, *, seed: int, shocks: str = "", closures: str = "") -> Iterator[None]:
    """Migrated and with its reference rows, stopped and forgotten at the end.

    `shocks` are days on which the central bank's rates jump, as SANDBOX_SHOCKS tells them;
    `closures` what nothing passes from an instant until another, as SANDBOX_CLOSURES does.

    Raises: CommandError, if a part of it does not start.
    """
    postgres = embedded.start_postgres(folder / "pg", durable=False)
    sandbox = None
    try:
        _prepare(postgres)
        port = embedded.free_port()
        told = {"SANDBOX_SHOCKS": shocks, "SANDBOX_CLOSURES": closures}
        sandbox = _start_sandbox(folder, port, {"SANDBOX_SEED": str(seed), **told})
        _point(postgres, f"http://127.0.0.1:{port}")
        ready = stories.durations(_table())["centre_ready"]
        settings.HANDS_PACE = (seed, ready.p50, ready.p90)
        settings.MEDIA_ROOT, settings.PAPERS_ROOT = folder / "media", folder / "papers"
        yield
    finally:
        connections.close_all()
        if sandbox is not None:
            sandbox.terminate()
            sandbox.wait(10)
        postgres.stop()


def _prepare(postgres: embedded.Postgres) -> None:
    urls = {"DATABASE_URL": postgres.app_url, "DATABASE_OWNER_URL": postgres.owner_url}
    for command, as_owner in (("migrate", "1"), ("load_reference", "")):
        done = subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity", "0", "--skip-checks"],
            cwd=settings.BASE_DIR,
            env={**os.environ, **urls, "AS_OWNER": as_owner},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"{command} failed: {done.stderr.strip()[-500:]}")


def _table() -> Path | None:
    """The table of durations the sandbox is given instead of its own, if one is."""
    return Path(name) if (name := os.environ.get("SANDBOX_DURATIONS", "")) else None


def _start_sandbox(folder: Path, port: int, told: dict[str, str]) -> subprocess.Popen[bytes]:
    variables = {
        "SANDBOX_PORT": str(port),
        "SANDBOX_DB": str(folder / "sandbox.sqlite"),
        **told,
        "SANDBOX_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SITE_URL": "",
        "SANDBOX_NOTIFY_URL": "",
    }
    kept = {key: value for key, value in os.environ.items() if key != "CLOCK_FILE"}
    started = subprocess.Popen(
        [sys.executable, "-m", "storefront.sandbox"],
        cwd=settings.BASE_DIR,
        env={**kept, **variables},
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            http.call("GET", f"http://127.0.0.1:{port}/healthz")
        except (http.Unreachable, http.Unknown):
            time.sleep(0.05)
        else:
            return started
    started.kill()
    raise CommandError("the sandbox does not start")


def _point(postgres: embedded.Postgres, sandbox: str) -> None:
    """Let this process use the stage instead of what the environment names."""
    parts = urlsplit(postgres.app_url)
    connections.close_all()
    changes = {
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(parts.port),
    }
    settings.DATABASES["default"].update(changes)
    connections["default"].settings_dict.update(changes)
    settings.SANDBOX_PUBLIC_URL = sandbox
    settings.YOOKASSA_URL = f"{sandbox}/yookassa/v3"
    settings.YOOKASSA_REGISTRY_URL = f"{sandbox}/yookassa/registry"
    settings.YOOKASSA_NETWORKS = ["127.0.0.0/8"]
    settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY = "100500", "sandbox"
    settings.CBR_URL = f"{sandbox}/cbr/scripts"
    settings.BANKS_URL = f"{sandbox}/banks"
    settings.BANK_BIC, settings.BANK_OWNER = "SNGHCNBH", "Sungari (demo)"
    settings.BANK_ACCOUNT_RUB = "40702810000000000007"
    settings.BANK_ACCOUNT_CNY = "40702156000000000007"
    settings.CUSTOMS_CN_URL, settings.CUSTOMS_SIGNER = f"{sandbox}/customs/cn", "demo"
    settings.CUSTOMS_RU_URL = f"{sandbox}/customs/ru"
    settings.CARRIERS_URL = f"{sandbox}/carriers"
    settings.RUSPOST_LOGIN, settings.CDEK_CLIENT_ID = "sungari", "sungari"
    settings.RUSPOST_PASSWORD, settings.CDEK_CLIENT_SECRET = "sandbox", "sandbox"
    settings.RUSPOST_TOKEN, settings.RUSPOST_KEY = "sandbox", ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.AUTOMATIC_HANDS = True
