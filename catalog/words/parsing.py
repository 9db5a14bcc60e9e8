"""A typed text taken apart: words, numbers, codes, measures, Chinese."""

from dataclasses import dataclass

from . import codes, folding, units

LONGEST = 120
MOST_ITEMS = 12
MOST_PIECES = 6


@dataclass(frozen=True)
class Item:
    """A piece of a text. `sort` is word, number, code, measure or chinese.

    `pieces` are the runs of letters and of digits of a code, or the words of a measure.
    """

    sort: str
    text: str
    pieces: tuple[str, ...] = ()
    loose: bool = False


def parse(text: str) -> list[Item]:
    """Take a text apart, in its order."""
    small = folding.spaced(folding.plain(text[:LONGEST]))
    found: list[Item] = []
    at = 0
    for measure in units.measures(small):
        found += _runs(small[at : measure.start])
        found.append(Item("measure", measure.raw.strip(), measure.words, measure.loose))
        at = measure.end
    return (found + _runs(small[at:]))[:MOST_ITEMS]


def _runs(text: str) -> list[Item]:
    found: list[Item] = []
    for run in codes.runs(text.replace("+", " plus ")):
        pieces = codes.steps(run)[:MOST_PIECES]
        if not folding.has_digit(run):
            found += [_word(piece) for piece in pieces]
        elif len(pieces) == 1:
            found.append(Item("number", pieces[0]))
        else:
            found.append(Item("code", run, tuple(pieces)))
    return found


def _word(piece: str) -> Item:
    return Item("chinese" if folding.is_chinese(piece) else "word", piece)


def letters(items: list[Item]) -> list[str]:
    """Give the runs of letters in items, those of codes too."""
    found: dict[str, None] = {}
    for item in items:
        if item.sort == "word":
            found.setdefault(item.text)
        elif item.sort == "code":
            found.update(dict.fromkeys(p for p in item.pieces if p.isalpha() and len(p) > 1))
    return list(found)
