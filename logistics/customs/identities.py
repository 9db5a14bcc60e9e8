"""Asking for a recipient's papers where the way needs them, taking them, waiting for them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.dated import holding
from logistics import expecting, moving
from logistics.models import ConsentText, IdentityConsent, IdentityRule, RecipientIdentity, Shipment
from logistics.states import State
from orders import holds, lifecycle, terms
from orders.models import Hold, Order
from orders.quotes import Part
from storefront.lib import due, kept, locks
from storefront.lib.refusal import Refusal

from . import vault
from .vault import Person

ACTOR = "task:identity"
REASON, OWNER = "RECIPIENT_PAPERS", "buyer"
LATER = timedelta(hours=6)
EVERY = "*"
ON_SHELF = frozenset({State.PLANNED, State.AWAITED, State.STOCKED})


class OnItsWay(Refusal):
    """The papers are with a parcel that left the shelf: customs must be told of its recipient."""

    code = "on_its_way"


class NotAsked(Refusal):
    """Nobody needs these papers: they are not taken, or not any more."""

    code = "not_asked"


@kept.for_a_minute
def _rules(on: date) -> tuple[IdentityRule, ...]:
    rows = IdentityRule.objects.filter(holding(on), is_active=True)
    return tuple(rows.order_by("pk"))


def needed(parts: Iterable[Part], *, on: date) -> IdentityRule | None:
    """The first rule that asks for papers for one of these parcels; None, if no way needs them.

    Money: the value of the goods of each parcel in euros, as its duty was reckoned.
    """
    rules = _rules(on)
    return next((rule for part in parts for rule in rules if _meets(rule, part)), None)


def _meets(rule: IdentityRule, part: Part) -> bool:
    if rule.mode not in (EVERY, part.mode) or rule.lane not in (EVERY, part.lane):
        return False
    if not part.duty_inputs:
        return False
    value = Decimal(part.duty_inputs["value_rub"]) / Decimal(part.duty_inputs["eur_rate"])
    return part.duty_rub > 0 or value > rule.over_eur


@kept.for_a_minute
def texts(on: date) -> tuple[ConsentText, ...]:
    """The texts of consent that hold on a day, the newest of each kind."""
    rows = ConsentText.objects.filter(valid_from__lte=on)
    return tuple(rows.order_by("kind", "-valid_from", "-version").distinct("kind"))


def open_for(
    order: Order, rule: IdentityRule, person: Person | None, *, actor: str, now: datetime
) -> RecipientIdentity:
    """Note with a new order that papers are needed, and keep them, if the buyer gave them.

    He who gives them has agreed to the texts of the day.
    """
    row = RecipientIdentity(order=order, rule=rule.rule, asked_at=now)
    if person is not None:
        _fill(row, person, now=now)
    row.save(force_insert=True)
    if person is not None:
        _agree(row, actor=actor, now=now)
    return row


def _fill(row: RecipientIdentity, person: Person, *, now: datetime) -> None:
    sealed = vault.seal(row.subject, person)
    for name, value in sealed._asdict().items():
        setattr(row, name, value)
    row.given_at = now
    row.due_at = now + _days("identity_retention_days", now)


def _agree(
    row: RecipientIdentity, *, actor: str, now: datetime, is_withdrawn: bool = False
) -> None:
    IdentityConsent.objects.bulk_create(
        IdentityConsent(
            identity=row, text=text, actor=actor, given_at=now, is_withdrawn=is_withdrawn
        )
        for text in texts(now.date())
    )


@kept.for_a_minute
def _term(key: str, on: date) -> int:
    return terms.value(key, on=on)


def _days(key: str, now: datetime) -> timedelta:
    return timedelta(days=_term(key, now.date()))


def begin(order: Order, *, now: datetime) -> bool:
    """When an order is paid, let it wait for papers that are needed and not here; whether it does.

    The hold belongs to the buyer; he is told at once, reminded, and has until the deadline.
    Locks: the caller holds the order.
    """
    row = RecipientIdentity.objects.filter(order=order, sealed=None, erased_at=None).first()
    if row is None:
        return False
    deadline = now + _days("identity_deadline_days", now)
    RecipientIdentity.objects.filter(pk=row.pk).update(
        deadline_at=deadline, due_at=now + _days("identity_reminder_days", now)
    )
    holds.put(order, reason=REASON, owner=OWNER, actor=ACTOR, now=now, note=row.rule)
    _tell(order, "IDENTITY_ASKED", deadline, now=now)
    return True


def _tell(order: Order, kind: str, deadline: datetime, *, now: datetime) -> None:
    lifecycle.record(order, kind, actor=ACTOR, now=now, until=deadline.date().isoformat())


@transaction.atomic
def give(order: Order, person: Person, *, actor: str, now: datetime) -> RecipientIdentity:
    """Keep papers that a buyer gives, once more if he mends them, and let his parcels go on.

    Locks: the order, its papers, its parcels.
    Raises: NotAsked, if no rule asked for them, or they are erased, or the order has ended.
    """
    fresh = lifecycle.lock(order.pk)
    rows = locks.rows(RecipientIdentity.objects.filter(order=fresh, erased_at=None))
    if not rows or fresh.closed_at is not None:
        raise NotAsked(_("These papers are not needed any more."))
    row = rows[0]
    _fill(row, person, now=now)
    fields = [*vault.Sealed._fields, "given_at", "due_at"]
    row.save(update_fields=fields)
    _agree(row, actor=actor, now=now)
    for hold in Hold.objects.filter(order=fresh, reason=REASON, lifted_at=None):
        holds.lift(hold, answer="", actor=actor, now=now)
        lifecycle.record(fresh, "IDENTITY_GIVEN", actor=actor, now=now)
    for parcel in locks.rows(Shipment.objects.filter(order=fresh, wants_papers=True)):
        Shipment.objects.filter(pk=parcel.pk).update(wants_papers=False)
        moving.plan(parcel, now)
    return row


@transaction.atomic
def withdraw(order: Order, *, actor: str, now: datetime) -> None:
    """Take a consent back and erase the papers; parcels still on the shelf wait for others.

    Locks: the order, its papers, its parcels.
    Raises: NotAsked, if none are kept; OnItsWay, between the shelf and the end of a parcel.
    """
    fresh = lifecycle.lock(order.pk)
    rows = locks.rows(RecipientIdentity.objects.filter(order=fresh, sealed__isnull=False))
    if not rows:
        raise NotAsked(_("No papers are kept."))
    parcels = locks.rows(Shipment.objects.filter(order=fresh))
    living = [parcel for parcel in parcels if State(parcel.state) not in State.ends()]
    if any(parcel.state not in ON_SHELF for parcel in living):
        raise OnItsWay(
            _("The parcel is packed: customs must be told of its recipient. Ask again afterwards.")
        )
    _agree(rows[0], actor=actor, now=now, is_withdrawn=True)
    vault.erase(rows[0], now=now)
    if living or fresh.closed_at is None:
        RecipientIdentity.objects.filter(pk=rows[0].pk).update(
            erased_at=None, given_at=None, reminded_at=None, due_at=None
        )
    if living:
        begin(fresh, now=now)
        keys = [parcel.pk for parcel in living]
        Shipment.objects.filter(pk__in=keys).update(wants_papers=True)


def wait(shipment: Shipment, *, now: datetime) -> None:
    """Let a claimed parcel that waits for papers stand, its expected day kept truthful."""
    with moving.claimed(shipment) as row:
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=now + LATER if row.wants_papers else now)


def remind(row: RecipientIdentity, *, now: datetime) -> None:
    """Tell the buyer once more; the deadline is next. `row` is claimed.

    Locks: the order.
    """
    assert row.deadline_at is not None, "only what was asked for has a deadline"
    lifecycle.lock(row.order_id)
    RecipientIdentity.objects.filter(pk=row.pk).update(reminded_at=now)
    _tell(row.order, "IDENTITY_REMINDED", row.deadline_at, now=now)
    due.finish(row, at=row.deadline_at)


@transaction.atomic
def shut(row: RecipientIdentity, *, now: datetime) -> bool:
    """Take no papers any more; False, if they were given in the last moment.

    Locks: the order, the papers.
    """
    lifecycle.lock(row.order_id)
    empty = RecipientIdentity.objects.filter(pk=row.pk, sealed=None)
    empty.filter(erased_at=None).update(erased_at=now)
    return empty.exists()


def close(row: RecipientIdentity, *, now: datetime) -> None:
    """End the waiting of an order that has ended; `row` is claimed.

    Locks: the order.
    """
    lifecycle.lock(row.order_id)
    for hold in Hold.objects.filter(order=row.order_id, reason=REASON, lifted_at=None):
        holds.lift(hold, answer="", actor=ACTOR, now=now)
    kept_until = RecipientIdentity.objects.filter(pk=row.pk).exclude(sealed=None)
    due.finish(row, at=kept_until.values_list("due_at", flat=True).first())


@transaction.atomic
def keep_or_erase(row: RecipientIdentity, *, now: datetime) -> None:
    """Erase papers whose time is over: so long after the last parcel ended. `row` is claimed.

    Locks: the order, the papers.
    """
    order = lifecycle.lock(row.order_id)
    fresh = locks.row(RecipientIdentity.objects.all(), row.pk)
    keeps = _days("identity_retention_days", now)
    ended = _ended_at(order)
    if ended is None:
        due.finish(row, at=now + keeps)
    elif ended + keeps > now:
        due.finish(row, at=ended + keeps)
    else:
        vault.erase(fresh, now=now)
        due.finish(row, at=None)


def _ended_at(order: Order) -> datetime | None:
    """When the last parcel of an order ended, or the order that has none; None, before that."""
    parcels = Shipment.objects.filter(order=order)
    if parcels.exclude(state__in=State.ends()).exists():
        return None
    last = parcels.aggregate(last=Max("ended_at"))["last"]
    return last or order.closed_at
