"""What sellers should send to the border: from what sells, and how long new goods take to come."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum

from catalog.models import Offer, Seller
from logistics import holdings
from logistics.models import Advice, AdviceLine, Place, Stock
from orders import terms
from orders.models import Delivery, OrderLine

LOWEST_SHARE = 0.9
MEASURED = 5  # notices of a seller from which his own lead time counts


@dataclass(frozen=True)
class Need:
    """Goods that will run out in Harbin before more can come, and how many to send."""

    offer: Offer
    free: int
    coming: int
    sold: int
    days: int
    days_left: int
    send: int


@dataclass(frozen=True)
class Pace:
    """How far back sales are counted, how long goods take, how long they should last then."""

    days: int
    lead_days: int
    cover_days: int
    is_measured: bool


def pace(seller: Seller, *, now: datetime) -> Pace:
    """The terms of the day; the time goods take is the seller's own where it is known.

    Source: terms `supply_*`. A seller's own lead time is the longest of nine in ten of his last
    notices, from announcement to receipt.
    """
    set_days = terms.values(
        "supply_window_days", "supply_lead_days", "supply_cover_days", on=now.date()
    )
    own = _own_lead(seller)
    return Pace(
        days=set_days["supply_window_days"],
        lead_days=set_days["supply_lead_days"] if own is None else own,
        cover_days=set_days["supply_cover_days"],
        is_measured=own is not None,
    )


def _own_lead(seller: Seller) -> int | None:
    closed = Advice.objects.filter(seller=seller, state=Advice.State.RECEIVED)
    times = sorted(
        end - begin
        for begin, end in closed.order_by("-pk").values_list("announced_at", "closed_at")[:20]
        if end is not None
    )
    if len(times) < MEASURED:
        return None
    return math.ceil(times[math.ceil(LOWEST_SHARE * len(times)) - 1] / timedelta(days=1))


def needs(seller: Seller, *, now: datetime) -> list[Need]:
    """What a seller should send, what runs out first first; five queries for any number of goods.

    Units: pieces; enough for the time goods take and the days they should last, without what is
    free or on its way.
    """
    known = pace(seller, now=now)
    sold = _sold(seller, since=now - timedelta(days=known.days))
    free = _free(seller, sold)
    coming = _coming(seller, sold)
    offers = Offer.objects.live().filter(pk__in=sold).select_related("variant__product")
    found = []
    for offer in offers:
        have = free.get(offer.pk, 0) + coming.get(offer.pk, 0)
        a_day = sold[offer.pk] / known.days
        send = math.ceil(a_day * (known.lead_days + known.cover_days)) - have
        if have < a_day * known.lead_days or not have:
            left = int(free.get(offer.pk, 0) / a_day)
            counts = (free.get(offer.pk, 0), coming.get(offer.pk, 0), sold[offer.pk])
            found.append(Need(offer, *counts, known.days, left, max(1, send)))
    return sorted(found, key=lambda need: (need.days_left, -need.sold, need.offer.pk))


def _sold(seller: Seller, *, since: datetime) -> dict[int, int]:
    """Pieces of each offer sold from Harbin since, cancelled orders left out."""
    lines = OrderLine.objects.filter(
        seller=seller,
        order__paid_at__gte=since,
        delivery__origin=Delivery.Origin.HARBIN,
        delivery__cancelled_at=None,
    )
    rows = lines.values_list("offer_id").annotate(total=Sum("quantity"))
    return dict(rows.order_by("offer_id"))


def _free(seller: Seller, offers: dict[int, int]) -> dict[int, int]:
    rows = Stock.objects.filter(
        offer__in=offers, offer__seller=seller, place__kind=Place.Kind.WAREHOUSE
    )
    return dict(
        rows.values_list("offer_id").annotate(total=Sum(holdings.FREE)).order_by("offer_id")
    )


def _coming(seller: Seller, offers: dict[int, int]) -> dict[int, int]:
    rows = AdviceLine.objects.filter(
        advice__state__in=("ANNOUNCED", "RECEIVING"), advice__seller=seller, offer__in=offers
    )
    left = F("quantity") - F("received") - F("damaged")
    totals = rows.filter(quantity__gt=F("received") + F("damaged")).values_list("offer_id")
    return dict(totals.annotate(total=Sum(left)).order_by("offer_id"))
