"""The life of an order: placed, paid, completed or cancelled, and the facts along the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog import promotions, search
from storefront.lib import due, identifiers, locks
from storefront.lib.refusal import Refusal

from . import terms, tokens
from .models import City, Delivery, Handover, Order, OrderEvent, OrderLine, Quote
from .quotes import Body
from .states import MOVES, CancelReason, State

FIRST_TRIES = 20


class WrongState(Refusal):
    """The order is not where this step begins."""

    code = "wrong_state"


@dataclass(frozen=True)
class Contact:
    """Who receives the goods, and where."""

    recipient: str
    phone: str
    email: str
    postcode: str
    street: str
    language: str
    user_id: int | None = None


def lock(order_id: int) -> Order:
    """Take the order's row, the mutex of its life.

    Locks: the order row.
    """
    return locks.row(Order.objects.all(), order_id)


def by_token(token: str) -> Order | None:
    """The order a guest's link opens."""
    return Order.objects.filter(token_hash=tokens.digest(token)).first()


@transaction.atomic
def place(
    quote: Quote,
    *,
    contact: Contact,
    form_key: str,
    actor: str,
    now: datetime,
    expires_at: datetime,
) -> Order:
    """Write down what a buyer agreed to: the order, its deliveries and its lines.

    Time: `now` is business time, `expires_at` wall time.
    Locks: promotions by key.
    Raises: UsedUp, if a promotion has not so many pieces left.
    """
    body = Body.from_json(quote.body)
    order = Order(
        number=_free_number(),
        form_key=form_key,
        token_hash=tokens.digest(tokens.guest(form_key)),
        quote=quote,
        city=City.objects.get(slug=body.city),
        recipient=contact.recipient,
        phone=contact.phone,
        email=contact.email,
        postcode=contact.postcode,
        street=contact.street,
        point=body.point,
        language=contact.language,
        user_id=contact.user_id,
        goods=body.goods,
        freight=body.freight,
        duty=body.duty,
        total=body.total,
        rate=body.rate,
        rate_on=body.rate_on,
        placed_at=now,
        expires_at=expires_at,
        due_at=expires_at,
    )
    order.save(force_insert=True)
    _write_deliveries(order, body)
    promotions.take(_sold(order), now=now)
    record(order, "PLACED", actor=actor, now=now, total=str(body.total.amount))
    return order


def _free_number() -> str:
    for _try in range(FIRST_TRIES):
        number = identifiers.order_number()
        if not Order.objects.filter(number=number).exists():
            return number
    raise RuntimeError("no free order number was found")


def _write_deliveries(order: Order, body: Body) -> None:
    position = 0
    for place_number, part in enumerate(body.deliveries, start=1):
        delivery = Delivery.objects.create(
            order=order,
            position=place_number,
            origin=part.origin,
            lane=part.lane,
            mode=part.mode,
            freight=part.freight,
            duty=part.duty,
            weight_g=part.weight_g,
            promised_from_on=part.from_on,
            promised_until_on=part.until_on,
        )
        lines = []
        for line in part.lines:
            position += 1
            lines.append(
                OrderLine(order=order, delivery=delivery, position=position, **line.order_fields())
            )
        OrderLine.objects.bulk_create(lines)


@transaction.atomic
def _move(order: Order, to: State, *, actor: str, now: datetime, **detail: Any) -> Order:
    order = lock(order.pk)
    if to not in MOVES[State(order.state)]:
        raise WrongState(_state_text(order), to=str(to))
    order.state = to
    changed = ["state", *due.FIELDS]
    if to == State.PAID:
        order.paid_at = now
        changed.append("paid_at")
    else:
        order.closed_at = now
        changed.append("closed_at")
    if to == State.CANCELLED:
        if not order.paid_at:
            promotions.give_back(_sold(order), now=now)
        order.cancel_reason = detail["reason"]
        changed.append("cancel_reason")
    due.set_due(order, None)
    order.save(update_fields=changed)
    record(order, to, actor=actor, now=now, **detail)
    return order


def must_await_payment(order: Order) -> None:
    """Raises: WrongState, if the order does not wait for money."""
    if not order.awaits_payment:
        raise WrongState(_state_text(order), to=State.PAID)


def _state_text(order: Order) -> str:
    return _("The order is %(state)s.") % {"state": order.get_state_display()}


def mark_paid(order: Order, *, actor: str, now: datetime) -> Order:
    """Record that the whole price of an order has arrived.

    Locks: the order row.
    Raises: WrongState, if the order is not waiting for payment.
    """
    return _move(order, State.PAID, actor=actor, now=now)


def _sold(order: Order) -> list[promotions.Sold]:
    return [
        promotions.Sold(line.offer_id, line.quantity, line.price_cny.amount, order.placed_at)
        for line in order.lines.order_by("offer")
    ]


def note_sales(order: Order) -> None:
    """Write downward how many pieces of products were sold, for ever.

    Locks: the products by key; the caller holds the order's lock.
    """
    products = set(order.lines.values_list("offer__variant__product_id", flat=True))
    sold = (
        OrderLine.objects.filter(offer__variant__product__in=products)
        .exclude(order__paid_at=None)
        .values_list("offer__variant__product_id")
        .annotate(pieces=Sum("quantity"))
    )
    for product_id, pieces in sold.order_by("offer__variant__product_id"):
        search.note(product_id, sold=pieces)


def cancel(order: Order, *, reason: CancelReason, actor: str, now: datetime) -> Order:
    """End an order early; one that was not paid gives its pieces back to promotions.

    Locks: the order row, then promotions by key.
    Raises: WrongState, if it has ended already.
    """
    return _move(order, State.CANCELLED, actor=actor, now=now, reason=str(reason))


def complete(order: Order, *, actor: str, now: datetime) -> Order:
    """End an order whose every delivery is received and paid out or given back.

    Locks: the order row.
    Raises: WrongState, if it is not paid.
    """
    return _move(order, State.COMPLETED, actor=actor, now=now)


def record(order: Order, kind: str, *, actor: str, now: datetime, **detail: Any) -> OrderEvent:
    """Keep a fact of the order's life; letters and the timeline read it.

    Raises: ValueError, if no such fact is known to who reads them.
    """
    known = OrderEvent.Kind(str(kind))
    return OrderEvent.objects.create(
        order=order, kind=known, actor=actor, happened_at=now, detail=detail
    )


def mark_cleared(delivery: Delivery, *, at: datetime) -> None:
    """Note downward that customs released a delivery, once."""
    Delivery.objects.filter(pk=delivery.pk, cleared_at=None).update(cleared_at=at)


@transaction.atomic
def mark_delivered(
    delivery: Delivery, *, delivered_at: datetime, is_kept: bool, actor: str, now: datetime
) -> None:
    """Record that the last parcel of a delivery is with the buyer.

    Its money is due for release when the protection period ends.
    Locks: the order row.
    """
    order = lock(delivery.order_id)
    ends_at = delivered_at + terms.protection(on=delivered_at.date())
    done = Delivery.objects.filter(pk=delivery.pk, delivered_at=None, cancelled_at=None)
    if done.update(delivered_at=delivered_at, is_kept=is_kept, due_at=ends_at, hinted_at=None):
        record(order, "DELIVERED", actor=actor, now=now, delivery=delivery.position, kept=is_kept)


@transaction.atomic
def mark_failed(delivery: Delivery, *, reason: CancelReason, actor: str, now: datetime) -> bool:
    """Record that a delivery will never arrive; False, if that was known or it has arrived.

    Locks: the order row. When no other delivery lives, the order is cancelled with it; when the
    others are all paid out, it is complete.
    """
    order = lock(delivery.order_id)
    living = Delivery.objects.filter(order=order, cancelled_at=None)
    if not living.filter(pk=delivery.pk, delivered_at=None).update(cancelled_at=now):
        return False
    record(order, "FAILED", actor=actor, now=now, delivery=delivery.position, reason=str(reason))
    if not living.exists() and order.state == State.PAID:
        cancel(order, reason=reason, actor=actor, now=now)
    elif all_ended(order):
        complete(order, actor=actor, now=now)
    return True


def drop(delivery: Delivery, *, now: datetime) -> None:
    """Note that a delivery was cancelled with its order; the caller holds the order's lock."""
    Delivery.objects.filter(pk=delivery.pk, delivered_at=None).update(cancelled_at=now)


def mark_released(delivery: Delivery, *, now: datetime) -> bool:
    """Note that a delivery's money was released; False, if that is known already.

    The caller holds the order's lock.
    """
    open_one = Delivery.objects.filter(pk=delivery.pk, released_at=None, cancelled_at=None)
    return bool(open_one.exclude(delivered_at=None).update(released_at=now))


def receive(delivery: Delivery, *, actor: str, now: datetime) -> bool:
    """Record that a buyer says he has a delivery and is content, once.

    Locks: the caller holds the order's.
    """
    told = OrderEvent.objects.filter(order=delivery.order_id, kind="RECEIVED")
    if told.filter(detail__delivery=delivery.position).exists():
        return False
    record(delivery.order, "RECEIVED", actor=actor, now=now, delivery=delivery.position)
    return True


def resume(delivery: Delivery, *, now: datetime) -> None:
    """Make a delivery whose money was stopped due again: after its protection, or now."""
    fresh = Delivery.objects.get(pk=delivery.pk)
    if fresh.delivered_at and fresh.released_at is None and fresh.cancelled_at is None:
        ends_at = fresh.delivered_at + terms.protection(on=fresh.delivered_at.date())
        due.plan(fresh, max(ends_at, now))


def all_ended(order: Order) -> bool:
    """Whether a paid order's deliveries are all released or cancelled."""
    open_ones = order.deliveries.filter(released_at=None, cancelled_at=None)
    return order.state == State.PAID and not open_ones.exists()


def later(now: datetime) -> datetime:
    """When to look again at an order that stands still."""
    return now + timedelta(hours=6)


@transaction.atomic
def hand_over(handover: Handover, *, actor: str, now: datetime) -> bool:
    """Record that a seller brought his goods to Shenzhen, once.

    Locks: the order row.
    """
    order = lock(handover.delivery.order_id)
    done = Handover.objects.filter(pk=handover.pk, handed_at=None)
    if not done.update(handed_at=now, actor=actor):
        return False
    record(order, "HANDED_OVER", actor=actor, now=now, seller=handover.seller.slug)
    return True


def ask_handovers(deliveries: Iterable[Delivery], *, due_at: datetime) -> None:
    """Tell the sellers of Shenzhen lines what to bring, once per delivery and seller."""
    for delivery in deliveries:
        sellers = set(delivery.lines.values_list("seller_id", flat=True))
        Handover.objects.bulk_create(
            [Handover(delivery=delivery, seller_id=pk, due_at=due_at) for pk in sorted(sellers)],
            ignore_conflicts=True,
        )
