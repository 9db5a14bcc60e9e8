"""What a list says of one it names, whatever form the list came in."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date

from .judging import CRAFT, FIRM, PERSON, PRIMARY, STRONG, WEAK

__all__ = ["CRAFT", "FIRM", "PERSON", "PRIMARY", "STRONG", "WEAK"]
YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
MOST_NAMES = 400


class BadList(ValueError):
    """Not a list of the kind it was said to be."""


@dataclass(frozen=True)
class Alias:
    """A name of an entry: its own, a good alias or a weak one."""

    text: str
    quality: str = PRIMARY


@dataclass(frozen=True)
class Birth:
    """When somebody was born: years inclusive, and the day where it is told."""

    first: int
    last: int
    day: str = ""


@dataclass(frozen=True)
class Entry:
    """One person, firm or craft of a list."""

    uid: str
    kind: str
    names: tuple[Alias, ...]
    births: tuple[Birth, ...] = ()
    countries: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    programmes: tuple[str, ...] = ()
    remarks: str = ""

    @property
    def digest(self) -> str:
        """Changes with anything the list says of it."""
        told = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass
class Draft:
    """An entry that several rows of a file tell of."""

    uid: str
    kind: str = FIRM
    names: dict[str, str] = field(default_factory=dict)
    births: dict[Birth, None] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    numbers: dict[tuple[str, str], None] = field(default_factory=dict)
    programmes: dict[str, None] = field(default_factory=dict)
    remarks: str = ""

    def name(self, text: str, quality: str = PRIMARY) -> None:
        """Add a name; the first time it is told says how good it is."""
        plain = " ".join(text.split()).strip(" ,;")
        if plain and len(self.names) < MOST_NAMES:
            self.names.setdefault(plain[:300], quality)

    def born(self, first: object, last: object = None, day: str = "") -> None:
        """Add a birth by years; what is no year is left out."""
        told = (str(one or "") for one in (first, last or first))
        years = [int(one) for one in told if YEAR.fullmatch(one)]
        if years:
            self.births[Birth(min(years), max(years), day)] = None

    def born_on(self, text: str) -> None:
        """Add a birth by an ISO day, or by the years in a text."""
        try:
            on = date.fromisoformat(text.strip()[:10])
        except ValueError:
            years = YEAR.findall(text)
            if years:
                self.born(min(years), max(years))
            return
        self.born(on.year, day=on.isoformat())

    def add(self, kept: str, values: Iterable[str]) -> None:
        getattr(self, kept).update(dict.fromkeys(filter(None, (one.strip() for one in values))))

    def number(self, kind: str, text: str) -> None:
        plain = re.sub(r"[\s-]", "", text).upper()
        if 4 <= len(plain) <= 40:
            self.numbers[(kind.strip()[:40], plain)] = None

    def made(self) -> Entry | None:
        """The entry; nothing, if it has no name."""
        if not self.names:
            return None
        return Entry(
            self.uid,
            self.kind,
            tuple(Alias(text, quality) for text, quality in self.names.items()),
            births=tuple(self.births),
            countries=tuple(self.countries),
            numbers=tuple(self.numbers),
            programmes=tuple(self.programmes),
            remarks=" ".join(self.remarks.split())[:4000],
        )
