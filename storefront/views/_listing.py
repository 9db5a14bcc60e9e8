"""A list of goods with everything around it: choices, chips, order, pages."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from catalog import cards, pricing, search, shelves
from catalog.models import Category, Product, Seller
from orders.models import City
from storefront.forms import choosing
from storefront.templatetags import shop

from . import _cards, _facets, _groups, _promises


@dataclass(frozen=True)
class Listing:
    """What templates/shop/_goods.html shows."""

    cards: list[_cards.Card]
    total: int
    groups: list[_groups.Group]
    chips: list[dict[str, str]]
    page: "Page[Any]"
    address: str
    orders: list[dict[str, Any]]
    clear: str
    corrected: str = ""
    dropped: tuple[str, ...] = ()
    near: list[_cards.Card] = field(default_factory=list)
    has_prices: bool = True
    is_cut: bool = False

    @property
    def most(self) -> int:
        """The number up to which the goods are counted."""
        return min(self.total, shop.EXACT_UP_TO)

    @property
    def is_more(self) -> bool:
        """Whether there are more goods than are counted."""
        return self.is_cut or self.total > shop.EXACT_UP_TO


@dataclass(frozen=True)
class Visit:
    """Who looks, from where, when, and by which rate."""

    city: City | None
    now: datetime
    tariff: pricing.Tariff | None


@dataclass(frozen=True)
class Place:
    """What is looked at: a shelf, a seller's goods, what was typed, or everything."""

    shelf: Category | None = None
    seller: Seller | None = None
    text: str = ""

    @property
    def categories(self) -> tuple[int, ...]:
        """The shelf with its parts."""
        return (
            (self.shelf.pk, *(each.pk for each in shelves.parts(self.shelf))) if self.shelf else ()
        )


class _Counted(Paginator):  # type: ignore[type-arg]  # plain at run time
    """Pages of goods that the database has cut and counted already."""

    def __init__(self, total: int) -> None:
        super().__init__([], search.PAGE_SIZE)
        self._total = total

    @property
    def count(self) -> int:
        return min(self._total, search.PAGE_SIZE * search.LAST_PAGE)


def make(request: HttpRequest, visit: Visit, place: Place) -> Listing:
    """Read the choices from the address, find the goods, and lay out the page."""
    query = search.Query(
        text=place.text,
        categories=place.categories,
        choice=_choice(request, visit, place),
        order=request.GET.get("sort", ""),
        page=choosing.whole(request.GET.get("page", "")) or 1,
    )
    return _laid_out(request, visit, place, query)


def _choice(request: HttpRequest, visit: Visit, place: Place) -> search.Choice:
    """What the address says, within the place, and the ways that arrive by the wished day."""
    choice = choosing.read(request.GET, visit.tariff)
    if place.seller:
        choice = replace(choice, seller=(place.seller.slug,))
    days = choosing.within(request.GET)
    if days is None or visit.city is None:
        return choice
    known = cards.carriages(place.categories)
    ways = _promises.ways_within(days, known, city=visit.city, now=visit.now)
    return replace(choice, ways=ways)


def _laid_out(request: HttpRequest, visit: Visit, place: Place, query: search.Query) -> Listing:
    found = search.find(query)
    groups = _facets.make(_look(request, visit, place, query.choice, found.counts))
    return Listing(
        cards=_made(found.products, visit),
        total=found.counts.total,
        groups=groups,
        chips=_chips(request, groups),
        page=_Counted(found.counts.total).page(found.page),
        address=_address(request, drop="page", more=True),
        orders=_orders(query.order, has_text=bool(query.text.strip())),
        clear=_clear(request),
        corrected=found.corrected,
        dropped=found.dropped,
        near=_made(found.near, visit),
        has_prices=visit.tariff is not None,
        is_cut=found.is_cut,
    )


def _look(
    request: HttpRequest,
    visit: Visit,
    place: Place,
    choice: search.Choice,
    counts: search.Counts,
) -> _facets.Look:
    return _facets.Look(
        counts,
        choice,
        request.GET,
        visit.tariff,
        arrivals=_promises.arrivals(counts.ways, city=visit.city, now=visit.now),
        with_shelves=place.shelf is None,
        with_sellers=place.seller is None,
    )


def _made(goods: list[Product], visit: Visit) -> list[_cards.Card]:
    return _cards.make(goods, tariff=visit.tariff, city=visit.city, now=visit.now)


def _chips(request: HttpRequest, groups: list[_groups.Group]) -> list[dict[str, str]]:
    return [
        {
            "title": chip["title"],
            "url": _address(request, drop=chip["name"], value=chip["value"]),
        }
        for chip in _groups.chips(groups)
    ]


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
