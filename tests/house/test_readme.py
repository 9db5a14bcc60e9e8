"""What README tells people to type works: each command is tried as it stands there."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command, load_command_class

from tests.factories import catalog as make

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SPANS = re.findall(r"`((?:make|manage\.py|[A-Z_]+=\S+ make) [^`]+)`", README)
TYPED = sorted({line.partition("#")[0].strip() for line in "".join(BLOCKS).splitlines()} - {""})
COMMANDS = sorted({*TYPED, *SPANS})
MAKE = [line for line in COMMANDS if "make " in line and "manage.py" not in line]
MANAGE = [line for line in COMMANDS if line.startswith("manage.py ")]
# What stands for something of the reader's own.
MEANT = {"SLUG": "huaqiang", "N": "30", "KIND": "un", "JSON": "columns.json", "FILE": "goods.csv"}


def words(line: str, **meant: str) -> list[str]:
    """The words of a command, something put in place of what is meant by capitals."""
    plain = line.replace("…", "").replace("[", "").replace("]", "")
    return [({**MEANT, **meant}).get(word, word) for word in shlex.split(plain)][1:]


def test_readme_has_the_two_commands_of_a_newcomer_and_no_other_shell():
    assert [line.split()[:2] for line in TYPED] == [["make", "run"], ["make", "test"]]
    assert set(COMMANDS) == {*MAKE, *MANAGE}
    assert len(re.findall(r"^```", README, re.MULTILINE)) == 2 * (len(BLOCKS) + 1)  # and a picture


@pytest.mark.parametrize("line", MAKE)
def test_make_knows_what_to_do(line: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(
        ["sh", "-c", line.replace("make ", "make --dry-run ", 1)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert ".venv" in done.stdout


@pytest.mark.parametrize("line", MANAGE)
def test_command_takes_what_readme_gives_it(line: str) -> None:
    name, *rest = words(line)
    parser = load_command_class("storefront", name).create_parser("manage.py", name)
    parser.called_from_command_line = False  # a wrong word is an error here, not an exit

    assert parser.parse_args(rest)


@pytest.mark.django_db
def test_the_quick_ones_do_what_they_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    offer = make.offer()
    file = str(tmp_path / "goods.csv")
    meant = {"FILE": file, "SLUG": offer.seller.slug}
    typed = {words(line)[0]: words(line, **meant) for line in MANAGE}

    call_command(*typed["export_catalogue"])
    assert offer.article in Path(file).read_text(encoding="utf-8-sig")
    call_command(*typed["import_catalogue"], "--dry-run")
    call_command(*typed["check_books"])
    call_command(*typed["load_reference"])

    said = capsys.readouterr().out
    assert "all hold" in said
    assert "已拒绝: 0" in said  # of what was just exported nothing is refused
    assert re.search(r"^cities: \d\d", said, re.MULTILINE)
