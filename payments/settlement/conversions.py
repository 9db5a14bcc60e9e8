"""Yuan bought for what sellers are owed: by which banks, and what the deal gained or lost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from djmoney.money import Money

from payments import banks, fx, ledger, postings
from payments.banking import choosing, fees, routes
from payments.models import Bank, Conversion, Payout
from storefront.lib import money


def free_yuan() -> int:
    """Fen on our account that no payout has a claim on, be it for the banks on its way."""
    ready = Payout.objects.ready().aggregate(total=Sum("money"))["total"]
    held = ledger.balance("bank", "CNY") + ledger.balance("payouts_in_transit", "CNY")
    return held - money.to_minor(ready or Decimal(0), "CNY") - fees.to_come()


def buy(missing: int, *, until: date, actor: str, now: datetime) -> Conversion:
    """Buy so many fen for a period by the best pair of banks, and book the deal.

    Not inside a transaction; a deal that was made and not booked before is booked now.
    Raises: Unreachable, Unknown, Refused.
    """
    number = Conversion.objects.for_period(until).count() + 1
    choice = _choice(missing, now=now)
    via = _bics(choice.taken if choice else None)
    deal = banks.buy_yuan(f"FX-{until}-{number}", money.from_minor(missing, "CNY"), via=via)
    return convert(deal, actor=actor, now=now, choice=choice)


def _choice(missing: int, *, now: datetime) -> routes.Choice | None:
    """The pair to convert by, judged for the rubles that the yuan will about cost.

    Without a young rate the bank itself chooses: sellers are paid all the same.
    """
    try:
        rate = fx.rate_for("CNY", on=now.date()).rate
    except fx.RateExpired:
        return None
    rubles = money.to_minor(fx.convert(money.from_minor(missing, "CNY"), rate), "RUB")
    return choosing.choose(rubles, currency="RUB", now=now)


def _bics(taken: routes.Judged | None) -> tuple[str, ...]:
    if taken is None:
        return ()
    codes = (taken.terms.russian, taken.terms.chinese)
    found = dict(Bank.objects.filter(code__in=codes).values_list("code", "bic"))
    return tuple(found[code] for code in codes)


@transaction.atomic
def convert(
    deal: banks.Deal, *, actor: str, now: datetime, choice: routes.Choice | None = None
) -> Conversion:
    """Keep a deal and book it: the rubles and yuan, and what closing them gained or lost.

    Twice is once. The rate of the deal stands in the conversion, the booked one in the source
    of the closing journal.
    """
    known = Conversion.objects.filter(reference=deal.reference).first()
    if known is not None:
        return known
    position = _position()
    sold, bought = money.to_minor(deal.sold, "RUB"), money.to_minor(deal.bought, "CNY")
    made = Conversion.objects.create(
        reference=deal.reference,
        bank=settings.BANK_BIC,
        deal=deal.number,
        rate=deal.rate,
        sold=Money(deal.sold, "RUB"),
        bought=Money(deal.bought, "CNY"),
        made_at=deal.made_at,
        **_route(choice),
    )
    ledger.post(
        "converted",
        key=f"conversion:{deal.reference}",
        legs=postings.converted(sold=sold, bought=bought),
        occurred_at=deal.made_at,
        actor=actor,
        source=f"deal {deal.number} at {deal.rate}",
    )
    legs = postings.closed(position, sold=sold, bought=bought)
    if legs:
        booked = money.half_up(Decimal(position.rubles) / position.yuan * 10_000) / 10_000
        ledger.post(
            "closed",
            key=f"closing:{deal.reference}",
            legs=legs,
            occurred_at=now,
            actor=actor,
            source=f"booked at {booked}, deal {deal.number} at {deal.rate}",
        )
    return made


def _route(choice: routes.Choice | None) -> dict[str, Any]:
    if choice is None or choice.taken is None:
        return {}
    return {"route_id": choice.taken.terms.key, "choice": choice.record()}


def _position() -> postings.Position:
    """The open yuan; our own are those of the position that neither sellers nor banks stand for.

    Commission, penalties and storage are paid to us in yuan that are never bought.
    """
    open_yuan = ledger.balance("fx_position", "CNY")
    held = ledger.balance("bank", "CNY") + ledger.balance("payouts_in_transit", "CNY")
    owed = sum(ledger.balances("seller_payable", "CNY").values())
    return postings.Position(
        yuan=open_yuan,
        rubles=-ledger.balance("fx_position", "RUB"),
        own=open_yuan + held + owed,
    )
