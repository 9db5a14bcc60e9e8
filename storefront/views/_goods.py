"""The page of a product: what is chosen, who sells it, from where, when it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import cards, restrictions
from catalog.models import Product, Variant
from logistics import routing, warehouse
from logistics.models.routing import Mode
from storefront.templatetags import dates

from . import _asked, _bids, _cards
from ._listing import Visit


@dataclass(frozen=True)
class Choice:
    """A link to another variant."""

    url: str
    label: str
    colour: str
    is_chosen: bool
    is_sold: bool
    is_near: bool


@dataclass(frozen=True)
class Sheet:
    """What templates/shop/product.html shows."""

    product: Product
    variant: Variant
    pictures: list[dict[str, Any]]
    colours: list[Choice]
    memories: list[Choice]
    sellings: list[_bids.Selling]
    prices: _asked.Chart | None
    ways: list[dict[str, Any]]
    notices: list[str]
    facts: list[cards.Fact]
    crumbs: list[dict[str, str]]

    @property
    def best(self) -> _bids.Selling | None:
        return next(iter(self.sellings), None)


def sheet(slug: str, wanted: str, visit: Visit) -> Sheet | None:
    """Put the page of a product together; None when there is no such product in the shop."""
    rows = cards.variants(slug)
    if not rows or not rows[0].product.is_listed:
        return None
    offers = cards.offers(rows[0].product_id)
    supply = cards.Supply(offers, warehouse.available([offer.pk for offer in offers]))
    return _sheet(rows, cards.chosen(rows, wanted, supply), supply, visit)


def _sheet(rows: Sequence[Variant], here: Variant, supply: cards.Supply, visit: Visit) -> Sheet:
    product = here.product
    barred = _barred(here, visit)
    sellings = _bids.make(supply.of(here), supply, visit, barred=frozenset(barred))
    ways = _ways(here, sellings, visit, frozenset(barred))
    return Sheet(
        product=product,
        variant=here,
        pictures=_cards.pictures_of(here),
        colours=[_choice(one, one.variant.colour) for one in cards.colours(rows, here, supply)],
        memories=[_choice(one, _memory(one.variant)) for one in cards.memories(rows, here, supply)],
        sellings=sellings,
        prices=_asked.chart(here, visit),
        ways=ways,
        notices=list(dict.fromkeys(barred.values())) if sellings else [],
        facts=cards.facts(product, here),
        crumbs=_crumbs(product),
    )


def _ways(
    variant: Variant, sellings: list[_bids.Selling], visit: Visit, barred: frozenset[str]
) -> list[dict[str, Any]]:
    """The ways of one piece of the better offer."""
    best = next(iter(sellings), None)
    if visit.city is None or best is None or not best.is_available:
        return []
    parcel = routing.parcel_of([(variant, 1)])
    options = routing.options(
        origin=best.origin,
        city=visit.city,
        weight_g=parcel.weight_g,
        volume_cm3=parcel.volume_cm3,
        modes_forbidden=barred,
        now=visit.now,
    )
    return [_way(one) for one in options]


def _barred(variant: Variant, visit: Visit) -> dict[str, str]:
    """The ways these goods may not take, each with the reason."""
    on = visit.now.date()
    rules = restrictions.rules(on)
    found = {
        mode: restrictions.forbidden(variant, mode=mode, on=on, rules=rules) for mode in Mode.values
    }
    return {mode: restrictions.reason(rule) for mode, rule in found.items() if rule}


def _way(way: routing.Way) -> dict[str, Any]:
    return {
        "mode": way.mode,
        "dates": dates.window(way.from_on, way.until_on),
        "title": way.title,
        "price": way.freight,
    }


def _choice(option: cards.Option, label: str) -> Choice:
    variant = option.variant
    url = f"{reverse('product', args=[variant.product.slug])}?v={variant.slug}"
    return Choice(url, label, variant.colour_hex, option.is_chosen, option.is_sold, option.is_near)


def _memory(variant: Variant) -> str:
    return _("%(memory)s GB") % {"memory": variant.memory}


def _crumbs(product: Product) -> list[dict[str, str]]:
    shelf = product.category
    above = [shelf.parent] if shelf.parent else []
    crumbs = [{"url": reverse("home"), "title": _("Sungari")}]
    for one in (*above, shelf):
        crumbs.append({"url": reverse("category", args=[one.slug]), "title": one.title})
    return [*crumbs, {"url": "", "title": product.title}]
