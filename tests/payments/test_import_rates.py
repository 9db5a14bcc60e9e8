"""The command that takes rates in: what it prints, what it refuses, how it ends."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from payments.models import Rate
from storefront.management.commands.import_rates import Command
from tests.payments.conftest import shared_data
from tests.sandbox.conftest import ROOT, Sandbox

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_rates", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue()


def test_every_recorded_file_is_taken_in_and_twice_is_once() -> None:
    files = sorted(shared_data("cbr_xml_recorded").glob("*.xml"))

    first = run(*files)
    kept = Rate.objects.count()
    second = run(*files)

    for line in (
        "2020-04-25, 34 new, 0 known, 1 CNY = 10.5493 RUB",
        "2022-03-15, 34 new, 0 known, 1 CNY = 18.2218 RUB",
        "2022-07-23, 34 new, 0 known, 1 CNY = 8.58282 RUB",
        "[4/8] XML_daily_2025-04-01_xml_response_april_1.xml: 2025-04-01, 43 new, 0 known,"
        " 1 CNY = 11.7136 RUB",
    ):
        assert line in first
    assert kept == 3 * 34 + 5 * 43
    assert "held" not in first
    assert second.count(" 0 new, ") == 8
    assert Rate.objects.count() == kept


def test_a_day_is_fetched(outside: Sandbox) -> None:
    assert "2026-09-18" in run("--fetch", "--on", "2026-09-18")
    assert "1 CNY = 11.87 RUB" in run("--fetch", "--on", "2026-09-18")
    assert Rate.objects.filter(currency="CNY").count() == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "either FILES or --fetch"),
        (["a.xml", "--fetch"], "either FILES or --fetch"),
        (["a.xml", "--on", "2026-09-18"], "--on goes with --fetch"),
        (["--fetch", "--on", "18.09.2026"], "not a day like"),
        (["missing.xml"], "missing.xml: No such file"),
    ],
)
def test_wrong_arguments_get_one_clear_line(arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why) as refused:
        run(*arguments)

    assert "\n" not in str(refused.value)


def test_a_bad_file_leaves_nothing_and_the_good_ones_before_it_stay(tmp_path: Path) -> None:
    good = shared_data("cbr_xml_recorded") / "XML_daily_2020-04-25.xml"
    bad = tmp_path / "bad.xml"
    bad.write_bytes(good.read_bytes().replace(b"<Nominal>1</Nominal>", b"<Nominal>x</Nominal>", 1))

    with pytest.raises(CommandError, match=r"\[2/2\] bad.xml: Nominal is 'x'"):
        run(good, bad)

    assert Rate.objects.count() == 34


def test_a_silent_bank_is_one_clear_line(settings: object) -> None:
    settings.CBR_URL = "http://127.0.0.1:1/scripts"

    with pytest.raises(CommandError, match="the central bank does not answer"):
        run("--fetch")


def test_at_the_prompt_it_ends_with_one_and_one_line() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "django", "import_rates", "missing.xml"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "No such file" in ended.stderr


def test_it_explains_itself() -> None:
    said = Command().create_parser("manage.py", "import_rates").format_help()

    assert "central bank" in said
    assert "--fetch" in said
