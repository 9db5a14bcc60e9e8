"""Screening held against real lists: recall, false alarms, time and memory.

Usage: python benchmarks/bench_screening.py [--seed N] [--share PERCENT]. Names are written anew by
`screening_names.py` with the seed; nothing of the shop is tuned to it. Writes bench_screening.json.
"""

import argparse
import csv
import gzip
import json
import platform
import random
import resource
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import screening_names as made  # noqa: E402

from payments.screening import matching, ofac, un, words  # noqa: E402
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


def recall(index: matching.Index, entries: list[Entry], first: int, count: int, chance):
    """Per way of writing: how many were tried, how many were found, what was missed."""
    tried: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed = []
    places = [n for n, entry in enumerate(entries) if entry.kind != CRAFT]
    for place in chance.sample(places, min(count, len(places))):
        entry = entries[place]
        good = [one.text for one in entry.names if one.quality != WEAK and one.text.isascii()]
        is_person = entry.kind == PERSON
        if not good or (is_person and len(good[0].split()) < 2):
            continue
        name = chance.choice(good)
        for way, text in made.written_otherwise(name, is_person=is_person, chance=chance):
            hits = index.search(text, least=LEAST, kind=entry.kind)
            found = any(hit.listed.entry == first + place for hit in hits)
            tried[way][0] += 1
            tried[way][1] += found
            if not found:
                missed.append([way, text, name])
    return tried, missed


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
    result: dict[str, object] = {"seed": told.seed, "threshold": LEAST, "recall": {}}
    first = 0
    for title, part in known.items():
        tried, missed = recall(index, part, first, told.entries, chance)
        first += len(part)
        asked, found = (sum(row[n] for row in tried.values()) for n in (0, 1))
        ways = {way: [row[0], round(row[1] / row[0], 4)] for way, row in sorted(tried.items())}
        result["recall"][title] = {  # type: ignore[index]
            "queries": asked,
            "recall": round(found / asked, 4),
            "ways": ways,
            "missed": missed[:40],
        }
        print(f"{title:12} {asked:6} queries  recall {found / asked:.4f}")
        for way, (count, share) in ways.items():
            print(f"    {way:32} {count:6}  {share:.4f}")
    count, missed_pairs = pairs(data)
    result["pairs"] = {"pairs": count, "missed": missed_pairs}
    print(f"pairs of scripts {count}, missed {missed_pairs}")
    ordinary = {
        "Russian": made.russians(data / "ru_names_petrovich", 2500, chance),
        "Chinese": made.chinese(2500, chance),
    }
    alarms = {title: false_alarms(index, names) for title, names in ordinary.items()}
    share = sum(map(len, alarms.values())) / 5000
    result["false_alarms"] = {"names": 5000, "share": share, "alarms": alarms}
    print(f"false alarms { {title: len(rows) for title, rows in alarms.items()} } = {share:.2%}")
    result |= speed(entries, [*ordinary["Russian"], *ordinary["Chinese"]], chance)
    result |= {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "machine": platform.platform()}
    body = json.dumps(result, ensure_ascii=False, indent=1)
    (ROOT / "benchmarks" / "bench_screening.json").write_text(body + "\n", encoding="utf-8")


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
