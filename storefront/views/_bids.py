"""The sellers of one variant side by side: the better offer first, and why it is the better one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import cards
from catalog.models import Offer, Seller
from orders import reviews
from storefront.templatetags import dates, money

from . import _promises, _struck
from ._listing import Visit

KEPT_SECONDS = 300


@dataclass(frozen=True)
class Selling:
    """One seller's offer of the chosen variant. Prices: whole rubles, None without a rate.

    `was` is the price that may be shown struck through.
    """

    id: int
    seller: Seller
    price: Any
    was: Any
    harbin: int
    shenzhen: int
    window: tuple[date, date] | None
    rating: Any
    rating_count: int
    reasons: list[str]

    @property
    def origin(self) -> str:
        """Where a parcel would start: the warehouse nearer to the buyer first."""
        return "harbin" if self.harbin else "shenzhen"

    @property
    def is_available(self) -> bool:
        return bool(self.harbin or self.shenzhen)

    @property
    def can_be_bought(self) -> bool:
        return self.is_available and self.price is not None

    @property
    def url(self) -> str:
        return reverse("store", args=[self.seller.slug])

    @property
    def dates(self) -> str:
        return dates.window(*self.window) if self.window else ""


@dataclass(frozen=True)
class _Known:
    """What is asked once for all the sellers of a page."""

    struck: dict[int, Any]
    ratings: dict[int, reviews.Figures]
    windows: dict[str, _promises.Window]


def make(
    offers: Sequence[Offer], supply: cards.Supply, visit: Visit, *, barred: frozenset[str]
) -> list[Selling]:
    """Lay the offers of a variant side by side."""
    struck = _struck.of_offers(offers, now=visit.now)
    known = _Known(struck, ratings({one.seller_id for one in offers}), {})
    for origin in ("harbin", "shenzhen"):
        window = visit.city and _promises.soonest(origin, barred, city=visit.city, now=visit.now)
        if window:
            known.windows[origin] = window
    bids = cards.best_first(_bid(offer, supply, visit, known) for offer in offers)
    return [_selling(bid, bids, supply, visit, known) for bid in bids]


def ratings(seller_ids: Collection[int]) -> dict[int, reviews.Figures]:
    """Give the ratings of sellers by their keys, asked of the database now and then."""
    names = {pk: f"seller-rating:{pk}" for pk in seller_ids}
    kept = cache.get_many(names.values())
    missing = [pk for pk, name in names.items() if name not in kept]
    if missing:
        found = reviews.of_sellers(missing)
        cache.set_many({names[pk]: found[pk] for pk in missing}, KEPT_SECONDS)
        kept |= {names[pk]: found[pk] for pk in missing}
    return {pk: kept[name] for pk, name in names.items()}


def _bid(offer: Offer, supply: cards.Supply, visit: Visit, known: _Known) -> cards.Bid:
    harbin, shenzhen = (supply.pieces(offer, origin) for origin in ("harbin", "shenzhen"))
    window = known.windows.get("harbin" if harbin else "shenzhen")
    return cards.Bid(
        offer,
        price=visit.tariff.rubles(offer.price.amount) if visit.tariff else None,
        can_be_had=bool(harbin or shenzhen),
        in_harbin=bool(harbin),
        arrives_on=window[2] if window else None,
        rating=known.ratings[offer.seller_id].average,
    )


def _selling(
    bid: cards.Bid, bids: Sequence[cards.Bid], supply: cards.Supply, visit: Visit, known: _Known
) -> Selling:
    offer, was = bid.offer, known.struck.get(bid.offer.pk)
    window = known.windows.get("harbin" if bid.in_harbin else "shenzhen")
    figures = known.ratings[offer.seller_id]
    return Selling(
        id=offer.pk,
        seller=offer.seller,
        price=bid.price,
        was=visit.tariff.rubles(was) if visit.tariff and was is not None else None,
        harbin=supply.pieces(offer, "harbin"),
        shenzhen=supply.pieces(offer, "shenzhen"),
        window=window[1:] if window and bid.can_be_had else None,
        rating=figures.average,
        rating_count=figures.count,
        reasons=_reasons(bid, [one for one in bids if one.can_be_had]),
    )


def _reasons(bid: cards.Bid, rivals: Sequence[cards.Bid]) -> list[str]:
    """Why the first is the better one, and what each other has over it."""
    if not bid.can_be_had or len(rivals) < 2:
        return []
    is_best = bid is rivals[0]
    edge = cards.edge(bid, rivals[1] if is_best else rivals[0])
    found = [_price_reason(edge, is_known=bid.price is not None), _day_reason(bid, edge)]
    if edge.better_rated > 0 and not edge.cheaper > 0:
        found.append(_("better rated"))
    reasons = [reason for reason in found if reason]
    if is_best and reasons == [_("same price")]:
        reasons.append(_("has sold here longer"))
    return reasons


def _price_reason(edge: cards.Edge, *, is_known: bool) -> str:
    if not is_known:
        return ""
    if not edge.cheaper:
        return _("same price")
    words = _("cheaper by %(price)s") if edge.cheaper > 0 else _("%(price)s more")
    return words % {"price": money.rubles(abs(edge.cheaper))}


def _day_reason(bid: cards.Bid, edge: cards.Edge) -> str:
    days = abs(edge.sooner_days)
    if edge.sooner_days == 0:
        return ""
    if edge.sooner_days < 0:
        text = ngettext("arrives %(days)s day later", "arrives %(days)s days later", days)
    elif bid.in_harbin:
        text = ngettext(
            "in Harbin now: arrives %(days)s day sooner",
            "in Harbin now: arrives %(days)s days sooner",
            days,
        )
    else:
        text = ngettext("arrives %(days)s day sooner", "arrives %(days)s days sooner", days)
    return text % {"days": days}
