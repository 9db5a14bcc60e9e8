"""Each planted fault is noticed by the tests that stand for its promise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import soak
from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parents[2]
FAILED = 1  # pytest: tests were run and some failed
LEAST = 0.95  # of the faults, by the promise of the design notes


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_fault_can_still_be_planted(bug: Bug) -> None:
    assert bug.tests
    for edit in bug.edits:
        assert (ROOT / edit.file).read_text().count(edit.old) == 1, edit.file
    for name in bug.tests:
        assert (ROOT / name).exists(), name


@pytest.mark.soak
def test_planted_faults_are_noticed(tmp_path: Path) -> None:
    clean = _copy(tmp_path / "clean")
    assert _run(clean, sorted({name for bug in BUGS for name in bug.tests})) == 0
    noticed = {bug.name: _is_noticed(bug, tmp_path / bug.name) for bug in BUGS}
    missed = sorted(name for name, is_noticed in noticed.items() if not is_noticed)
    soak.keep("planted", {"planted": len(BUGS), "noticed": sum(noticed.values()), "missed": missed})
    assert sum(noticed.values()) >= LEAST * len(BUGS), missed


def _is_noticed(bug: Bug, folder: Path) -> bool:
    tree = _copy(folder)
    for edit in bug.edits:
        path = tree / edit.file
        path.write_text(path.read_text().replace(edit.old, edit.new))
    done = _run(tree, bug.tests)
    shutil.rmtree(tree)
    return done == FAILED


def _copy(folder: Path) -> Path:
    """The tree as it stands, without what is not the project's own."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.pyc")
    return Path(shutil.copytree(ROOT, folder, ignore=left_out))


def _run(tree: Path, tests: "list[str] | tuple[str, ...]") -> int:
    """How pytest ends; a run of its own, with servers of its own."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("TEST_", "SUNG"))}
    own |= {"DEBUG": "1", "PYTHONPATH": str(tree)}
    words = [
        sys.executable,
        "-m",
        "pytest",
        *tests,
        "-q",
        "-x",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.run(words, cwd=tree, env=own, check=False, capture_output=True).returncode
