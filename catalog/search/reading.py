"""How a text is understood: words in any spelling, on either keyboard, mended, and fewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.contrib.postgres.search import SearchQuery

from catalog import shelves
from catalog.words import Term, folding, parsing, spoken, terms

from . import guessing, meaning

MOST_READINGS = 18
MOST_DROPPED = 3
NEEDED = 0.34  # how much of the weight of a text must be left when words are dropped


@dataclass(frozen=True)
class Reading:
    """One way to understand a text.

    `corrected` is what was looked for in place of the text, `dropped` the words left out.
    """

    text: str
    terms: Sequence[Term]
    corrected: str = ""
    dropped: tuple[str, ...] = ()

    @property
    def query(self) -> SearchQuery:
        """All terms, wherever they stand."""
        return _raw(terms.query(self.terms))

    @property
    def strong(self) -> SearchQuery:
        """All terms within brand and model."""
        return _raw(terms.query(self.terms, strong=True))


def _raw(text: str) -> SearchQuery:
    return SearchQuery(text, config="simple", search_type="raw")


def understand(text: str, *, typing: bool = False) -> list[Reading]:
    """Give the ways to understand a text, the fullest first; none if it holds no word.

    One statement, two if there are words that nobody knows.
    """
    found, corrected = _meant(text, typing=typing)
    return _loosened(Reading(text, found, corrected)) if found else []


def near(text: str) -> SearchQuery | None:
    """Give a query for goods of the kind or the brand that was named; None if none was."""
    found, _corrected = _meant(text, typing=False)
    named = [term for term in found if term.role in ("kind", "maker", "series")]
    return _raw(terms.either(named)) if named else None


def _meant(text: str, *, typing: bool) -> tuple[list[Term], str]:
    table = spoken.with_brands(shelves.aliases())
    guess = guessing.Guess(folding.plain(text), table, typing=typing)
    if not guess.words and not parsing.parse(text):
        return [], ""
    guess.ask()
    found = meaning.terms(guess)
    return found, guess.corrected


def _loosened(whole: Reading) -> list[Reading]:
    """The text, then without the words nobody knows, then with ever fewer of the others."""
    known = [term for term in whole.terms if term.role != "unknown"]
    found = [whole]
    if not known:
        return found
    if len(known) < len(whole.terms):
        found.append(_without(whole, known))
    total = sum(term.weight for term in known)
    fewer = [
        (sum(term.weight for term in left), left)
        for number in range(1, min(MOST_DROPPED, len(known) - 1) + 1)
        for left in combinations(known, len(known) - number)
    ]
    fewer.sort(key=lambda each: -each[0])
    found += [_without(whole, left) for weight, left in fewer if weight >= total * NEEDED]
    return found[:MOST_READINGS]


def _without(whole: Reading, left: Sequence[Term]) -> Reading:
    dropped = tuple(term.typed for term in whole.terms if term not in left)
    return Reading(whole.text, tuple(left), whole.corrected, dropped)
