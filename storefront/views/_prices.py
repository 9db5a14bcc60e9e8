"""What a page needs to show prices, or the knowledge that there are none today."""

from datetime import date, datetime

from catalog import pricing
from payments import fx
from storefront.lib import kept


def tariff(now: datetime) -> pricing.Tariff | None:
    """Give the rate and the margins of the day; None when the rate is too old to sell by.

    A process asks the database once a minute, and at every page while there is no rate. The
    price that is agreed on is worked out anew by the checkout.
    """
    try:
        return _tariff(now.date())
    except fx.RateExpired:
        return None


@kept.for_a_minute
def _tariff(on: date) -> pricing.Tariff:
    rate = fx.rate_for("CNY", on=on)
    return pricing.Tariff(rate.rate, pricing.margins(on))
