"""How a word sounds, whichever script it is written in: логитек and logitech are one.

A key keeps the consonants in six groups and says whether the word begins with a vowel; a Latin
word may be read in several ways and has several keys. `roman` keeps the vowels too, to choose
between words of one key.
"""

import re
from functools import lru_cache
from itertools import product

from . import folding

MOST_KEYS = 8

_LETTERS = (
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h "
    "ц=ts ч=ch ш=sh щ=sh ъ= ы=i ь= э=e ю=u я=a"
)
_ROMAN = dict(pair.split("=") for pair in _LETTERS.split())
_HEARD = [
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"tion", "shen"),
        (r"ph", "f"),
        (r"dzh|j", "dj"),
        (r"ck|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c(?!h)", "k"),
        (r"^x", "s"),
        (r"x", "ks"),
        (r"ow(?=[nde])", "au"),
        (r"w", "v"),
        (r"th", "t"),
        (r"y", "i"),
        (r"oo|ou", "u"),
        (r"ee|ea", "i"),
        (r"(.)\1+", r"\1"),
    )
]
_HEARD_IN_RUSSIAN = [(re.compile("dzh"), "dj"), _HEARD[-1]]
# Groups of consonants; a choice between several readings is written with a stroke.
_GROUPS = (
    "б=P п=P в=F ф=F д=T т=T з=S с=S ц=S ш=S щ=S ж=S ч=S г=K к=K х=K| л=L р=R м=M н=N "
    "b=P p=P v=F f=F d=T t=T s=S z=S k=K q=K l=L r=R m=M n=N x=KS|S w=F| j=S| h=|K c=K|S g=K|S "
    "tsch=S sch=S|SK sh=S ch=S|K ck=K ph=F th=T|S zh=S dj=S|TS dge=S ce=S ci=S cy=S ge=K|S "
    "gi=K|S gy=K|S дж=S tio=S-|T-"
)
_GROUP = dict(pair.split("=") for pair in _GROUPS.split())
_PIECES = re.compile(r"tsch|tio|dge|sch|sh|ch|ck|ph|th|zh|dj|ce|ci|cy|ge|gi|gy|дж|.")
_SAID_X = ("икс", "экс")  # xperia is иксперия
_LONG_VOWEL = re.compile(r"(.*)([aiou])([^aeiouyw])e$")
_LONG = {"a": "ei", "i": "ai", "o": "o", "u": "u"}
_VOWEL = re.compile(r"[aeiouyаеиоуыэюя]")


def roman(word: str) -> str:
    """Write a word in Latin letters as it is heard."""
    heard = "".join(_ROMAN.get(sign, sign) for sign in word)
    for pattern, sound in _HEARD_IN_RUSSIAN if folding.has_cyrillic(word) else _HEARD:
        heard = pattern.sub(sound, heard)
    return heard


@lru_cache(maxsize=20_000)
def keys(word: str) -> tuple[str, ...]:
    """Give the keys of the ways a word may be read, the likeliest first; of a short one none."""
    if len(word) < 3 or folding.has_digit(word) or folding.is_chinese(word):
        return ()
    begins = "A" if _VOWEL.match(word) and not word.startswith(_SAID_X) else ""
    ways = [way.split("|") for way in _ways(word)]
    found: dict[str, None] = {}
    for each in product(*ways[:24]):
        # Doubled consonants are one sound, those with a vowel between them are two.
        body = re.sub(r"([A-Z])\1+", r"\1", "".join(each)).replace("-", "")
        if len(body) > 1:
            # A silent h at the beginning leaves a vowel there: honor is онор.
            silent = word[0] in "hх" and each[0] == ""
            found[("A" if silent else begins) + body] = None
        if len(found) == MOST_KEYS:
            break
    return tuple(found)


def _ways(word: str) -> list[str]:
    found = (
        _GROUP.get(piece, "-" if _VOWEL.match(piece) else "") for piece in _PIECES.findall(word)
    )
    return [way for way in found if way]


def _in_english(word: str) -> str:
    """Write a Latin word as English says it: a mute e makes the vowel before it long, x is ex."""
    said = re.sub("^x", "iks", word)
    found = _LONG_VOWEL.match(said)
    return roman(f"{found[1]}{_LONG[found[2]]}{found[3]}" if found else said)


def closeness(one: str, other: str) -> float:
    """Say how near two words are to the ear, 0 to 1; a Latin one may be read letter by letter."""
    left, right = {roman(one)}, {roman(other)}
    left |= set() if folding.has_cyrillic(one) else {one, _in_english(one)}
    right |= set() if folding.has_cyrillic(other) else {other, _in_english(other)}
    return max(
        1 - distance(mine, theirs) / max(len(mine), len(theirs), 1)
        for mine in left
        for theirs in right
    )


def distance(one: str, other: str) -> float:
    """Count the slips between two words: a letter more, less, another, or two changed about."""
    before: list[float] = []
    row = [float(n) for n in range(len(other) + 1)]
    for i, left in enumerate(one):
        new = [i + 1.0]
        for j, right in enumerate(other):
            cost = min(row[j + 1] + 1, new[j] + 1, row[j] + (left != right))
            if i and j and left == other[j - 1] and one[i - 1] == right:
                cost = min(cost, before[j - 1] + 1)
            new.append(cost)
        before, row = row, new
    return row[-1]
