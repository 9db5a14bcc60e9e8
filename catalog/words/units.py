"""Numbers with units in any writing, brought to one word: 256 гб and 256GB are u256gb."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_UNITS = {
    "gb": r"гб|gb|гигабайт\w*|гиг[аов]*|gbyte",
    "tb": r"тб|tb|терабайт\w*|тер[аы]?",
    "mb": r"мб|mb|мегабайт\w*",
    "in": r"-?\s?дюйм\w*|inch\w*|-inch|in(?![\s-]*\d)|''|\"|″|”",
    "mah": r"м[аa][·•*/.\s]?[чh]|m[aа][·•*/.\s]?h|миллиампер\w*",
    "ghz": r"ггц|ghz",
    "mhz": r"мгц|mhz",
    "hz": r"гц|hz|герц\w*",
    "w": r"вт|w|ватт\w*|watt\w*",
    "va": r"ва|va",
    "cm": r"см|cm|сантиметр\w*",
    "mm": r"мм|mm|миллиметр\w*",
    "m": r"м|m|метр\w*|meter\w*|metre\w*",
    "mp": r"мп|mp|mpx|мпикс\w*|мпкс|мегапиксел\w*|megapixel\w*",
    "ml": r"мл|ml",
    "dpi": r"dpi",
    "v": r"в|v|вольт\w*",
    "a": r"а|a|ампер\w*",
    "pcs": r"шт\w*|pcs|pk|pack",
    "port": r"-?\s?порт\w*|-?\s?ports?",
    "page": r"стр\w*|pages?|копий",
}
_NUMBER = r"\d{1,3}[ \u00a0\u202f]\d{3}(?=\s?[мm][аa])|\d{1,6}(?:[.,]\d{1,3})?"
_ANY = "|".join(f"(?P<{unit}>{pattern})" for unit, pattern in _UNITS.items())
_MEASURE = re.compile(rf"(?:(?<![\w.,])|(?<=\d[xх]))(?P<number>{_NUMBER})\s?-?(?:{_ANY})(?!\w)")
_MEMORY = re.compile(
    r"(?<![\w/+.,-])(\d{1,2})(?:\s?(?:гб|gb))?\s?[/+\\|]\s?(\d{1,4})\s?(гб|gb|тб|tb)?(?![\w/+-])"
)
_RAM = frozenset({1, 2, 3, 4, 6, 8, 12, 16, 18, 24, 32})
_STORAGE = frozenset({8, 16, 32, 64, 128, 256, 512, 1024})
SIZES = frozenset(map(str, _STORAGE | {4, 2048}))
_UNIT = re.compile("|".join(_UNITS.values()))
_LOOSE = frozenset({"m", "v", "a", "w", "in"})  # these letters end model codes too


@dataclass(frozen=True)
class Measure:
    """A number with its unit, where it stands, and what it is called in the index.

    `loose` says that the writing may as well be a part of a model's name.
    """

    start: int
    end: int
    words: tuple[str, ...]
    raw: str
    loose: bool = False


def word(number: Decimal, unit: str) -> str:
    """Write a measure as one word of letters and digits."""
    plain = f"{number.normalize():f}".replace(".", "d")
    return f"u{plain}{unit}"


def is_unit(text: str) -> bool:
    """Say whether a word is the name of a unit."""
    return bool(_UNIT.fullmatch(text))


def measures(text: str) -> list[Measure]:
    """Find the measures of a plain text, memory and storage first: 8/256."""
    found: list[Measure] = []
    for match in _MEMORY.finditer(text):
        ram, storage, unit = int(match[1]), int(match[2]), match[3] or ""
        in_tb = unit in ("тб", "tb") and storage <= 2
        if (
            ram in _RAM
            and (in_tb or storage in _STORAGE)
            and ram < storage * (1024 if in_tb else 1)
        ):
            both = (word(Decimal(ram), "gb"), word(Decimal(storage), "tb" if in_tb else "gb"))
            found.append(Measure(match.start(), match.end(), both, match[0]))
    for match in _MEASURE.finditer(text):
        if all(match.end() <= each.start or match.start() >= each.end for each in found):
            unit = match.lastgroup or ""
            name = word(_number(match["number"]), unit)
            loose = unit in _LOOSE and match[0][-1:].isalpha() and " " not in match[0]
            found.append(Measure(match.start(), match.end(), (name,), match[0], loose))
    return sorted(found, key=lambda each: each.start)


def _number(text: str) -> Decimal:
    bare = re.sub(r"\s", "", text).replace(",", ".")
    return Decimal(bare)


def indexed(text: str) -> Iterator[str]:
    """Give the words by which the measures of a text are found."""
    for measure in measures(text):
        for each in measure.words:
            yield from near(each)


def near(name: str) -> Iterator[str]:
    """Give the ways people say one measure: 6.67 inches are 6.7 and 6, 1 TB is 1024 GB."""
    yield name
    number, unit = _parts(name)
    if unit == "in":
        yield word(Decimal(f"{number:.1f}"), unit)
        yield word(Decimal(int(number)), unit)
    if unit == "tb":
        yield word(number * 1024, "gb")
        yield word(number * 1000, "gb")
    if unit == "m" and number < 10:
        yield word(number * 100, "cm")
    if unit == "gb" and number >= 1000:
        yield word(Decimal(round(number / 1024, 1)), "tb")


def same(name: str) -> Iterator[str]:
    """Give other units that goods may tell the same measure in: 1 GB is 1024 MB."""
    number, unit = _parts(name)
    if unit == "gb" and number <= 16:
        yield word(number * 1024, "mb")
    if unit == "mb" and number >= 1000:
        yield word(Decimal(round(number / 1024, 1)), "gb")


def _parts(name: str) -> tuple[Decimal, str]:
    match = re.fullmatch(r"u(\d+(?:d\d+)?)([a-z]+)", name)
    if match is None:
        raise ValueError(name)
    return Decimal(match[1].replace("d", ".")), match[2]
