"""What a group of choices is: boxes to tick or two numbers; and what is chosen, as chips."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from storefront.forms import choosing

MOST_SHOWN = 8
FLAG = "1"


@dataclass(frozen=True)
class Option:
    """A box to tick: `name` and `value` are what the form sends, `id` keeps the focus.

    `above` is the branch of a tree that begins with this box.
    """

    name: str
    value: str
    label: str
    count: int
    checked: bool
    swatch: str = ""
    above: str = ""

    @property
    def id(self) -> str:
        return f"{self.name}-{self.value or 'any'}".replace(".", "-")


@dataclass(frozen=True)
class Facet:
    """A group of boxes under one heading; of a `single` one only one may be chosen."""

    key: str
    title: str
    options: list[Option]
    single: bool = False

    @property
    def shown(self) -> list[Option]:
        """The first ones, and what was chosen."""
        options = self.options
        return [one for at, one in enumerate(options) if at < MOST_SHOWN or one.checked]

    @property
    def more(self) -> list[Option]:
        """The others, folded away."""
        return [one for at, one in enumerate(self.options) if at >= MOST_SHOWN and not one.checked]

    @property
    def chosen(self) -> list[Option]:
        return [one for one in self.options if one.checked and one.value]


@dataclass(frozen=True)
class Range:
    """Two numbers to choose between, typed or by a slider."""

    key: str
    title: str
    unit: str
    names: tuple[str, str]
    given: tuple[str, str]
    scale: choosing.Scale | None
    mode: str = "numeric"

    @property
    def from_name(self) -> str:
        return self.names[0]

    @property
    def to_name(self) -> str:
        return self.names[1]

    @property
    def low(self) -> str:
        """Where the lower slider stands."""
        return self._end(self.given[0]) or (self.scale.low if self.scale else "")

    @property
    def high(self) -> str:
        return self._end(self.given[1]) or (self.scale.high if self.scale else "")

    @property
    def from_hint(self) -> str:
        return _number(self.scale.least) if self.scale else ""

    @property
    def to_hint(self) -> str:
        return _number(self.scale.most) if self.scale else ""

    def _end(self, given: str) -> str:
        number = choosing.number(given)
        return "" if number is None else str(number)


@dataclass(frozen=True)
class Arrival:
    """Days within which goods can be there: the last day, and how many goods make it."""

    days: int
    on: date
    count: int


Group = Facet | Range


def chips(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """Give what is chosen: the words, and what to take out of the address to take it back."""
    found: list[dict[str, Any]] = []
    for group in groups:
        if isinstance(group, Facet):
            found += [
                {"title": _named(group, one), "name": one.name, "value": one.value}
                for one in group.chosen
            ]
        else:
            found += _ends(group)
    return found


def _named(group: Facet, option: Option) -> str:
    """A colour and a day say themselves; a bare number of gigabytes does not."""
    if group.key in ("ram", "storage", "within", "rating"):
        return f"{group.title}: {option.label}"
    return option.label


def _ends(group: Range) -> list[dict[str, Any]]:
    words = (_("%(what)s from %(value)s"), _("%(what)s up to %(value)s"))
    return [
        {"title": text % {"what": group.title, "value": value}, "name": name, "value": ""}
        for name, given, text in zip(group.names, group.given, words, strict=True)
        if (value := _with_unit(given, group.unit))
    ]


def _with_unit(given: str, unit: str) -> str:
    """What was typed, as the page writes numbers; nothing of what is no number."""
    number = choosing.number(given)
    if number is None:
        return ""
    gap = "" if unit == "\u2033" else "\u00a0"
    return f"{_number(number)}{gap}{unit}"


def _number(value: object) -> str:
    """A number as the page's language writes it."""
    plain = f"{value}"
    short = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return formats.number_format(short, use_l10n=True, force_grouping=True)
