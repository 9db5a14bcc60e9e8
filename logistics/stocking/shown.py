"""What the catalogue shows of free pieces: told by the warehouse whenever its stock has changed."""

from collections.abc import Collection

from django.db.models import F, Sum

from catalog import search
from logistics.models import Place, Stock


def note(stock_ids: Collection[int]) -> None:
    """Tell the catalogue, by key, how many pieces of each product lie free in Harbin."""
    shelves = Stock.objects.filter(pk__in=stock_ids, place__kind=Place.Kind.WAREHOUSE)
    # Asked first: on fresh tables the planner runs the inner query once per row.
    products = set(shelves.values_list("offer__variant__product", flat=True))
    rows = (
        Stock.objects.filter(offer__variant__product__in=products, place__kind=Place.Kind.WAREHOUSE)
        .values_list("offer__variant__product")
        .annotate(free=Sum(F("on_hand") - F("reserved") - F("allocated")))
        .order_by("offer__variant__product")
    )
    for product_id, free in rows:
        search.note(product_id, harbin_quantity=free)
