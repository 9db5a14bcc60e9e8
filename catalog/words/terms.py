"""Terms of a query: each may be said in several ways, and all terms must be found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import folding, stems

STRONG = "ъ"  # begins the words of brand and model that are indexed a second time
KIND = "kind"  # begins our words for kinds
MOST_WAYS = 40


@dataclass(frozen=True)
class Way:
    """Words that say one term, all of them needed; `cost` is 0 for what was certainly meant.

    Those of a phrase follow each other.
    """

    words: tuple[str, ...]
    cost: float = 0.0
    is_prefix: bool = False
    is_phrase: bool = False


@dataclass(frozen=True)
class Term:
    """What one or several typed words mean.

    `weight` says how much is lost when the goods have it not.
    """

    typed: str
    ways: tuple[Way, ...]
    role: str = "word"
    weight: float = 0.9
    kinds: tuple[str, ...] = ()


def lexemes(word: str) -> list[str]:
    """Give the forms a word may have in the index."""
    if folding.has_digit(word) or folding.is_chinese(word):
        return [word]
    if folding.has_cyrillic(word):
        return list(dict.fromkeys((stems.stem(word), word)))
    plain = stems.stem(word)
    return [plain, f"{plain}s"] if len(plain) > 3 else [word]


def query(terms: Iterable[Term], *, strong: bool = False) -> str:
    """Write terms for to_tsquery; words hold letters and digits alone, so nothing needs quotes."""
    return " & ".join(_any(term.ways, STRONG if strong else "") for term in terms)


def either(terms: Iterable[Term]) -> str:
    """Write that one of the terms is enough."""
    return " | ".join(_any(term.ways, "") for term in terms)


def _any(ways: Sequence[Way], before: str) -> str:
    written = dict.fromkeys(_written(way, before) for way in _needed(ways[:MOST_WAYS]))
    return f"({' | '.join(written)})"


def _needed(ways: Sequence[Way]) -> list[Way]:
    """Leave out what finds nothing more: all words of a shorter way and some besides."""
    plain = [set(way.words) for way in ways if not (way.is_phrase or way.is_prefix)]
    return [way for way in ways if not any(words < set(way.words) for words in plain)]


def _written(way: Way, before: str) -> str:
    star = ":*" if way.is_prefix else ""
    parts = []
    for at, word in enumerate(way.words):
        last = star if at == len(way.words) - 1 else ""
        forms = [f"{before}{form}{last}" for form in ([word] if last else lexemes(word))]
        parts.append(forms[0] if len(forms) == 1 else f"({' | '.join(forms)})")
    return parts[0] if len(parts) == 1 else f"({(' <-> ' if way.is_phrase else ' & ').join(parts)})"
