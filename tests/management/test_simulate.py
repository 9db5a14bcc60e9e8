"""Whole simulations: everybody shops, quarrels and is paid, and the books say all of it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import soak

ROOT = Path(__file__).resolve().parents[2]
ORDERS, DAYS = 5_000, 60


def simulate(*options: str) -> str:
    """Run it as one would by hand; what it printed.

    It leaves with an error where an order has not ended, an invariant does not hold, or a
    kopeck or a fen is unexplained.
    """
    done = subprocess.run(
        [sys.executable, "manage.py", "simulate", *options],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "storefront.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


def figure(table: str, name: str) -> str:
    """What stands in the first column behind a name."""
    line = next(line for line in table.splitlines() if line.startswith(name))
    return line[len(name) :].split()[0]


@pytest.mark.soak
def test_five_thousand_orders_in_sixty_days_are_explained_to_the_kopeck_and_the_fen() -> None:
    begun = time.monotonic()

    table = simulate("--orders", str(ORDERS), "--days", str(DAYS))

    assert "every kopeck and every fen is explained" in table
    names = ("disputes", "chargebacks", "refunds", "payouts that came back", "orders placed")
    figures = {name: int(figure(table, name)) for name in names}
    assert all(figures.values()), figures
    assert int(figure(table, "held rates confirmed")) > 0
    soak.keep("simulate", {**figures, "seconds": round(time.monotonic() - begun)})


@pytest.mark.soak
def test_the_same_seed_prints_the_same_table() -> None:
    options = ("--orders", "40", "--days", "10", "--seed", "5")

    first, second = simulate(*options), simulate(*options)

    assert first == second
