"""The words of the pages in three languages."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_THIN = "\u202f"


def language(locale: str) -> str:
    """Name the column of a locale such as zh_CN."""
    short = locale[:2]
    return short if short in ("ru", "en", "zh") else "ru"


def say(locale: str, key: str, **values: object) -> str:
    """Say one thing."""
    return _table()[language(locale)][key].format(**values)


def all_of(locale: str) -> dict[str, str]:
    """Hand over all words of a language, for templates."""
    return _table()[language(locale)]


def price(locale: str, units: int) -> str:
    """Write rubles as a reader expects them.

    Money: kopecks, shown only if there are any.
    """
    whole, rest = divmod(units, 100)
    gap, point = (_THIN, ",") if language(locale) == "ru" else (",", ".")
    shown = f"{whole:,}".replace(",", gap)
    return f"{shown}{f'{point}{rest:02d}' if rest else ''}{_THIN}₽"


@cache
def _table() -> dict[str, dict[str, str]]:
    with Path(__file__).with_name("words.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: {row["key"]: row[name] for row in rows} for name in ("ru", "en", "zh")}
