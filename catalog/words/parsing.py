"""A typed text taken apart: words, numbers, codes, measures, Chinese."""

import re
from dataclasses import dataclass

from storefront.lib import identifiers

from . import codes, folding, units

LONGEST = 120
MOST_ITEMS = 12
MOST_PIECES = 6
BARCODE = range(12, 15)  # digits
_GROUPS = re.compile(r"(?<![\w.,/+-])\d+(?: \d+){1,5}(?![\w.,/+-])")


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
    small = _scanned(folding.spaced(folding.plain(text[:LONGEST])))
    found: list[Item] = []
    at = 0
    for measure in units.measures(small):
        found += _runs(small[at : measure.start])
        found.append(Item("measure", measure.raw.strip(), measure.words, measure.loose))
        at = measure.end
    return (found + _runs(small[at:]))[:MOST_ITEMS]


def _scanned(text: str) -> str:
    """Join the groups in which a barcode is printed: 4 006381 333931."""
    return _GROUPS.sub(lambda groups: _barcode(groups[0], text.strip()), text)


def _barcode(groups: str, text: str) -> str:
    digits = groups.replace(" ", "")
    is_one = len(digits) in BARCODE and (groups == text or identifiers.is_ean(digits))
    return digits if is_one else groups


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
