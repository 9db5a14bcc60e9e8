"""The files of the checkout, as git knows them or as they lie there, each read once."""

import shutil
import subprocess
from functools import cache

from storefront.management.programs import ROOT

PRODUCT = ("storefront", "catalog", "orders", "payments", "logistics")
GENERATED = {".git", ".venv", ".run", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


@cache
def files() -> list[str]:
    """Every file of ours, by its path from the root; what git ignores is not ours."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return sorted(path for path in done.stdout.split("\0") if path and (ROOT / path).is_file())
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not GENERATED & set(path.parts))


@cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def named(*endings: str, under: tuple[str, ...] = ("",)) -> list[str]:
    """The files with one of these endings below one of these folders."""
    return [path for path in files() if path.endswith(endings) and path.startswith(under)]


def tell(findings: list[str], *, what: str) -> int:
    """Print what was found; the exit code."""
    for line in sorted(findings):
        print(line)
    print(f"{len(findings)} {what}" if findings else f"no {what}")
    return bool(findings)
