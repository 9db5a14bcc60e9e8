"""The one gate of `make check`, the same by hand and in CI: every check runs, then all is told."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from storefront import embedded
from storefront.management import runfolder
from storefront.management.programs import ROOT

TOOLS = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": ["manage.py", "check_translations"],
    "links": ["-m", "storefront.management.upkeep.links"],
    "papers": ["-m", "storefront.management.upkeep.papers"],
    "dead code": ["-m", "storefront.management.upkeep.unused"],
    "dead pages": ["-m", "storefront.management.upkeep.unseen"],
    "deployment": ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def main() -> int:
    """Run every check; 1 if any of them failed."""
    failed = []
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.start_postgres(Path(folder) / "pg", durable=False) as postgres,
    ):
        environment = _as_deployed(Path(folder), postgres.app_url)
        for name, words in CHECKS.items():
            if not _passes(name, words, environment):
                failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall checks passed")
    return bool(failed)


def _as_deployed(folder: Path, database_url: str) -> dict[str, str]:
    """The variables of a real deployment, with secrets of this run alone."""
    kept = {name: value for name, value in os.environ.items() if name != "DEBUG"}
    return (
        kept
        | runfolder.keys(folder)
        | {
            "DATABASE_URL": database_url,
            "SITE_URL": "https://shop.example",
            "YOOKASSA_SHOP_ID": "100500",
            "YOOKASSA_SECRET_KEY": secrets.token_urlsafe(24),
            "PYTHONWARNINGS": "error::RuntimeWarning",
        }
    )


def _passes(name: str, words: list[str], environment: dict[str, str]) -> bool:
    tool = TOOLS / words[0]
    command = [str(tool), *words[1:]] if tool.exists() else [sys.executable, *words]
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:<14}{verdict:<8}{time.monotonic() - begun:5.1f} s", flush=True)
    if done.returncode:
        print(f"{done.stdout}{done.stderr}".rstrip(), flush=True)
    return not done.returncode


if __name__ == "__main__":
    sys.exit(main())
