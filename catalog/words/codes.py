"""Article and model numbers, whole and in parts, in whatever letters they were typed."""

import re
from itertools import product

from . import folding

_RUN = re.compile(r"[^\W_]+(?:[-/._][^\W_]+)*")
_STEP = re.compile(r"[а-я]+|[a-z]+|\d+|[^\W\d_а-яa-z]+")
MOST_PARTS = 8
LONGEST = 30
WORD = 4  # letters

_LOOKS_LIKE = str.maketrans("авекмнорстух", "abekmhopctyx")
_LETTERS = (
    "а=a б=b в=bv г=g д=d е=e ж=j з=z и=i й=i к=k л=l м=m н=hn о=o п=p р=pr с=cs т=t у=yu ф=f "
    "х=xh ц=c ч=4 э=e ю=u ы=s ш=i щ=o я=z"
)
_MEANT = dict(pair.split("=") for pair in _LETTERS.split())
MOST_WAYS = 8


def latin(code: str) -> str:
    """Write look-alikes of a code in Latin letters: А54 and A54 are one."""
    return code.translate(_LOOKS_LIKE)


def is_code(word: str) -> bool:
    """Say whether a word holds both letters and digits."""
    return folding.has_digit(word) and any(sign.isalpha() for sign in word)


def runs(text: str) -> list[str]:
    """Give the runs of a plain text that are written together, with their hyphens and strokes.

    Where Latin letters stand among Cyrillic ones that look like them, all are taken for Latin.
    """
    return [_one_script(run) for run in _RUN.findall(text)]


def _one_script(run: str) -> str:
    if not (folding.has_cyrillic(run) and folding.has_latin(run)):
        return run
    if any(len(step) >= WORD and folding.has_cyrillic(step) for step in steps(run)):
        return run  # хонор8x begins with a word, though all its letters look like Latin ones
    whole = latin(run)
    return run if folding.has_cyrillic(whole) else whole


def steps(run: str) -> list[str]:
    """Take a run apart where letters meet digits or a sign: wh-1000xm4 is wh, 1000, xm, 4."""
    return _STEP.findall(run)


def indexed(text: str) -> list[str]:
    """Give the words by which the codes of a plain text are found, from each step to the end."""
    found: dict[str, None] = {}
    for run in runs(text):
        pieces = steps(run)
        if len(pieces) == 1 and not folding.has_digit(run):
            continue
        if not folding.has_digit(run) and len(pieces) > 3:
            continue  # words strung together, not a name
        for at in range(min(len(pieces), MOST_PARTS)):
            whole = "".join(pieces[at:])[:LONGEST]
            found.setdefault(whole)
            if folding.has_digit(run) and folding.has_cyrillic(whole):
                found.setdefault(latin(whole))
        found.update(dict.fromkeys(pieces))
    return list(found)


def ways(code: str) -> list[str]:
    """Give what a typed code may mean: С25 is C25 by its look and S25 by its sound."""
    if not folding.has_cyrillic(code):
        return [code]
    found = {code: None, latin(code): None}
    for each in product(*(_MEANT.get(sign, sign) for sign in code)):
        found["".join(each)] = None
        if len(found) >= MOST_WAYS:
            break
    return list(found)
