"""Mutation testing, room by room: changes the rules and asks whether the tests of a room notice.

`python -m tests.mutating [--again] [--every N] [ROOM ...]` starts one PostgreSQL and one Valkey and
calls this file once per room; each call mutates a copy in `mutants/`, writes its figures to
`benchmarks/mutation.json` and the changes nobody noticed to `test-results/survivors/`.
With `--again` only these are tried, by the tests as they are now; with `--every N` each N-th.
"""

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "mutation.json"
MUTANTS = ROOT / "mutants"
KEPT = ROOT / "test-results" / "mutants"  # one folder per room, for --again
SURVIVORS = ROOT / "test-results" / "survivors"


class Room(NamedTuple):
    """What is changed, and the tests that shall notice."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "pricing": Room(("catalog/pricing.py",), ("tests/catalog/test_pricing.py",)),
    "duties": Room(
        ("logistics/customs/duties.py", "logistics/customs/tariff.py"),
        ("tests/logistics/test_duties.py", "tests/logistics/test_tariff.py"),
    ),
    "fx": Room(("payments/fx.py",), ("tests/payments/test_fx.py",)),
    "ledger": Room(
        ("payments/ledger/*.py",),
        (
            "tests/payments/test_ledger.py",
            "tests/payments/test_ledger_attacks.py",
            "tests/payments/test_ledger_closing.py",
            "tests/payments/test_ledger_later.py",
            "tests/payments/test_ledger_plans.py",
            "tests/payments/test_postings.py",
        ),
    ),
    "settlement": Room(
        ("payments/settlement/*.py",),
        (
            "tests/flows/test_settlement.py",
            "tests/payments/test_deductions.py",
            "tests/payments/test_house_view.py",
            "tests/payments/test_payouts.py",
            "tests/payments/test_returned_payouts.py",
            "tests/payments/test_account_changes.py",
            "tests/payments/test_settlement.py",
            "tests/payments/test_settlement_examples.py",
            "tests/payments/test_statement_papers.py",
        ),
    ),
    "warehouse": Room(
        ("logistics/warehouse.py", "logistics/stocking/*.py"),
        (
            "tests/logistics/test_advices.py",
            "tests/logistics/test_bins.py",
            "tests/logistics/test_counts.py",
            "tests/logistics/test_damages.py",
            "tests/logistics/test_serials.py",
            "tests/logistics/test_shelves.py",
            "tests/logistics/test_storage.py",
            "tests/logistics/test_together.py",
            "tests/logistics/test_warehouse.py",
            "tests/logistics/test_waves.py",
            "tests/views/test_warehouse.py",
        ),
    ),
    "routing": Room(
        ("logistics/routing.py", "logistics/scanning.py", "logistics/wayfinding.py"),
        (
            "tests/logistics/test_routing.py",
            "tests/logistics/test_scanning.py",
            "tests/logistics/test_wayfinding.py",
            "tests/logistics/test_ways.py",
        ),
    ),
}


def main(words: list[str]) -> int:
    """Each named room, or all of them, on servers of their own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from storefront import embedded
    from storefront.management import translations
    from tests import conftest

    translations.compile_all()  # the copies take them along: a fresh clone has none
    folder = Path(tempfile.mkdtemp(prefix="sungari-mutants-"))
    folder.chmod(0o755)
    postgres = conftest._postgres(folder / "pg")
    valkey = embedded.start_valkey(folder / "valkey")
    data = os.environ.get(
        "SHARED_DATA", str(ROOT.parent / "shared" / "data")
    )  # seen from a copy too
    own = {conftest.MINE: str(folder), "TEST_REDIS_URL": valkey.url, "SHARED_DATA": data}
    try:
        for name in read(words).rooms or list(ROOMS):
            call = [sys.executable, str(Path(__file__).resolve()), name, *words]
            if subprocess.run(call, cwd=ROOT, env={**os.environ, **own}, check=False).returncode:
                return 1
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def read(words: list[str]) -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutating")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("rooms", nargs="*")
    return parser.parse_args(words)


def mutate(name: str, *, again: bool, every: int) -> None:
    """One room in this process; mutmut forks one more per mutant."""
    sys.path.remove(str(Path(__file__).resolve().parent))  # or lib and admin would be found here
    import hypothesis
    from mutmut import __main__ as mutmut
    from mutmut import configuration

    room = ROOMS[name]
    shutil.rmtree(MUTANTS, ignore_errors=True)
    if again:
        (KEPT / name).rename(MUTANTS)
        (MUTANTS / "mutmut-stats.json").unlink()  # tests that changed may reach more by now
    configuration._config = replace(
        configuration.config(),
        only_mutate=list(room.sources),
        pytest_add_cli_args_test_selection=list(room.tests),
    )
    see_decorated()
    # That an example fails is enough; the least one is not asked for.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, deadline=None, database=None)
    hypothesis.settings.load_profile("mutants")
    before = round(os.getloadavg()[0], 1)
    begun = datetime.now(UTC)
    choose(every)
    lived = tuple(key for key, kind, _ in ended() if kind not in DONE) if again else ()
    if lived or not again:
        mutmut._run(lived, int(os.environ.get("JOBS", "2")))
    unspoilt(room)
    seconds = round((datetime.now(UTC) - begun).total_seconds())
    write(name, {"at": begun.isoformat(timespec="seconds"), "seconds": seconds, "load": before})
    shutil.rmtree(KEPT / name, ignore_errors=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    MUTANTS.rename(KEPT / name)


def choose(every: int) -> None:
    """Let mutmut try each so manieth mutant of a room, from every file alike."""
    from mutmut import __main__ as mutmut
    from mutmut.workers import isolation

    collect = mutmut.collect_source_file_mutation_data

    def chosen(*, mutant_names: tuple[str, ...]) -> Any:
        mutants, files = collect(mutant_names=mutant_names)
        return mutants[:: 1 if mutant_names else every], files

    mutmut.collect_source_file_mutation_data = chosen  # type: ignore[assignment]
    run = isolation.ForkRunner.run_clean_tests

    def clean(self: isolation.ForkRunner, tests: Iterable[str]) -> int:
        """All of them were clean a moment ago, when it was noted what they reach."""
        return run(self, tests) if tests else 0

    isolation.ForkRunner.run_clean_tests = clean  # type: ignore[method-assign]


def unspoilt(room: Room) -> None:
    """The tests of the room in the databases the mutants left: no mutant may spoil them."""
    from mutmut.configuration import config

    words = [sys.executable, "-m", "pytest", "-q", "-x", *config().pytest_add_cli_args]
    own = {"MUTANT_UNDER_TEST": "none"}
    subprocess.run([*words, *room.tests], cwd=MUTANTS, env={**os.environ, **own}, check=True)


def see_decorated() -> None:
    """Mutate the insides of decorated functions too, which mutmut leaves out.

    The decorators stay on the function that is called; its copies, changed or not, go without.
    (No room has a class method, which would need its decorator.)
    """
    import libcst as cst
    from mutmut.mutation import file_mutation

    visitor: Any = file_mutation.MutationVisitor
    skips, arrange = visitor._skip_node_and_children, file_mutation.function_trampoline_arrangement

    def skip(self: Any, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return node.name.value in file_mutation.NEVER_MUTATE_FUNCTION_NAMES
        return bool(skips(self, node))

    def arranged(function: cst.FunctionDef, mutants: Any, class_name: str | None) -> Any:
        dicts, nodes, assignments, names = arrange(function, mutants, class_name)
        copies = [each.with_changes(decorators=[]) for each in nodes[1:]]
        return dicts, [nodes[0], *copies], assignments, names

    visitor._skip_node_and_children = skip
    file_mutation.function_trampoline_arrangement = arranged


COUNTED = ("tried", "killed", "timeout", "survived", "no tests", "other")
UNTRIED = "not checked"
NOTICED = ("killed", "timeout")
DONE = (*NOTICED, UNTRIED)


def ended() -> Iterator[tuple[str, str, Path]]:
    """Each mutant in the folder: its name, how it ended and its file."""
    from mutmut.mutation import data
    from mutmut.stats import status_by_exit_code
    from mutmut.utils import file_utils

    for path in file_utils.walk_mutatable_files():
        each = data.SourceFileMutationData(path=path)
        each.load()
        for key, code in each.exit_code_by_key.items():
            kind = status_by_exit_code[code]
            yield key, kind if kind in (*COUNTED, UNTRIED) else "other", path


def write(name: str, told: dict[str, Any]) -> None:
    """Put the figures of a room beside those of the others; write down what nobody noticed."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    made = list(ended())
    mutants = [one for one in made if one[1] != UNTRIED]
    diffs = [
        f"# {key}: {kind}\n{get_diff_for_mutant(key, path=path)}\n"
        for key, kind, path in mutants
        if kind != "killed"
    ]
    SURVIVORS.mkdir(parents=True, exist_ok=True)
    (SURVIVORS / f"{name}.diff").write_text("\n".join(diffs))
    counted = Counter(["tried"] * len(mutants) + [kind for _, kind, _ in mutants])
    rooms = json.loads(RESULT.read_text())["rooms"] if RESULT.exists() else {}
    rooms[name] = {"made": len(made)} | {word: counted[word] for word in COUNTED}
    rooms[name] |= {"score": score(counted)} | told
    ordered = {each: rooms[each] for each in ROOMS if each in rooms}
    words = ("made", *COUNTED)
    whole = {word: sum(each[word] for each in ordered.values()) for word in words}
    weighed = sum(each["score"] * each["made"] for each in ordered.values())
    whole |= {"score": round(weighed / whole["made"], 3)}  # by the sizes, not by the samples
    RESULT.write_text(json.dumps({"rooms": ordered, "whole": whole}, indent=2) + "\n")
    print(json.dumps({name: rooms[name], "whole": whole}, indent=2))


@contextmanager
def place() -> Iterator[str]:
    """A name for the databases of this process, which no other holds now; empty without mutants.

    What tests do is taken back at their ends, so the next mutant finds its database as it was.
    """
    if "MUTANT_UNDER_TEST" not in os.environ:
        yield ""
        return
    for number in count():
        path = Path(os.environ["SUNGARI_TEST_SERVERS"]) / f"mutant{number}"
        with path.open("a") as mark, suppress(BlockingIOError):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield f"mutant{number}"
            return


def score(counted: Mapping[str, int]) -> float:
    """The share that was noticed; a mutant that never ends is noticed as well."""
    noticed = sum(counted[kind] for kind in NOTICED)
    return round(noticed / counted["tried"], 3) if counted["tried"] else 0.0


if __name__ == "__main__":
    if os.environ.get("SUNGARI_TEST_SERVERS"):
        asked = read(sys.argv[2:])
        mutate(sys.argv[1], again=asked.again, every=asked.every)
    else:
        sys.exit(main(sys.argv[1:]))
