"""A list of goods with everything around it: choices, chips, order, pages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.core.validators import slug_re
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from catalog import pricing, search, shelves
from catalog.facets import Choice, Counts
from catalog.models import Category
from orders.models import City
from storefront.templatetags import money

from . import _cards

MOST_CHOICES = 30
MOST_SHOWN = 8
LONGEST_NUMBER = 8
FLAG = "1"
TERABYTES = {1024: 1, 2048: 2}


@dataclass(frozen=True)
class Option:
    """A box to tick: `name` and `value` are what the form sends, `id` keeps the focus."""

    name: str
    value: str
    label: str
    count: int
    checked: bool

    @property
    def id(self) -> str:
        return f"{self.name}-{self.value}"


@dataclass(frozen=True)
class Facet:
    """A group of boxes under one heading."""

    title: str
    options: list[Option]

    @property
    def shown(self) -> list[Option]:
        """The first ones, and what was chosen."""
        options = self.options
        return [one for at, one in enumerate(options) if at < MOST_SHOWN or one.checked]

    @property
    def more(self) -> list[Option]:
        """The others, folded away."""
        return [one for at, one in enumerate(self.options) if at >= MOST_SHOWN and not one.checked]


@dataclass(frozen=True)
class Listing:
    """What templates/shop/_goods.html shows."""

    cards: list[_cards.Card]
    total: int
    facets: list[Facet]
    chips: list[dict[str, str]]
    page: "Page[Any]"
    address: str
    orders: list[dict[str, Any]]
    clear: str
    corrected: str = ""
    given: dict[str, str] = field(default_factory=dict)
    lowest: Any = None
    highest: Any = None
    has_prices: bool = True


@dataclass(frozen=True)
class Visit:
    """Who looks, from where, when, and by which rate."""

    city: City | None
    now: datetime
    tariff: pricing.Tariff | None


class _Counted(Paginator):  # type: ignore[type-arg]  # plain at run time
    """Pages of goods that the database has cut and counted already."""

    def __init__(self, total: int) -> None:
        super().__init__([], search.PAGE_SIZE)
        self._total = total

    @property
    def count(self) -> int:
        return min(self._total, search.PAGE_SIZE * search.LAST_PAGE)


def make(
    request: HttpRequest, visit: Visit, *, shelf: Category | None = None, text: str = ""
) -> Listing:
    """Read the choices from the address, find the goods, and lay out the page."""
    query = search.Query(
        text=text,
        categories=_below(shelf),
        choice=_choice(request.GET, visit.tariff),
        order=request.GET.get("sort", ""),
        page=_number(request.GET.get("page", "")) or 1,
    )
    found = search.find(query)
    return _laid_out(request, visit, query, found)


def _laid_out(
    request: HttpRequest, visit: Visit, query: search.Query, found: search.Found
) -> Listing:
    counts, tariff = found.counts, visit.tariff
    facets = _facets(counts, query.choice, with_shelves=not query.categories)
    return Listing(
        cards=_cards.make(found.products, tariff=tariff, city=visit.city, now=visit.now),
        total=counts.total,
        facets=facets,
        chips=_chips(request, facets),
        page=_Counted(counts.total).page(found.page),
        address=_address(request, drop="page", more=True),
        orders=_orders(query.order, has_text=bool(query.text.strip())),
        clear=_clear(request),
        corrected=found.corrected,
        given={name: request.GET.get(name, "")[:LONGEST_NUMBER] for name in ("from", "to")},
        lowest=_rubles(tariff, counts.lowest),
        highest=_rubles(tariff, counts.highest),
        has_prices=tariff is not None,
    )


def _below(shelf: Category | None) -> tuple[int, ...]:
    return (shelf.pk, *(part.pk for part in shelves.parts(shelf))) if shelf else ()


def _choice(given: QueryDict, tariff: pricing.Tariff | None) -> Choice:
    low, high = (_number(given.get(name, "")) for name in ("from", "to"))
    bounds = tariff.yuan_bounds(low, high) if tariff else (None, None)
    return Choice(
        brand=_slugs(given.getlist("brand")),
        category=_slugs(given.getlist("category")),
        ram=_numbers(given.getlist("ram")),
        storage=_numbers(given.getlist("storage")),
        five_g="five_g" in given,
        nfc="nfc" in given,
        harbin="harbin" in given,
        low=bounds[0],
        high=bounds[1],
    )


def _number(text: str) -> int | None:
    """Whole rubles however they were typed: with spaces, or not a number at all."""
    plain = "".join(text.split())
    good = plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_NUMBER
    return int(plain) if good else None


def _numbers(texts: Iterable[str]) -> tuple[int, ...]:
    found = (_number(text) for text in texts)
    return tuple(number for number in found if number is not None)[:MOST_CHOICES]


def _slugs(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if slug_re.fullmatch(text))[:MOST_CHOICES]


def _rubles(tariff: pricing.Tariff | None, yuan: Any) -> Any:
    return tariff.rubles(yuan) if tariff and yuan is not None else None


def _facets(counts: Counts, choice: Choice, *, with_shelves: bool) -> list[Facet]:
    names = {shelf.slug: shelf.title for shelf in shelves.categories()}
    groups = [
        Facet(_("Where it is"), _flags(counts, choice, {"harbin": _("In Harbin now")})),
        Facet(_("Category"), _words("category", counts, choice, names) if with_shelves else []),
        Facet(_("Brand"), _words("brand", counts, choice, counts.names)),
        Facet(_("Memory"), _memories("ram", counts, choice)),
        Facet(_("Storage"), _memories("storage", counts, choice)),
        Facet(_("Connection"), _flags(counts, choice, {"five_g": "5G", "nfc": "NFC"})),
    ]
    is_narrowed = choice != Choice()
    return [group for group in groups if _is_choice(group, is_narrowed=is_narrowed)]


def _is_choice(facet: Facet, *, is_narrowed: bool) -> bool:
    """A single brand is no choice, unless others have gone because of another choice."""
    options = facet.options
    is_flag = bool(options) and options[0].value == FLAG
    return len(options) > 1 or (bool(options) and (is_narrowed or is_flag))


def _words(name: str, counts: Counts, choice: Choice, names: dict[str, str]) -> list[Option]:
    counted, chosen = getattr(counts, name), getattr(choice, name)
    known = {**dict.fromkeys((value for value in chosen if value in names), 0), **counted}
    options = [
        Option(name, value, names.get(value, value), count, value in chosen)
        for value, count in known.items()
    ]
    return sorted(options, key=lambda option: (-option.count, option.label))


def _memories(name: str, counts: Counts, choice: Choice) -> list[Option]:
    counted, chosen = getattr(counts, name), getattr(choice, name)
    known = {**dict.fromkeys(map(str, chosen), 0), **counted}
    return [
        Option(name, value, _memory(int(value)), known[value], int(value) in chosen)
        for value in sorted(known, key=int)
    ]


def _memory(gigabytes: int) -> str:
    if gigabytes in TERABYTES:
        return _("%(number)s TB") % {"number": TERABYTES[gigabytes]}
    return _("%(number)s GB") % {"number": gigabytes}


def _flags(counts: Counts, choice: Choice, labels: dict[str, str]) -> list[Option]:
    options = (
        Option(name, FLAG, label, getattr(counts, name), getattr(choice, name))
        for name, label in labels.items()
    )
    return [option for option in options if option.count or option.checked]


def _chips(request: HttpRequest, facets: list[Facet]) -> list[dict[str, str]]:
    chosen = (option for facet in facets for option in facet.options if option.checked)
    chips = [
        {"title": option.label, "url": _address(request, drop=option.name, value=option.value)}
        for option in chosen
    ]
    prices = {"from": _("from %(price)s"), "to": _("up to %(price)s")}
    for name, words in prices.items():
        number = _number(request.GET.get(name, ""))
        if number is not None:
            title = words % {"price": money.rubles(number)}
            chips.append({"title": title, "url": _address(request, drop=name)})
    return chips


def _orders(chosen: str, *, has_text: bool) -> list[dict[str, Any]]:
    labels = {
        "popular": _("Popular first"),
        "cheap": _("Cheaper first"),
        "dear": _("Dearer first"),
        "new": _("New first"),
    }
    if has_text:
        labels = {"": _("Best match first"), **labels}
    return [
        {"value": value, "label": label, "selected": value == chosen}
        for value, label in labels.items()
    ]


def _address(request: HttpRequest, *, drop: str, value: str = "", more: bool = False) -> str:
    """This page without one choice, and from its first page; `more` lets a name follow."""
    given = request.GET.copy()
    given.pop("page", None)
    left = [one for one in given.getlist(drop) if value and one != value]
    given.setlist(drop, left)
    for name in [name for name, texts in given.lists() if not any(texts)]:
        del given[name]
    query = given.urlencode()
    if more:
        return f"{request.path}?{query}&" if query else f"{request.path}?"
    return f"{request.path}?{query}" if query else request.path


def _clear(request: HttpRequest) -> str:
    """This page without any choice; what was looked for stays."""
    kept = QueryDict(mutable=True)
    if request.GET.get("q"):
        kept["q"] = request.GET["q"]
    return f"{request.path}?{kept.urlencode()}" if kept else request.path
