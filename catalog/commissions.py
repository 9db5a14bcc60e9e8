"""What the house takes of a seller's price: rules by category and date, else the seller's own."""

from datetime import date

from catalog.dated import holding
from storefront.lib import kept

from .models import Category, CommissionRule, Seller


def bps(seller: Seller, category_id: int, *, on: date) -> int:
    """The commission on a seller's goods of a category.

    A rule of the category counts before one of the category above it, and any rule before what
    was agreed with the seller. The order line keeps what was found: later rules change nothing.
    Units: basis points.
    """
    found = rules(on)
    parents = _parents()
    here: int | None = category_id
    while here is not None:
        if here in found:
            return found[here]
        here = parents.get(here)
    return seller.commission_bps


@kept.for_a_minute
def rules(on: date) -> dict[int, int]:
    """The rules that hold on a day, by category; a process asks the database once a minute."""
    rows = CommissionRule.objects.filter(holding(on)).order_by("valid_from", "pk")
    return dict(rows.values_list("category_id", "rate_bps"))


@kept.for_a_minute
def _parents() -> dict[int, int | None]:
    return dict(Category.objects.values_list("pk", "parent_id"))
