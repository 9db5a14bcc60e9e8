"""Names of colours that sellers write, in three languages, and how they are painted."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.utils.text import slugify

from catalog import words
from catalog.models import language
from storefront.lib import csvs

TABLE = Path(__file__).parent / "reference" / "colours.csv"
GREY = ("#8a8f98", "#5c616b")
BRITISH = re.compile(r"\bgray\b", re.IGNORECASE)


@dataclass(frozen=True)
class Colour:
    """A colour as a variant keeps it."""

    colour_key: str = ""
    colour_ru: str = ""
    colour_zh: str = ""
    colour_en: str = ""
    colour_hex: str = GREY[0]
    colour_hex_2: str = GREY[1]


def read(text: str) -> Colour:
    """Give the colour that is meant; an unknown name stands as it is in all languages, grey."""
    name = " ".join(BRITISH.sub("Grey", text).split())
    if not name:
        return Colour()
    known = _known().get(words.fold(name))
    return known or Colour(_key(name), name, name, name)


def names() -> list[str]:
    """Give the known names in the reader's language, to offer while one types."""
    return sorted({getattr(each, f"colour_{language()}") for each in _known().values()})


@cache
def _known() -> dict[str, Colour]:
    found: dict[str, Colour] = {}
    for row in csvs.read(TABLE):
        colour = Colour(
            row["key"],
            row["title_ru"],
            row["title_zh"],
            row["title_en"],
            row["hex"],
            row["hex_2"],
        )
        for name in (*_names(colour), colour.colour_key):
            found.setdefault(words.fold(name), colour)
    return found


def _names(colour: Colour) -> tuple[str, str, str]:
    return colour.colour_ru, colour.colour_zh, colour.colour_en


def _key(name: str) -> str:
    """A short name for addresses; of signs without Latin letters their digest."""
    latin = slugify(name)
    if latin and name.isascii():
        return latin[:50]
    return f"c-{sha256(words.fold(name).encode()).hexdigest()[:10]}"
