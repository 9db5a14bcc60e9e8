"""Figures of the long forms, kept where everybody can read them."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


def keep(name: str, figures: dict[str, Any]) -> None:
    """Write one measured run down; the last one stays."""
    measured = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        **figures,
    }
    path = FOLDER / f"soak_{name}.json"
    path.write_text(json.dumps(measured, indent=2, ensure_ascii=False) + "\n")
