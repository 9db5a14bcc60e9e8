"""Parcels with their last carriers: handed over, asked about together, missed when silent."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from orders import holds
from orders.models import City
from storefront.lib import clock, due, http, kept, locks

from . import (
    circuits,
    consolidation,
    expecting,
    incidents,
    moving,
    network,
    tracking,
    vocabulary,
)
from .carriers import Event, Handed, Parcel, lastmile
from .models import Courier, Incident, Patience, Shipment
from .moving import Fact
from .states import MISHAPS, State

ACTOR = "task:couriers"
LATER = timedelta(hours=6)
MAKING = timedelta(minutes=5)  # how soon to ask again for an order the carrier still makes
SETTLING = timedelta(minutes=2)  # wall; much longer than a call may take to be carried out
HANDED, ANY = "HANDED", "*"
ABOUT_IT = frozenset({400, 422})  # refusals of the parcel itself, not of us or of the moment


def hand_over(shipment: Shipment, *, now: datetime) -> None:
    """Give a cleared parcel that has reached its terminal to the last carrier; then miss it.

    Raises: the errors of lib.http; Zombie.
    """
    if shipment.track:
        check(shipment, now=now)
        return
    departure = shipment.departure
    if departure is None or departure.arrived_at is None:
        due.finish(shipment, at=now + LATER)
        return
    parcel = parcel_of(shipment, departure.arrived_at)
    if parcel is None:
        _nobody_brings_it(shipment, now=now)
        return
    with locks.alone("hand_over", shipment.pk) as is_mine:
        if not is_mine:
            due.retry(shipment, "another worker is handing it over")
            return
        try:
            with circuits.through(parcel.carrier):
                track = lastmile.drawer(parcel.carrier).hand_over(
                    parcel, partial(_pushing, shipment)
                )
        except http.Refused as refused:
            if refused.status not in ABOUT_IT:
                raise
            _refused(shipment, str(refused), now=now)
        else:
            _handed_over(shipment, parcel.carrier, track, now=now)


@contextmanager
def _pushing(shipment: Shipment) -> Iterator[None]:
    """Write down that an order is made before it is made; one that never was is struck out.

    Raises: Zombie; Unknown, while an order whose answer was lost may still appear.
    """
    wall = clock.wall()
    mine = Shipment.objects.filter(pk=shipment.pk, attempt=shipment.attempt)
    settled = Q(pushed_at=None) | Q(pushed_at__lt=wall - SETTLING)
    if not mine.filter(settled).update(pushed_at=wall):
        if mine.exists():
            raise http.Unknown("an order whose answer was lost may still appear")
        raise due.Zombie(f"parcel {shipment.pk} was taken over")
    try:
        yield
    except (http.Unreachable, http.Refused):
        mine.update(pushed_at=None)
        raise


def _handed_over(shipment: Shipment, carrier: str, track: str, *, now: datetime) -> None:
    if not track:
        due.finish(shipment, at=now + MAKING)
        return
    with moving.claimed(shipment) as row:
        Shipment.objects.filter(pk=row.pk).update(
            track=track, carrier=carrier, place=row.lane.terminal_id
        )
        due.finish(shipment, at=now + patience(HANDED, on=now.date()))
    expect(carrier, now=now)


def _refused(shipment: Shipment, cause: str, *, now: datetime) -> None:
    """The carrier will not take it as it is, an address it does not know: a person looks at it."""
    with moving.claimed(shipment) as row:
        incidents.open(row, Incident.Kind.UNDELIVERABLE, cause=cause, actor=ACTOR, now=now)
        expecting.update(row, now=now, actor=ACTOR)
        due.finish(shipment, at=now + LATER)


def _nobody_brings_it(shipment: Shipment, *, now: datetime) -> None:
    with moving.claimed(shipment) as row:
        holds.put(
            row.order,
            reason="NO_LAST_MILE",
            owner="operator",
            actor=ACTOR,
            now=now,
            note=row.number,
        )
        due.finish(shipment, at=now + LATER)


def parcel_of(shipment: Shipment, arrived_at: datetime) -> Parcel | None:
    """What the last carrier is told: the same each time, for it stands in the database."""
    order, terminal = shipment.order, shipment.lane.terminal
    city = order.city
    stretch = network.current().stretch(
        terminal.pk, city.pk, on=shipment.planned_at.date(), to_point=bool(order.point)
    )
    if stretch is None:
        return None
    home, index = offices().get(terminal.code, ("", ""))
    return Parcel(
        carrier=stretch.carrier,
        reference=shipment.number,
        handed_at=max(arrived_at, shipment.state_at),
        origin=terminal.code,
        origin_city=home,
        origin_postcode=index,
        city=city.title_ru,
        region=city.region_ru,
        postcode=order.postcode,
        street=order.street,
        point=order.point,
        timezone=city.timezone,
        recipient=order.recipient,
        phone=order.phone,
        weight_g=sum(
            row.weight_g or row.planned_weight_g for row in consolidation.inside(shipment)
        ),
        planned_days=max(1, round(stretch.p50 / timedelta(days=1))),
    )


@kept.for_a_minute
def offices() -> dict[str, tuple[str, str]]:
    """The Russian name of each city and the index of its main post office."""
    rows = City.objects.values_list("slug", "title_ru", "postcodes")
    return {slug: (title, codes[0].ljust(6, "0")) for slug, title, codes in rows if codes}


def expect(carrier: str, *, now: datetime) -> None:
    """See that a carrier is asked about the parcels it has; it may be asked already."""
    courier, _is_new = Courier.objects.get_or_create(
        code=carrier,
        defaults={
            "look_minutes": 180,
            "ticket_minutes": 0,
            "most": 500,
            "source": "design of the house: a carrier that speaks our JSON",
        },
    )
    if courier.due_at is None:
        at = now + timedelta(minutes=courier.look_minutes)
        Courier.objects.filter(pk=courier.pk, due_at=None).update(due_at=at, hinted_at=None)


def ask(courier: Courier, *, now: datetime) -> None:
    """Take a claimed carrier one step on: ask for its open parcels, or fetch the answer.

    Raises: the errors of lib.http; Zombie.
    """
    rows = list(open_parcels(courier))
    if not rows:
        _rest(courier, rows, now=now)
        return
    drawer = lastmile.drawer(courier.code)
    handed = [Handed(row.number, row.track) for row in rows]
    ticket = courier.ticket or drawer.ask(handed)
    if ticket != courier.ticket:
        with transaction.atomic():
            Courier.objects.filter(pk=courier.pk, attempt=courier.attempt).update(ticket=ticket)
            due.finish(courier, at=now + timedelta(minutes=courier.ticket_minutes))
        return
    heard = _fetched(courier, drawer, handed)
    if heard is None:
        due.finish(courier, at=now + timedelta(minutes=courier.ticket_minutes))
        return
    listen(rows, heard, now=now)
    _rest(courier, rows, now=now)


def open_parcels(courier: Courier) -> QuerySet[Shipment]:
    """The next page of the parcels a carrier has, with all that is needed to judge them."""
    own = Shipment.objects.filter(carrier=courier.code, ended_at=None, follows=None)
    mine = own.exclude(track="")
    related = ("departure__service", "lane", "order__city", "delivery")
    page = mine.filter(pk__gt=courier.asked_from).order_by("pk").select_related(*related)
    return page[: courier.most]


def _fetched(
    courier: Courier, drawer: lastmile.Drawer, handed: Sequence[Handed]
) -> lastmile.Heard | None:
    """A ticket that is refused is thrown away; the next step takes another one."""
    try:
        return drawer.fetch(courier.ticket, handed)
    except http.Refused:
        Courier.objects.filter(pk=courier.pk, attempt=courier.attempt).update(ticket="")
        raise


def _rest(courier: Courier, rows: Sequence[Shipment], *, now: datetime) -> None:
    """Go on with the next page at once, else after a while; never, when nothing is open."""
    is_full = len(rows) == courier.most
    is_idle = not rows and not courier.asked_from
    look = now if is_full or not rows else now + timedelta(minutes=courier.look_minutes)
    with transaction.atomic():
        Courier.objects.filter(pk=courier.pk, attempt=courier.attempt).update(
            ticket="", asked_from=rows[-1].pk if is_full else 0
        )
        due.finish(courier, at=None if is_idle else look)


def listen(
    rows: Sequence[Shipment], heard: Mapping[str, Sequence[Event]], *, now: datetime
) -> None:
    """Keep what was told of parcels; only those with news, or that fall behind, are locked.

    Locks: the order and the parcel of each, one at a time.
    """
    told = {
        row.pk: [vocabulary.fact_of(event, source=row.carrier) for event in heard[row.number]]
        for row in rows
        if row.number in heard
    }
    fresh = tracking.news_of(told)
    for row in rows:
        if row.pk in fresh or expecting.has_moved(row, now=now):
            with moving.locked(row) as locked:
                locked.lane, locked.order = row.lane, row.order  # what never changes is read once
                hear(locked, fresh.get(row.pk, []), now=now)


def hear(row: Shipment, facts: Sequence[Fact], *, now: datetime) -> None:
    """Keep facts about a parcel, and set when it will be missed if nothing more is heard.

    Locks: the caller holds the order and the parcel.
    """
    tracking.apply(row, facts, actor=ACTOR)
    expecting.update(row, now=now, actor=ACTOR)
    if not facts:
        return
    if row.state in MISHAPS:
        moving.plan(row, now)
    else:
        due.plan(row, missed_at(row, facts))


def missed_at(row: Shipment, facts: Sequence[Fact]) -> datetime | None:
    """When a parcel counts as silent after the latest of these facts; never, at its end."""
    if row.state in State.ends():
        return None
    last = max(facts, key=lambda fact: fact.at)
    return last.at + patience(last.code, on=last.at.date())


@kept.for_a_minute
def _patience(on: date) -> dict[str, timedelta]:
    rows = Patience.objects.filter(valid_from__lte=on).order_by("code", "-valid_from")
    return {
        row.code: timedelta(hours=row.silent_hours)
        for row in rows.distinct("code")
        if row.valid_until is None or on < row.valid_until
    }


def patience(code: str, *, on: date) -> timedelta:
    """How long a parcel may be silent after an event."""
    known = _patience(on)
    return known.get(code) or known.get(ANY, timedelta(days=7))


def check(shipment: Shipment, *, now: datetime) -> None:
    """Ask the carrier about a claimed parcel that is silent; if he knows nothing new, a person.

    Raises: the errors of lib.http; Zombie.
    """
    parcel = Handed(shipment.number, shipment.track)
    with circuits.through(shipment.carrier):
        events = lastmile.drawer(shipment.carrier).track(parcel)
    facts = [vocabulary.fact_of(event, source=shipment.carrier) for event in events]
    fresh = tracking.news([shipment.pk], facts).get(shipment.pk, [])
    with moving.claimed(shipment) as row:
        tracking.apply(row, fresh, actor=ACTOR)
        expecting.update(row, now=now, actor=ACTOR)
        if fresh and row.state not in MISHAPS:
            due.finish(shipment, at=missed_at(row, fresh))
        elif fresh:
            due.finish(shipment, at=now)
        else:
            cause = shipment.track
            incidents.open(row, Incident.Kind.SILENT, cause=cause, actor=ACTOR, now=now)
            due.finish(shipment, at=None)
