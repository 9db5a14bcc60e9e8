"""Money that is only held on a card: a fact, a pair of memo accounts, taken or let go once."""

from collections.abc import Collection
from datetime import datetime

from djmoney.money import Money

from storefront.lib import clock, money

from . import ledger, postings
from .models import Charge, ChargeFact
from .providers import Answer

Kind = ChargeFact.Kind
ENDS = frozenset({Kind.CAPTURED, Kind.CANCELLED})


def may_take(charge: Charge, answer: Answer) -> bool:
    """Whether the order can be kept, so that what is held may be taken.

    An order that waits for payment within its time has its goods reserved.
    Money: all that is held must be the price; parts are not taken.
    """
    order = charge.order
    return (
        charge.is_wanted
        and order.awaits_payment
        and order.expires_at > clock.wall()
        and Money(answer.held, answer.currency) == charge.price
    )


def note(charge: Charge, answer: Answer, *, now: datetime) -> bool:
    """Keep that money is held; whether that was news.

    Locks: the caller holds the charge's.
    """
    _fact, is_new = ChargeFact.objects.get_or_create(
        kind=Kind.AUTHORISED,
        operation=f"{charge.provider}:{answer.provider_id}",
        defaults={
            "charge": charge,
            "money": Money(answer.held, answer.currency),
            "fee": Money(0, answer.currency),
            "happened_at": now,
        },
    )
    return is_new


def book(charge: Charge, kinds: Collection[str], *, actor: str, now: datetime) -> None:
    """Book what is held beside the books proper, and undo it once it was taken or let go.

    Whatever the order of the facts, the journals end the same: each is posted by its key once.
    """
    if Kind.AUTHORISED not in kinds:
        return
    for fact in charge.facts.filter(kind=Kind.AUTHORISED):
        currency = fact.money.currency.code
        if currency not in money.SCALE or not fact.money.amount:
            continue
        units = money.to_minor(fact.money.amount, currency)
        _post("held", fact, units, actor=actor, now=now)
        if ENDS & set(kinds):
            _post("unheld", fact, -units, actor=actor, now=now)


def _post(kind: str, fact: ChargeFact, units: int, *, actor: str, now: datetime) -> None:
    order = fact.charge.order.number
    key = f"{kind}:{fact.operation}"
    if ledger.find(key) is not None:
        return
    ledger.post(
        kind,
        key=key,
        legs=postings.held(units, currency=fact.money.currency.code, order_number=order),
        occurred_at=now,
        actor=actor,
        source=f"payment {fact.operation}",
    )
