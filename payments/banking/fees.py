"""What banks take for passing money on: how it is told in a statement, and what was expected."""

from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Sum
from django.db.models.functions import Round

from payments.models import Correspondence, Payout
from storefront.lib import money

from . import routes

UNDER_WAY = (Payout.State.WAITING, Payout.State.READY, Payout.State.SENT)
SUMS = DecimalField(max_digits=20, decimal_places=2)
# Source: ISO 20022 external code set (sub-families of bank transactions: charges, commission,
# fees); SWIFT MT940, field 61, kinds of transaction CHG and COM; Bank of Russia 579-P, sign 17
# of a bank order (from memory, not re-read).
CODES = ("CHRG", "COMM", "FEES", "NCHG", "NCOM", "17")


def expected(route: Correspondence | None, units: int) -> int:
    """What the terms of a route let expect for a sum; nothing without a route.

    Units: fen or kopecks, of the route's currency.
    """
    if route is None:
        return 0
    flat = money.to_minor(route.fee.amount, route.currency)
    return routes.fee_of(units, flat=flat, bps=route.fee_bps)


def to_come() -> int:
    """Fen that banks will take, by the terms of their routes, for payouts that are under way."""
    share = Round(F("money") * F("route__fee_bps") / Decimal(routes.ALL), 2)
    fee = ExpressionWrapper(F("route__fee") + share, output_field=SUMS)
    under_way = Payout.objects.filter(state__in=UNDER_WAY, fees=None)
    total = under_way.aggregate(total=Sum(fee, output_field=SUMS))["total"]
    return money.to_minor(total or Decimal(0), "CNY")
