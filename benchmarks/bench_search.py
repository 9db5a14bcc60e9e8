"""How often people find what they mean: Russian queries, each with the goods that are right.

    python benchmarks/bench_search.py [--judgements FILE] [--corpus FOLDER] [--json FILE]

A judgement is a row `query<TAB>kind<TAB>right`; `right` holds keys with | between them, any of
which is right:
    digits                a barcode
    GSM-..., RU-..., ...  an article number, in any letters
    samsung galaxy a52    brand and model, folded (`catalog.words.fold`); the brand may be left out
                          where the model begins with it
    ~word other/word =8gb every one of these words begins a word of the goods; = means the whole
                          word, / or. The words of goods are those of brand, model, titles, colours
                          and kind, and properties as 8gb 256gb 5000mah 6d7in 65w 120hz 108mp nfc
Lines that begin with # are remarks. Without --corpus the shop is built anew and thrown away.
"""

import argparse
import csv
import json
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import search_corpus as corpus  # noqa: E402

FIRST, TEN = 3, 10
BATCH = 2_000
WISHED = {FIRST: 0.95, TEN: 0.98}
WHILE_TYPING = "prefix"  # queries of this kind are asked of the suggestions


@dataclass
class Judgement:
    query: str
    kind: str
    right: list[str]
    place: int = 0
    said: str = ""
    shown: list[str] = field(default_factory=list)
    milliseconds: float = 0.0


def read(path: Path) -> list[Judgement]:
    """Read a table of judgements."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(
            (line for line in lines if line[0] != "#"), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        next(rows)
        return [
            Judgement(query, kind, right.split("|")) for query, kind, right in filter(None, rows)
        ]


class Goods:
    """What judgements can say of goods, by their keys."""

    def __init__(self) -> None:
        from catalog.models import Product
        from catalog.words import fold

        self.fold = fold
        self.told: dict[int, dict[str, Any]] = {}
        listed = Product.objects.listed().select_related("brand")
        self.all = listed.prefetch_related("variants__offers")

    def fits(self, product: Any, key: str) -> bool:
        facts = self._facts(product)
        if key.startswith("~"):
            return all(_has(facts["words"], asked) for asked in key[1:].split())
        folded = self.fold(key)
        return folded in facts["names"] or folded in facts["codes"]

    def _facts(self, product: Any) -> dict[str, Any]:
        if product.pk not in self.told:
            self.told[product.pk] = self._tell(product)
        return self.told[product.pk]

    def _tell(self, product: Any) -> dict[str, Any]:
        variants = list(product.variants.all())
        brand, model = self.fold(product.brand.name), self.fold(product.model)
        parts = [
            product.brand.name,
            product.model,
            product.title_ru,
            product.title_en,
            product.kind,
        ]
        parts += [f"{v.colour_ru} {v.colour_en}" for v in variants]
        parts += [f"{n}gb" for v in variants for n in (v.ram_gb, v.storage_gb) if n]
        parts += _specs(product.specs)
        codes = {self.fold(v.barcode) for v in variants}
        codes |= {self.fold(offer.article) for v in variants for offer in v.offers.all()}
        words = self.fold(" ".join(parts)).split()
        return {"words": words, "names": {model, f"{brand} {model}"}, "codes": codes}


def _specs(specs: dict[str, Any]) -> list[str]:
    units = {"battery_mah": "mah", "screen_inch": "in", "charge_w": "w", "refresh_hz": "hz"}
    units["main_camera_mp"] = "mp"
    found = [
        f"{float(specs[key]):g}".replace(".", "d") + unit
        for key, unit in units.items()
        if key in specs
    ]
    if "screen_inch" in specs:
        found.append(f"{float(specs['screen_inch']):.1f}".replace(".", "d") + "in")
    return found + [
        {"five_g": "5g", "noise_cancelling": "anc шумоподавление"}.get(k, k)
        for k, v in specs.items()
        if v is True
    ]


def _has(words: Iterable[str], asked: str) -> bool:
    for each in asked.split("/"):
        whole = each.removeprefix("=")
        if any(word == whole if each.startswith("=") else word.startswith(whole) for word in words):
            return True
    return False


def ask(judgements: list[Judgement], goods: Goods) -> None:
    """Ask every query as a buyer would and note the place of the first right goods."""
    from catalog import search

    for each in judgements:
        began = time.perf_counter()
        if each.kind == WHILE_TYPING:
            shown = search.suggest(each.query)
        else:
            found = search.find(search.Query(text=each.query))
            shown, each.said = found.products, found.corrected or " -".join(("", *found.dropped))
        each.milliseconds = (time.perf_counter() - began) * 1000
        hits = [any(goods.fits(product, key) for key in each.right) for product in shown[:TEN]]
        each.place = hits.index(True) + 1 if any(hits) else 0
        each.shown = [product.title_ru[:60] for product in shown[:FIRST]]


def unanswerable(judgements: Iterable[Judgement], goods: Goods) -> list[Judgement]:
    """Judgements that no goods of this shop answer; they cannot be hit."""
    missing = [each for each in judgements if not each.place]
    keys = {key for each in missing for key in each.right}
    known = (
        {key for product in goods.all.iterator(BATCH) for key in keys if goods.fits(product, key)}
        if keys
        else set()
    )
    return [each for each in missing if not known.intersection(each.right)]


def report(judgements: list[Judgement]) -> dict[str, Any]:
    """The figures of a table of judgements, printed and returned."""
    total = len(judgements)
    kinds = Counter(each.kind for each in judgements)
    print(f"{'kind':<12}{'queries':>8}{'in 3':>8}{'in 10':>8}")
    for kind in sorted(kinds):
        own = [each for each in judgements if each.kind == kind]
        print(f"{kind:<12}{len(own):>8}{_share(own, FIRST):>8.3f}{_share(own, TEN):>8.3f}")
    taken = sorted(each.milliseconds for each in judgements)
    figures = {
        "queries": total,
        "hit_3": round(_share(judgements, FIRST), 4),
        "hit_10": round(_share(judgements, TEN), 4),
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[int(total * 0.95)], 1),
    }
    print(figures)
    for each in judgements:
        if not 0 < each.place <= FIRST:
            print(
                f"MISS {each.place or '-'}: {each.query!r} [{each.kind}] {each.said!r} {each.shown}"
            )
    return figures


def _share(judgements: list[Judgement], places: int) -> float:
    return sum(0 < each.place <= places for each in judgements) / max(len(judgements), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--judgements",
        type=Path,
        nargs="+",
        default=[ROOT / "benchmarks" / "search_judgements.tsv"],
    )
    parser.add_argument("--corpus", type=Path, help="a folder to keep the filled shop in")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "bench_search.json")
    asked = parser.parse_args()
    everything: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count()}
    with corpus.shop(asked.corpus) as seconds:
        goods = Goods()
        everything["goods"] = goods.all.count()
        everything |= {"filled_s": round(seconds)} if seconds else {}  # a kept shop was not filled
        for path in asked.judgements:
            judgements = read(path)
            ask(judgements[:1], goods)
            ask(judgements, goods)
            print(f"\n{path.name}")
            everything[path.name] = report(judgements)
            for each in unanswerable(judgements, goods):
                print(f"NOBODY HAS: {each.query!r} {each.right}")
    asked.json.write_text(json.dumps(everything, ensure_ascii=False, indent=1) + "\n")
    figures = [value for value in everything.values() if isinstance(value, dict)]
    good = all(each["hit_3"] >= WISHED[FIRST] and each["hit_10"] >= WISHED[TEN] for each in figures)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
