"""Screening held against real lists: recall, false alarms, time and memory.

Usage: python benchmarks/bench_screening.py [--seed N] [--entries N]. Names are written anew by
`screening_names.py` and `screening_rewrites.py` with the seed. Writes bench_screening.json; what
`bench_rescreening.py` and runs of earlier code left there under other keys stays.
"""

import argparse
import csv
import gzip
import json
import os
import platform
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import screening_names as made  # noqa: E402
import screening_rewrites as rewrites  # noqa: E402

from payments.screening import matching, ofac, scripts, un, words  # noqa: E402
from payments.screening.entries import CRAFT, PERSON, Entry  # noqa: E402
from payments.screening.judging import WEAK, Listed  # noqa: E402

LEAST = 0.85  # screening_review_bps of orders/reference/terms.csv
OFAC = ("sdn", "alt", "add", "sdn_comments"), ("cons_prim", "cons_alt", "cons_add", "cons_comments")


def known_words() -> words.Words:
    with (ROOT / "payments/reference/screening_words.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return words.made((r["kind"], r["text"], r["meaning"], r["language"]) for r in rows)


def unpacked(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def lists(data: Path) -> dict[str, list[Entry]]:
    folder = data / "sanctions_ofac_a_2019"
    bodies = [[unpacked(folder / f"{name}.csv.gz") for name in names] for names in OFAC]
    nations = unpacked(data / "sanctions_un_a_2018" / "consolidated.xml.gz")
    american = [entry for part in bodies for entry in ofac.read(part)]
    return {"OFAC 2019": american, "UN 2018": list(un.read([nations]))}


def built(entries: list[Entry]) -> matching.Index:
    listed = (
        Listed(number, 0, alias.text, alias.quality, entry.kind)
        for number, entry in enumerate(entries)
        for alias in entry.names
    )
    return matching.built(listed, known_words())


Write = Callable[[str, bool, random.Random], Iterator[tuple[str, str]]]


def otherwise(name: str, is_person: bool, chance: random.Random) -> Iterator[tuple[str, str]]:
    return made.written_otherwise(name, is_person=is_person, chance=chance)


def rewritten(name: str, is_person: bool, chance: random.Random) -> Iterator[tuple[str, str]]:
    return rewrites.rewritten(name, chance) if is_person else iter(())


def recall(
    index: matching.Index, entries: list[Entry], first: int, places: list[int], write: Write, chance
) -> dict[str, object]:
    """How many names written otherwise were found, by the way of writing, and what was missed."""
    tried: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed: dict[str, list[list[str]]] = defaultdict(list)
    for place in places:
        entry = entries[place]
        good = [one.text for one in entry.names if one.quality != WEAK and one.text.isascii()]
        is_person = entry.kind == PERSON
        if not good or (is_person and len(good[0].split()) < 2):
            continue
        name = chance.choice(good)
        for way, text in write(name, is_person, chance):
            _ask(index, first + place, entry.kind, [way, text, name], tried, missed)
    return counted(tried, missed)


def _ask(index, number: int, kind: str, told: list[str], tried, missed) -> None:
    hits = index.search(told[1], least=LEAST, kind=kind)
    found = any(hit.listed.entry == number for hit in hits)
    tried[told[0]][0] += 1
    tried[told[0]][1] += found
    if not found:
        missed[told[0]].append(told[1:])


def counted(tried, missed) -> dict[str, object]:
    asked, found = (sum(row[n] for row in tried.values()) for n in (0, 1))
    return {
        "queries": asked,
        "recall": round(found / max(asked, 1), 4),
        "ways": {way: [row[0], round(row[1] / row[0], 4)] for way, row in sorted(tried.items())},
        "missed": {way: some[:12] for way, some in sorted(missed.items())},
    }


def own_scripts(entries: list[Entry]) -> dict[str, object]:
    """Names that the United Nations print in their own script, against the Latin ones alone."""
    latin = [
        replace(one, names=tuple(name for name in one.names if name.text.isascii()))
        for one in entries
    ]
    index = built(latin)
    tried: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed: dict[str, list[list[str]]] = defaultdict(list)
    for number, (entry, plain) in enumerate(zip(entries, latin, strict=True)):
        for name in entry.names:
            script = scripts.script_of(next((one for one in name.text if one.isalpha()), "a"))
            if plain.names and script != scripts.LATIN:
                told = [script, name.text, plain.names[0].text]
                _ask(index, number, entry.kind, told, tried, missed)
    return counted(tried, missed)


def printed(title: str, told: dict) -> None:
    print(f"{title:24} {told['queries']:6} queries  recall {told['recall']:.4f}")
    for way, (count, share) in told["ways"].items():
        print(f"    {way:32} {count:6}  {share:.4f}")


def false_alarms(index: matching.Index, names: list[str]) -> list[list[str]]:
    return [
        [name, hits[0].listed.text]
        for name in names
        if (hits := index.search(name, least=LEAST, kind=PERSON))
    ]


def ten_thousand(entries: list[Entry], chance: random.Random) -> list[Entry]:
    """All entries, and as many with words of two of them as ten thousand lack."""
    more = []
    while len(entries) + len(more) < 10_000:
        one, two = chance.sample(entries, 2)
        text = f"{one.names[0].text.split()[0]} {two.names[0].text.split()[-1]}"
        more.append(Entry(f"x{len(more)}", one.kind, (type(one.names[0])(text),)))
    return entries + more


def pairs(data: Path) -> tuple[int, list[list[str]]]:
    file = data / "sanctions_match_pairs" / "cross_script_pairs.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = list(csv.reader(line for line in lines if line[0] != "#"))
    missed = []
    for row in rows:
        index = matching.built([Listed(1, 1, row[1], kind=PERSON)], known_words())
        if not index.search(row[0], least=LEAST, kind=PERSON):
            missed.append(row[:2])
    return len(rows), missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--entries", type=int, default=400, help="tried per list")
    told = parser.parse_args()
    chance, data = random.Random(told.seed), made.DATA
    known = lists(data)
    entries = [entry for part in known.values() for entry in part]
    index = built(entries)
    result: dict[str, Any] = {"seed": told.seed, "threshold": LEAST, "recall": {}, "rewrites": {}}
    first = 0
    for title, part in known.items():
        places = [n for n, entry in enumerate(part) if entry.kind != CRAFT]
        places = chance.sample(places, min(told.entries, len(places)))
        for name, write in (("recall", otherwise), ("rewrites", rewritten)):
            found = recall(index, part, first, places, write, chance)
            result[name][title] = found
            printed(f"{title}, {name}", found)
        first += len(part)
    result["own_scripts"] = own_scripts(known["UN 2018"])
    printed("own scripts of UN 2018", result["own_scripts"])
    result |= around(index, entries, data, chance)
    result |= {"load": round(os.getloadavg()[1], 1)}
    result |= {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "machine": platform.platform()}
    file = ROOT / "benchmarks" / "bench_screening.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    body = json.dumps({**before, **result}, ensure_ascii=False, indent=1)
    file.write_text(body + "\n", encoding="utf-8")


def around(index, entries: list[Entry], data: Path, chance: random.Random) -> dict[str, Any]:
    """Pairs of scripts from outside, ordinary people, and the time they take."""
    count, missed = pairs(data)
    print(f"pairs of scripts {count}, missed {missed}")
    ordinary = {
        "Russian": made.russians(data / "ru_names_petrovich", 2500, chance),
        "Chinese": made.chinese(2500, chance),
    }
    alarms = {title: false_alarms(index, names) for title, names in ordinary.items()}
    share = sum(map(len, alarms.values())) / 5000
    source = "Faker zh_CN" if find_spec("faker") else "composed"
    print(f"false alarms { {title: len(rows) for title, rows in alarms.items()} } = {share:.2%}")
    return {
        "pairs": {"pairs": count, "missed": missed},
        "false_alarms": {"names": 5000, "chinese": source, "share": share, "alarms": alarms},
        **speed(entries, [*ordinary["Russian"], *ordinary["Chinese"]], chance),
    }


def speed(entries: list[Entry], names: list[str], chance: random.Random) -> dict[str, object]:
    """Ten thousand entries against five thousand parties, the index built within the time."""
    many = ten_thousand(entries, chance)
    wall, cpu = time.perf_counter(), time.process_time()
    index = built(many)
    built_in = time.perf_counter() - wall
    for name in names:
        index.search(name, least=LEAST, kind=PERSON)
    taken = time.perf_counter() - wall
    used = time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{len(many)} entries x {len(names)} parties: {taken:.1f} s ({used:.1f} s of CPU, ", end=""
    )
    print(f"index {built_in:.1f} s), {memory} MB at most")
    return {
        "speed": {
            "entries": len(many),
            "names": len(index.known),
            "parties": len(names),
            "seconds": round(taken, 1),
            "cpu_seconds": round(used, 1),
            "index_seconds": round(built_in, 1),
            "memory_mb": memory,
        }
    }


if __name__ == "__main__":
    main()
