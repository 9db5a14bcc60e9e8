"""What people call series, makers, kinds and properties of goods, as reference/spoken.csv says.

Every row is a group of forms that mean one thing; a form after ~ means it only nearly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from storefront.lib import csvs

from . import folding, stems

TABLE = Path(__file__).parent.parent / "reference" / "spoken.csv"
NAMES = frozenset({"series", "maker", "letter"})  # written in Latin by those who make the goods

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Forms that mean one thing; `key` is what the makers write, or our word for a kind."""

    role: str
    key: str
    forms: tuple[Phrase, ...]
    weak: tuple[Phrase, ...] = ()


@dataclass
class Table:
    """The groups by the stems of their forms.

    `names` are forms of one word with their letters, by script and length.
    """

    groups: list[Group] = field(default_factory=list)
    by_form: dict[Phrase, list[Group]] = field(default_factory=dict)
    stop: frozenset[str] = frozenset()
    parts: set[str] = field(default_factory=set)  # stems of words of longer forms
    names: dict[tuple[bool, int], list[tuple[str, set[str]]]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)  # Latin letters as they are said
    longest: int = 1

    def add(self, group: Group) -> None:
        self.groups.append(group)
        if group.role == "letter" and len(group.key) == 1 and group.key.isalpha():
            self.letters |= {form[0]: group.key for form in group.forms if len(form[0]) > 1}
        for form in group.forms:
            if len(form) == 1:
                sort = folding.has_cyrillic(form[0]), len(form[0])
                self.names.setdefault(sort, []).append((form[0], set(form[0])))
        for phrase in {stemmed(form) for form in group.forms}:
            self.by_form.setdefault(phrase, []).append(group)
            self.longest = max(self.longest, len(phrase))
            self.parts.update(phrase if len(phrase) > 1 else ())


def phrase(form: str) -> Phrase:
    return tuple(folding.fold(form).split())


def stemmed(form: Iterable[str]) -> Phrase:
    return tuple(map(stems.stem, form))


@cache
def table() -> Table:
    """Read the table, once per process."""
    found = Table()
    stop: set[str] = set()
    for row in csvs.read(TABLE):
        forms = row["forms"].split("|")
        if row["role"] == "stop":
            stop |= {folding.fold(form) for form in forms}
            continue
        key = phrase(row["key"])
        strong = [phrase(form) for form in forms if not form.startswith("~")]
        weak = [phrase(form[1:]) for form in forms if form.startswith("~")]
        if row["role"] in NAMES:
            strong.insert(0, key)
        found.add(Group(row["role"], row["key"], _once(strong), _once(weak)))
    found.stop = frozenset(stop)
    return found


def _once(forms: Iterable[Phrase]) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(form for form in forms if form))


def with_brands(aliases: Mapping[str, str]) -> Table:
    """Give the table with the brands of the shop in it; a series is not the whole brand."""
    return _with_brands(tuple(aliases.items()))


@cache
def _kept() -> dict[int, tuple[tuple[tuple[str, str], ...], Table]]:
    return {}


def _with_brands(aliases: tuple[tuple[str, str], ...]) -> Table:
    known = _kept().get(0)
    if known and known[0] == aliases:
        return known[1]
    plain = table()
    whole = Table(stop=plain.stop)
    for group in plain.groups:
        whole.add(group)
    brands: dict[str, list[Phrase]] = {}
    for alias, brand in aliases:
        form = tuple(alias.split())
        if stemmed(form) not in plain.by_form:
            brands.setdefault(brand, [tuple(brand.split())]).append(form)
    for brand, forms in brands.items():
        whole.add(Group("maker", brand, _once(forms)))
    _kept()[0] = (aliases, whole)
    return whole


def kind_words() -> dict[str, str]:
    """Give for every kind its names, in a row."""
    return {
        group.key: " ".join(" ".join(form) for form in group.forms)
        for group in table().groups
        if group.role == "kind"
    }


def said(text: str) -> list[str]:
    """Give how people say the words of a name: for iphone айфон."""
    asked = set(folding.fold(text).split())
    return [
        form[0]
        for group in table().groups
        if group.role == "series" and group.key in asked
        for form in group.forms[1:]
        if len(form) == 1 and folding.has_cyrillic(form[0])
    ]
