"""What a page needs to show prices, or the knowledge that there are none today."""

from datetime import datetime

from catalog import pricing
from payments import fx


def tariff(now: datetime) -> pricing.Tariff | None:
    """Give the rate and the margins of the day; None when the rate is too old to sell by."""
    on = now.date()
    try:
        rate = fx.rate_for("CNY", on=on)
    except fx.RateExpired:
        return None
    return pricing.Tariff(rate.rate, pricing.margins(on))
