"""Alphabets of smaller neighbours, of India and Ethiopia in Latin letters.

Source: the national system of Georgia (2002), the passport practice of Armenia, Unicode's own names
of the letters of India and Ethiopia; folding makes equal what other systems write otherwise.
"""

import unicodedata
from collections.abc import Iterator

from .tables import table

GEORGIAN = table(
    "ა:a ბ:b გ:g დ:d ე:e ვ:v ზ:z თ:t ი:i კ:k ლ:l მ:m ნ:n ო:o პ:p ჟ:zh რ:r ს:s ტ:t უ:u ფ:p ქ:k ღ:gh "
    "ყ:q შ:sh ჩ:ch ც:ts ძ:dz წ:ts ჭ:ch ხ:kh ჯ:j ჰ:h"
)
ARMENIAN = table(
    "ա:a բ:b գ:g դ:d ե:e զ:z է:e ը:e թ:t ժ:zh ի:i լ:l խ:kh ծ:ts կ:k հ:h ձ:dz ղ:gh ճ:ch մ:m յ:y ն:n "
    "շ:sh ո:o չ:ch պ:p ջ:j ռ:r ս:s վ:v տ:t ր:r ց:ts ւ:v փ:p ք:k օ:o ֆ:f և:ev"
)
INDIC = table(
    "aa:a ii:i uu:u ee:e oo:o c:ch ch:chh tt:t tth:th dd:d ddh:dh nn:n ss:sh ny:n ng:n khh:kh "
    "ghh:gh dddh:r rh:r yy:y ll:l lll:l rr:r nnn:n r:r"
)
INDIC_VOWELS = frozenset("a aa i ii u uu e ee ai o oo au".split())  # noqa: SIM905  one line


def georgian(token: str) -> Iterator[str]:
    said = "".join(GEORGIAN.get(letter, "") for letter in token)
    yield said
    if "ფ" in token:
        yield "".join("f" if letter == "ფ" else GEORGIAN.get(letter, "") for letter in token)


def armenian(token: str) -> Iterator[str]:
    yield "".join(ARMENIAN.get(letter, letter) for letter in token.replace("ու", "u"))


def indic(token: str) -> Iterator[str]:
    """A consonant of India brings an `a`, which a vowel sign replaces; Ethiopia has syllables."""
    said = ""
    for letter in token:
        name = unicodedata.name(letter, "").lower()
        last = name.rpartition(" ")[2]
        if " vowel sign " in name:
            said = said.removesuffix("a") + INDIC.get(last, last)
        elif last in ("virama", "anusvara", "candrabindu", "bindi", "tippi"):
            said = said.removesuffix("a") if last == "virama" else said + "n"
        elif " syllable " in name:
            said += last.replace("aa", "a").replace("qh", "q")
        elif " letter " in name and last in INDIC_VOWELS:
            said += INDIC.get(last, last)
        elif " letter " in name:
            said += INDIC.get(last.removesuffix("a"), last.removesuffix("a")) + "a"
    yield said.removesuffix("a") or said
