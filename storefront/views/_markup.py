"""What search engines read of a page, in the words of schema.org; nothing that the page hides."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from . import _bids, _goods, _opinions

CONTEXT = {"@context": "https://schema.org"}
STOCK = {True: "https://schema.org/InStock", False: "https://schema.org/OutOfStock"}
NEW = "https://schema.org/NewCondition"

Data = dict[str, Any]


def site(request: HttpRequest) -> Data:
    """The house, and how to search in it."""
    home = request.build_absolute_uri(reverse("home"))
    find = f"{request.build_absolute_uri(reverse('search'))}?q={{words}}"
    house, name = f"{home}#house", _("Sungari")
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": find},
        "query-input": "required name=words",
    }
    site = {"@type": "WebSite", "name": name, "url": home, "publisher": {"@id": house}}
    return {
        **CONTEXT,
        "@graph": [
            {"@type": "Organization", "@id": house, "name": name, "url": home},
            {**site, "potentialAction": search},
        ],
    }


def crumbs(request: HttpRequest, steps: list[dict[str, str]]) -> Data:
    """The way to this page."""
    return {
        **CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": at,
                "name": step["title"],
                "item": request.build_absolute_uri(step["url"] or request.path),
            }
            for at, step in enumerate(steps, 1)
        ],
    }


def product(
    request: HttpRequest, sheet: _goods.Sheet, reviews: Sequence[_opinions.ShownReview]
) -> Data:
    """The goods, who sells them at which price, and what buyers say."""
    row, variant = sheet.product, sheet.variant
    facts = {
        "name": row.title,
        "description": row.description,
        "image": [request.build_absolute_uri(one["url"]) for one in sheet.pictures],
        "sku": variant.slug,
        "gtin": variant.barcode,
        "model": row.model,
        "color": variant.colour,
        "category": row.category.title,
        "brand": {"@type": "Brand", "name": row.brand.name},
        "offers": _offers(request, sheet),
        "aggregateRating": _stars(row.rating, row.rating_count),
        "review": [_review(one) for one in reviews],
    }
    told = {name: fact for name, fact in facts.items() if fact}
    return {**CONTEXT, "@type": "Product", "url": _here(request), **told}


def _here(request: HttpRequest) -> str:
    return request.build_absolute_uri(request.path)


def _offers(request: HttpRequest, sheet: _goods.Sheet) -> Data | None:
    """Offers in rubles; none at all when there is no rate to price them by."""
    told = [one for one in sheet.sellings if one.price is not None]
    prices = [one.price for one in told if one.is_available] or [one.price for one in told]
    if not told:
        return None
    offers = [_offer(request, one, sheet) for one in told]
    if len(offers) == 1:
        return offers[0]
    return {
        "@type": "AggregateOffer",
        "priceCurrency": "RUB",
        "lowPrice": f"{min(prices)}",
        "highPrice": f"{max(prices)}",
        "offerCount": len(offers),
        "offers": offers,
    }


def _offer(request: HttpRequest, selling: _bids.Selling, sheet: _goods.Sheet) -> Data:
    return {
        "@type": "Offer",
        "url": f"{_here(request)}?v={sheet.variant.slug}",
        "price": f"{selling.price}",
        "priceCurrency": "RUB",
        "availability": STOCK[selling.is_available],
        "itemCondition": NEW,
        "seller": {
            "@type": "Organization",
            "name": selling.seller.name,
            "url": request.build_absolute_uri(selling.url),
        },
    }


def _stars(average: Any, count: int) -> Data | None:
    if average is None or not count:
        return None
    return {"@type": "AggregateRating", "ratingValue": f"{average}", "reviewCount": count}


def _review(review: _opinions.ShownReview) -> Data:
    """Buyers are not named on the page, so they are not named here."""
    facts = {"name": review.title, "reviewBody": review.text}
    return {
        "@type": "Review",
        "datePublished": review.written_at.date().isoformat(),
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5},
        "author": {"@type": "Person", "name": _("Buyer")},
        **{name: said.text for name, said in facts.items() if said},
    }


def store(request: HttpRequest, name: str, about: str, figures: Any) -> Data:
    """A seller."""
    stars = _stars(figures.average, figures.count)
    facts = {"name": name, "description": about, "aggregateRating": stars}
    told = {key: fact for key, fact in facts.items() if fact}
    return {**CONTEXT, "@type": "Organization", "url": _here(request), **told}
