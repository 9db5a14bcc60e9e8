"""The ruble price of goods priced in yuan."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal, localcontext

from catalog.dated import holding
from catalog.models import Margin
from storefront.lib import kept, money

EXACT = Context(prec=60)  # twelve digits by twenty by two margins: nothing is lost before the tens
FEN = Decimal("0.01")
TEN = Decimal(10)


@dataclass(frozen=True)
class Margins:
    """What the house adds to a price.

    Units: basis points.
    """

    exchange_bps: int
    platform_bps: int

    @property
    def factor(self) -> Decimal:
        return (1 + Decimal(self.exchange_bps) / 10_000) * (1 + Decimal(self.platform_bps) / 10_000)


@dataclass(frozen=True)
class Tariff:
    """All that a page needs to turn yuan into rubles, taken once."""

    rate: Decimal
    margins: Margins

    def rubles(self, yuan: Decimal) -> Decimal:
        return rubles(yuan, rate=self.rate, margins=self.margins)

    def yuan_bounds(
        self, low: int | None, high: int | None
    ) -> tuple[Decimal | None, Decimal | None]:
        return yuan_bounds(low, high, rate=self.rate, margins=self.margins)


class NoMargin(Exception):
    """The tables of the house hold no margin for a day: the reference rows are missing."""


@kept.for_a_minute
def margins(on: date) -> Margins:
    """Give the margins of a day; a process asks the database once a minute.

    Raises: NoMargin, if one of the two kinds has no row for the day.
    """
    rows = Margin.objects.filter(holding(on))
    bps = dict(rows.order_by("valid_from").values_list("kind", "rate_bps"))
    try:
        return Margins(bps[Margin.Kind.EXCHANGE], bps[Margin.Kind.PLATFORM])
    except KeyError as error:
        raise NoMargin(f"no {error} margin on {on}") from error


def rubles(yuan: Decimal, *, rate: Decimal, margins: Margins) -> Decimal:
    """Give the price of one piece that a buyer sees.

    Money: yuan of one piece to rubles of one piece, exchange and platform margins included.
    Rounding: up to whole tens of rubles, once, at the end.
    """
    with localcontext(EXACT):
        return money.up_to_tens(yuan * rate * margins.factor)


def yuan_bounds(
    low: int | None, high: int | None, *, rate: Decimal, margins: Margins
) -> tuple[Decimal | None, Decimal | None]:
    """Give the yuan prices, both inclusive, whose ruble prices lie between two, both inclusive.

    Because the price is monotone, a range in rubles is a range in yuan and the database filters
    on what it stores.
    Rounding: to fen, inwards, so that every price inside is shown inside and none outside.
    """
    with localcontext(EXACT):
        factor = rate * margins.factor
        return (
            None if low is None else _above(_tens(Decimal(low) + 9) - TEN, factor),
            None if high is None else _floor(_tens(Decimal(high)) / factor),
        )


def _tens(value: Decimal) -> Decimal:
    return (value / TEN).to_integral_value(rounding=ROUND_FLOOR) * TEN


def _floor(value: Decimal) -> Decimal:
    return value.quantize(FEN, rounding=ROUND_FLOOR)


def _above(limit: Decimal, factor: Decimal) -> Decimal:
    """The least price in fen whose rubles exceed a limit."""
    return _floor(limit / factor) + FEN
