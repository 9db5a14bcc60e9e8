"""The command that takes statements in: what it prints, what it refuses, how it ends."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from payments.models import BankStatement, Paper
from storefront.management.commands.import_statement import Command
from tests.factories.statements import camt
from tests.payments.conftest import shared_data

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(
            "import_statement", *map(str, arguments), stdout=out, stderr=err, no_color=True
        )
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_files_are_taken_in_and_twice_is_once(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(camt([("100.00", "FX-000001")]))

    assert run(file) == ("[1/1] a.xml: 1 new, 0 known, 1 lines\n", "")
    assert run(file, file)[0].count("0 new, 1 known") == 2
    assert BankStatement.objects.count() == 1


def test_a_refused_file_is_named_and_the_others_are_taken(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(camt([("100.00", "FX-000001")]))
    bad.write_text("hello")

    out, err = run(bad, good)

    assert "[2/2] good.xml: 1 new" in out
    assert "[1/2] bad.xml: unrecognised: neither camt.053" in err
    assert err.endswith("1 of 2 files refused")
    assert Paper.objects.count() == 2


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(camt([("100.00", "FX-000001")]))

    out, err = run("--dry-run", file)

    assert "camt.053.001.08, 40702810000000000007, 2026-11-23..2026-11-23, 0.00 > 100.00 RUB" in out
    assert (err, Paper.objects.count()) == ("", 0)


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_statement", str(tmp_path / "none.xml"))


def test_every_sample_is_taken_or_refused_by_name_and_none_is_a_traceback() -> None:
    files = [
        *shared_data("bank_camt_a_genkgo").glob("*.xml"),
        *shared_data("bank_mt940_a").rglob("*.sta"),
        *shared_data("bank_1c_clientbank").glob("*.txt"),
    ]

    _out, err = run(*sorted(files))

    assert err.endswith(f"{len(files)} of {len(files)} files refused")
    assert set(Paper.objects.values_list("reason", flat=True)) == {
        *("unrecognised", "unbalanced", "mixed", "missing", "bad_field", "no_statement"),
        "unknown_account",
    }
    assert BankStatement.objects.count() == 0


def test_the_help_explains_itself() -> None:
    assert "camt.053" in Command.help
    assert "MT940" in Command.help
