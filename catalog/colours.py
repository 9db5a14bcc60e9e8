"""Names of colours that sellers write, how they are painted, and the families buyers choose by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.utils.text import slugify

from catalog import words
from catalog.models import language
from storefront.lib import csvs

FOLDER = Path(__file__).parent / "reference"
GREY = ("#8a8f98", "#5c616b")
BRITISH = re.compile(r"\bgray\b", re.IGNORECASE)
METAL = "金属"  # says how it shines, and has the sign of gold in it
PALE = "grey"  # beside another family it only says how strong that is: титановый синий is blue


@dataclass(frozen=True)
class Colour:
    """A colour as a variant keeps it."""

    colour_key: str = ""
    colour_ru: str = ""
    colour_zh: str = ""
    colour_en: str = ""
    colour_hex: str = GREY[0]
    colour_hex_2: str = GREY[1]


@dataclass(frozen=True)
class Family:
    """One of the plain colours that all others belong to, with its swatch."""

    key: str
    title_ru: str
    title_zh: str
    title_en: str
    hex: str

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return str(getattr(self, f"title_{language()}"))


def fold(name: str) -> str:
    """What two spellings of one name have in common: Gray is Grey."""
    return words.fold(BRITISH.sub("Grey", name))


def read(text: str) -> Colour:
    """Give the colour that is meant; an unknown name stands as it is in all languages.

    It is painted like its family when a word of it tells one, else grey.
    """
    name = " ".join(BRITISH.sub("Grey", text).split())
    if not name:
        return Colour()
    known = _known().get(words.fold(name))
    if known:
        return known
    told = _told(name)
    plain = _known().get(words.fold(_families()[told].title_en)) if told else None
    paint = (plain.colour_hex, plain.colour_hex_2) if plain else GREY
    return Colour(_key(name), name, name, name, *paint)


def names() -> list[str]:
    """Give the known names in the reader's language, to offer while one types."""
    return sorted({getattr(each, f"colour_{language()}") for each in _known().values()})


def families() -> list[Family]:
    """Give the families in the order they are shown."""
    return list(_families().values())


def family(colour: str, paint: str = "") -> str:
    """Give the family of a colour by its key or by its `#` paint; nothing, when neither tells.

    An unknown key may be helped by the paint beside it; the grey that stands for “unknown”
    tells nothing.
    """
    if colour.startswith("#"):
        return "" if colour.lower() == GREY[0] else _nearest(colour)
    found = _members().get(colour) or _told(colour.replace("-", " "))
    return found or (family(paint) if paint.startswith("#") else "")


@cache
def _families() -> dict[str, Family]:
    fields = ("key", "title_ru", "title_zh", "title_en", "hex")
    rows = csvs.read(FOLDER / "colour_families.csv")
    return {row["key"]: Family(**{name: row[name] for name in fields}) for row in rows}


@cache
def _members() -> dict[str, str]:
    return {row["key"]: row["family"] for row in csvs.read(FOLDER / "colours.csv")}


@cache
def _signs() -> dict[str, str]:
    """Words, and beginnings of Russian words, with the family they tell."""
    rows = csvs.read(FOLDER / "colour_families.csv")
    return {
        words.fold(sign): row["key"]
        for row in rows
        for part in ("words_ru", "words_zh", "words_en")
        for sign in row[part].split("|")
    }


@cache
def _pattern() -> re.Pattern[str]:
    signs = sorted(_signs(), key=len, reverse=True)
    latin = "|".join(sign for sign in signs if sign.isascii())
    russian = "|".join(sign for sign in signs if re.match("[а-я]", sign))
    chinese = "|".join(sign for sign in signs if sign >= "\u3400")
    return re.compile(rf"\b(?:{latin})\b|\b(?:{russian})|(?:{chinese})")


def _told(name: str) -> str:
    """What the words of a name tell: the last one that is not a mere shade."""
    found = [
        _signs()[match[0]] for match in _pattern().finditer(words.fold(name.replace(METAL, "")))
    ]
    strong = [key for key in found if key != PALE]
    return (strong or found or [""])[-1]


@cache
def _nearest(paint: str) -> str:
    """The family of the known paint that is least away."""
    here = _rgb(paint)
    if here is None:
        return ""
    known = ((_away(here, there), key) for key, there in _paints())
    return min(known)[1]


def _paints() -> Iterator[tuple[str, tuple[int, ...]]]:
    families = [(each.key, each.hex) for each in _families().values()]
    colours = [(row["family"], row["hex"]) for row in csvs.read(FOLDER / "colours.csv")]
    for key, paint in (*families, *colours):
        there = _rgb(paint)
        assert there is not None, "our own tables hold paints"
        yield key, there


def _rgb(paint: str) -> tuple[int, ...] | None:
    found = re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", paint.lower())
    return tuple(int(part, 16) for part in found.groups()) if found else None


def _away(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


@cache
def _known() -> dict[str, Colour]:
    found: dict[str, Colour] = {}
    for row in csvs.read(FOLDER / "colours.csv"):
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
