"""The house's own view of a period: rubles in, what was paid away, and what stayed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Sum

from orders import days
from payments import ledger
from payments.models import BankFee, Conversion, Entry, Payout, Settlement, SettlementLine

MOST_SHOWN = 20


@dataclass(frozen=True)
class Share:
    """What one statement brought the house.

    Units: kopecks for goods, booked and margin, fen for the others.
    """

    goods: int
    booked: int
    commission: int
    deducted: int

    @property
    def margin(self) -> int:
        """What buyers paid for goods over the yuan price at the rate of their quote."""
        return self.goods - self.booked


@dataclass(frozen=True)
class BankFees:
    """What banks took in one currency for passing on the money of a period.

    Units: minor units; `expected` is by the terms the routes were chosen by.
    """

    currency: str
    taken: int
    expected: int

    @property
    def off(self) -> int:
        """How much more was taken than the terms say."""
        return self.taken - self.expected


@dataclass(frozen=True)
class View:
    """A period in the books of the house.

    Units: kopecks, but for `commission`, `deducted`, `to_sellers` and `paid`, which are fen.
    `gain` is of the deals made for the period: what the yuan stood at, less what they cost.
    """

    share: Share
    freight: int
    duty: int
    fees: int
    gain: int
    to_sellers: int
    paid: int
    deals: list[Conversion]
    bank_fees: list[BankFees]

    @property
    def rubles_in(self) -> int:
        """All that buyers paid for what was settled: goods, freight and duty."""
        return self.share.goods + self.freight + self.duty

    @property
    def result(self) -> int:
        """Margin, freight and exchange gain, less fees in rubles; duty is not ours.

        Fees in yuan are paid out of yuan that were bought, so the gain bears them.
        """
        banks = sum(fees.taken for fees in self.bank_fees if fees.currency == "RUB")
        return self.share.margin + self.freight + self.gain - self.fees - banks


def share(settlement: Settlement) -> Share:
    """What one statement brought the house."""
    return _share(SettlementLine.objects.filter(settlement=settlement))


def _share(lines: QuerySet[SettlementLine]) -> Share:
    trade = lines.aggregate(
        goods=Sum("goods_units"), booked=Sum("booked_units"), commission=Sum("commission_units")
    )
    taken = lines.filter(kind__in=["PENALTY", "STORAGE"]).aggregate(units=Sum("net_units"))
    return Share(
        goods=trade["goods"] or 0,
        booked=trade["booked"] or 0,
        commission=-(trade["commission"] or 0),
        deducted=-(taken["units"] or 0),
    )


def view(until: date) -> View:
    """Read a period: its statements, the deals made for it, and the fees booked meanwhile."""
    settled = Settlement.objects.filter(period_until=until)
    paid = Payout.objects.living().filter(period_until=until).aggregate(total=Sum("money"))
    net = settled.aggregate(units=Sum("net_units"))["units"] or 0
    return View(
        share=_share(SettlementLine.objects.filter(settlement__period_until=until)),
        freight=_beside("freight_income", until),
        duty=_beside("duty_payable", until),
        fees=_fees(until),
        gain=_gain(until),
        to_sellers=net,
        paid=int((paid["total"] or 0) * 100),
        deals=list(Conversion.objects.for_period(until).order_by("pk")),
        bank_fees=bank_fees(until),
    )


def bank_fees(until: date) -> list[BankFees]:
    """What banks took for the payouts of a period and the deals made for it, by currency."""
    rows = BankFee.objects.for_period(until).order_by("currency").values_list("currency")
    sums = rows.annotate(taken=Sum("units"), expected=Sum("expected_units"))
    return [BankFees(currency, taken, expected) for currency, taken, expected in sums]


def strange_fees(until: date) -> list[tuple[str, BankFees]]:
    """The fees of a period that are not what the terms say, by what they were taken for."""
    rows = BankFee.objects.for_period(until).exclude(units=F("expected_units"))
    furthest = rows.select_related("payout", "conversion").order_by(
        (F("units") - F("expected_units")).desc(), "pk"
    )
    return [
        (row.about, BankFees(row.currency, row.units, row.expected_units))
        for row in furthest[:MOST_SHOWN]
    ]


def _beside(purpose: str, until: date) -> int:
    """What stands on an account in the journals that a period was the first to count."""
    lines = SettlementLine.objects.filter(journal__isnull=False)
    here = lines.filter(settlement__period_until=until).values("journal")
    earlier = lines.filter(settlement__period_until__lt=until).values("journal")
    entries = Entry.objects.filter(journal__in=here, account__purpose=purpose, currency="RUB")
    return -(entries.exclude(journal__in=earlier).aggregate(units=Sum("units"))["units"] or 0)


def _fees(until: date) -> int:
    end = days.begins(until)
    before = Settlement.objects.filter(period_until__lt=until).order_by("-period_until").first()
    fees = ledger.balance("acquirer_fee", "RUB", before=end)
    if before is None:
        return fees
    start = days.begins(before.period_until)
    return fees - ledger.balance("acquirer_fee", "RUB", before=start)


def _gain(until: date) -> int:
    closed = Entry.objects.filter(
        journal__key__startswith=f"closing:FX-{until}-",
        account__purpose="fx_gain_loss",
        currency="RUB",
    )
    return -(closed.aggregate(units=Sum("units"))["units"] or 0)
