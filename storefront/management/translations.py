"""Compiles the translations: nothing compiled is committed, so each start looks after it."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def compile_all(folder: Path = LOCALE) -> list[Path]:
    """Write the .mo beside every .po that is newer than it; return those written."""
    stale = [po for po in sorted(folder.rglob("*.po")) if _is_stale(po)]
    for po in stale:
        draft = po.with_suffix(".draft")
        polib.pofile(str(po)).save_as_mofile(str(draft))
        draft.replace(po.with_suffix(".mo"))
    return [po.with_suffix(".mo") for po in stale]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns
