"""Goods parted over parcels or orders so that each stays free of duty: flagged to a desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from orders.models import Order
from orders.quotes import Body
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from .customs import duties, limits, tariff
from .models import Splitting

Kind = Splitting.Kind


class Answered(Refusal):
    """Somebody has looked at this already."""

    code = "splitting_answered"


def watch(order: Order, *, parcels: int, now: datetime) -> list[Splitting]:
    """See whether an order, alone or with others of its recipient, passes what is free of duty.

    It goes on: a person looks at it, and holds what he will not let go. One query for a recipient
    of one order in one parcel.
    Money: goods without freight, in euros by the rate of the order's quote.
    """
    days = limits.splitting_days(now.date())
    if days is None:
        return []
    recent = _recent(order, since=now - timedelta(days=days))
    if len(recent) < 2 and parcels < 2:
        return []
    rule = tariff.rule_for(now.date())
    rate = Body.from_json(order.quote.body).eur_rate
    free = {n: worth for n, worth in recent.items() if worth <= rule.free_eur * rate}
    found = []
    if parcels > 1 and order.duty.amount == 0:
        found.append((Kind.ORDER, {order.number: order.goods.amount}))
    if len(free) > 1 and order.number in free:
        found.append((Kind.ORDERS, free))
    by = Measure(rule, rate, days)
    return [
        _flag(order, kind, orders, by, now=now)
        for kind, orders in found
        if sum(orders.values()) > rule.free_eur * rate
    ]


def _recent(order: Order, *, since: datetime) -> dict[str, Decimal]:
    """Paid orders of the same phone, this one among them, and what their goods cost in rubles."""
    rows = Order.objects.filter(phone=order.phone, paid_at__gte=since).exclude(state="CANCELLED")
    found = {row.number: row.goods.amount for row in rows.order_by("pk")}
    return found | {order.number: order.goods.amount}


@dataclass(frozen=True)
class Measure:
    """What goods are measured by: the rule of duty, rubles for a euro, days looked at together."""

    rule: duties.Rule
    rate: Decimal
    days: int


def _flag(
    order: Order, kind: str, orders: dict[str, Decimal], by: Measure, *, now: datetime
) -> Splitting:
    value = duties.in_euros(sum(orders.values(), Decimal(0)), eur_rate=by.rate)
    words = {
        "count": len(orders),
        "days": by.days,
        "value": value,
        "free": by.rule.free_euros,
        "rule": by.rule.rule,
    }
    if kind == Kind.ORDER:
        why = _(
            "Parcels of one order are worth %(value)s EUR together; %(free)s are free (%(rule)s)."
        )
    else:
        why = _(
            "%(count)s orders in %(days)s days are worth %(value)s EUR together, each under "
            "%(free)s (%(rule)s)."
        )
    made, _is_new = Splitting.objects.get_or_create(
        order=order,
        kind=kind,
        defaults={
            "orders": sorted(orders),
            "value_eur": value,
            "free_eur": by.rule.free_eur,
            "days": by.days if kind == Kind.ORDERS else 0,
            "rule": by.rule.rule,
            "reason": why % words,
            "found_at": now,
        },
    )
    return made


@transaction.atomic
def answer(found: Splitting, *, text: str, actor: str, now: datetime) -> None:
    """A person has looked at it and says what he thinks; the flag is down.

    Locks: the flag.
    Raises: Answered.
    """
    row = locks.row(Splitting.objects.all(), found.pk)
    if row.answered_at is not None:
        raise Answered(_("Somebody has answered already."))
    Splitting.objects.filter(pk=row.pk).update(
        answer=text[:300], answered_at=now, answered_by=actor
    )
