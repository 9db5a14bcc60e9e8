"""Finding the tariff code of goods in three languages, and what a code asks of its goods."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from catalog import restrictions, words
from catalog.models import HsCode
from storefront.lib import kept

SHOWN = 12
STEM = 4  # Russian words are compared without their endings, but never shorter than this
ENDING = 2
RUSSIAN = re.compile("[а-я]+")


@dataclass(frozen=True)
class Demand:
    """What a code asks of goods: `key` is `fsb`, `high_priority` or the rule of a restriction."""

    key: str
    tone: str
    text: str


def search(text: str, kind: str = "") -> list[HsCode]:
    """Give the codes a text may mean, the likeliest for the kind of goods first.

    Digits are the beginning of a code; words must all be found, in any of the three languages.
    Without a text these are all codes.
    """
    plain = words.fold(text.replace(".", ""))
    digits = plain.replace(" ", "")
    rows = [row for row in _all() if _fits(row, plain, digits)]
    return sorted(rows, key=lambda row: kind not in row.kinds)


def likely(kind: str) -> list[HsCode]:
    """Give the codes that goods of a kind mostly have."""
    return [row for row in search("", kind) if kind in row.kinds]


def find(code: str) -> HsCode | None:
    return next((row for row in _all() if row.code == code), None)


def demands(row: HsCode, *, on: date) -> list[Demand]:
    """Say what goods of a code need, and what their sellers must reckon with."""
    found = []
    if row.needs_fsb:
        found.append(
            Demand("fsb", "warn", _("Needs the number of an FSB notification to be published."))
        )
    if row.is_high_priority:
        text = _(
            "On the common high priority list: banks look closely at such goods, "
            "and payouts may take longer."
        )
        found.append(Demand("high_priority", "warn", text))
    for rule in restrictions.rules(on):
        if rule.hs_prefix and row.code.startswith(rule.hs_prefix):
            found.append(Demand(rule.rule, "plain", restrictions.reason(rule)))
    return found


@kept.for_a_minute
def _all() -> tuple[HsCode, ...]:
    """In the order of the table, which has the commonest goods first."""
    return tuple(HsCode.objects.order_by("pk"))


def _fits(row: HsCode, plain: str, digits: str) -> bool:
    if not plain:
        return True
    if digits.isdigit():
        return row.code.startswith(digits)
    text = words.fold(f"{row.title_ru} {row.title_zh} {row.title_en} {row.words}")
    return all(stem in text for stem in _stems(plain.split()))


def _stems(said: Iterable[str]) -> list[str]:
    """`наушников` finds наушники; short words stand as they are."""
    return [
        each[: max(STEM, len(each) - ENDING)] if RUSSIAN.fullmatch(each) else each for each in said
    ]
