"""Stop signs: any stage can put one on an order, with a reason and a desk that owns it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from . import lifecycle
from .models import Hold, Order


@transaction.atomic
def put(
    order: Order, *, reason: str, owner: str, actor: str, now: datetime, note: str = ""
) -> Hold:
    """Stop an order until a person of that desk looks at it; an open one stays as it is.

    Locks: the order row.
    """
    lifecycle.lock(order.pk)
    hold, is_new = Hold.objects.get_or_create(
        order=order,
        reason=reason,
        lifted_at=None,
        defaults={"owner": owner, "note": note[:500], "placed_at": now, "placed_by": actor},
    )
    if is_new:
        lifecycle.record(order, "HELD", actor=actor, now=now, reason=reason)
    return hold


@transaction.atomic
def lift(hold: Hold, *, answer: str, actor: str, now: datetime) -> None:
    """Let the order go on; a second lift changes nothing.

    Locks: the order row.
    """
    order = lifecycle.lock(hold.order_id)
    open_one = Hold.objects.filter(pk=hold.pk, lifted_at=None)
    if open_one.update(lifted_at=now, lifted_by=actor, answer=answer[:500]):
        lifecycle.record(order, "HOLD_LIFTED", actor=actor, now=now, reason=hold.reason)


def is_on(order_id: int) -> bool:
    """Whether an open stop sign stands on an order."""
    return Hold.objects.filter(order_id=order_id, lifted_at=None).exists()


def among(order_ids: Iterable[int]) -> set[int]:
    """Those of some orders on which an open stop sign stands; one query."""
    rows = Hold.objects.filter(order__in=list(order_ids), lifted_at=None)
    return set(rows.values_list("order_id", flat=True))
