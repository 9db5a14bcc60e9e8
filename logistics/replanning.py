"""Parcels that a closure stops get a new way or a person, and their buyers hear of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from catalog import restrictions
from orders import holds, lifecycle
from orders.models import Order, OrderEvent
from storefront.lib import due, kept, locks

from . import closures, forecasting, moving, network, routing, timetable, usual, windows
from .models import Closure, Leg, Replanned, Shipment, ShipmentEvent, ShipmentItem
from .network import LastStretch, Link, Network, Route
from .states import Code, State
from .timetable import Run

S = State
Outcome = Replanned.Outcome
ACTOR = "task:closures"
BATCH = 50
AGAIN = timedelta(hours=1)  # processes that had not heard of the closure may have planned into it
FARTHEST = timedelta(days=45)
FREE = frozenset({S.PLANNED, S.AWAITED, S.STOCKED, S.PICKED, S.PACKED})  # not declared yet
ABROAD = frozenset({S.LOADED, S.DEPARTED, S.AT_BORDER, S.IMPORT_CLEARED})
MODES = ("air", "rail", "road", "river")


@dataclass(frozen=True)
class Stopped:
    """A parcel with what must be known to plan it anew."""

    shipment: Shipment
    legs: tuple[Leg, ...]
    modes_forbidden: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """What becomes of a parcel; without a route a person decides."""

    stopped: Stopped
    outcome: str
    route: Route | None = None
    runs: tuple[Run, ...] = ()
    expected_on: date | None = None
    until_on: date | None = None

    @property
    def is_late(self) -> bool:
        promised = self.stopped.shipment.delivery.promised_until_on
        return self.expected_on is not None and self.expected_on > promised

    @property
    def is_news(self) -> bool:
        """Whether its buyer sees anything of it."""
        row = self.stopped.shipment
        is_moved = self.route is None or self.route.id != row.lane_id
        return is_moved or self.expected_on != row.expected_on


def drive(closure: Closure, *, now: datetime) -> None:
    """Look at the next parcels that a claimed closure stops.

    Locks: the orders, then the parcels, each in key order.
    Raises: Zombie.
    """
    kept.forget()  # this process may not have heard of the closure
    if not windows.are_drawn(now=now):
        forecasting.draw(now=now)
    closures.cancel_departures(closure, now=now)
    with transaction.atomic():
        keys = list(closures.stopped(closure, now=now).values_list("pk", flat=True)[:BATCH])
        if keys:
            _write(closure, [_plan(one, now=now) for one in _stopped(keys, now=now)], now=now)
        again = now if keys else closure.entered_at + AGAIN
        is_done = not keys and now >= again
        Closure.objects.filter(pk=closure.pk).update(is_done=is_done)
        due.finish(closure, at=None if is_done else again)


def _stopped(keys: Sequence[int], *, now: datetime) -> Iterator[Stopped]:
    mine = Shipment.objects.filter(pk__in=keys)
    locks.rows(Order.objects.filter(pk__in=mine.values("order")))
    locks.rows(mine)
    barred = _barred(keys, now.date())
    rows = mine.select_related("order__city", "delivery", "lane", "departure").order_by("pk")
    for row in rows.prefetch_related("legs"):
        legs = sorted(row.legs.all(), key=lambda leg: leg.position)
        yield Stopped(row, tuple(legs), frozenset(barred[row.pk]))


def _barred(keys: Sequence[int], on: date) -> dict[int, set[str]]:
    """The modes that the goods in each parcel may not take."""
    rules = restrictions.rules(on)
    found: dict[int, set[str]] = defaultdict(set)
    items = ShipmentItem.objects.filter(shipment__in=keys)
    for item in items.select_related("line__offer__variant"):
        variant = item.line.offer.variant
        found[item.shipment_id].update(
            mode for mode in MODES if restrictions.forbidden(variant, mode=mode, on=on, rules=rules)
        )
    return found


def _plan(stopped: Stopped, *, now: datetime) -> Plan:
    """The cheapest way that keeps the promise, else the soonest; its own, if it is as good."""
    row = stopped.shipment
    known = network.current()
    own = next((route for route in known.routes if route.id == row.lane_id), None)
    routes = [own] if own else []
    if row.state in FREE:
        routes += [route for route in known.routes if _may_take(route, stopped, now.date())]
    found = [plan for route in routes if (plan := _along(known, route, stopped, now=now))]
    promised = row.delivery.promised_until_on
    in_time = [plan for plan in found if plan.until_on and plan.until_on <= promised]
    if in_time:
        return min(in_time, key=lambda plan: (_cost(known, plan), plan.until_on))
    soonest = min(found, key=lambda plan: plan.runs[-1].arrives_at, default=None)
    return soonest or Plan(stopped, Outcome.PERSON)


def _may_take(route: Route, stopped: Stopped, on: date) -> bool:
    row = stopped.shipment
    is_other = route.origin == row.delivery.origin and route.id != row.lane_id
    return is_other and route.runs_on(on) and not route.modes & stopped.modes_forbidden


def _cost(known: Network, plan: Plan) -> object:
    row, route = plan.stopped.shipment, plan.route
    assert route is not None
    stretch = _last_of(known, route, row)
    assert stretch is not None
    return routing.freight(route, stretch, routing.Parcel(row.planned_weight_g, 0))


def _last_of(known: Network, route: Route, row: Shipment) -> LastStretch | None:
    """The last mile of a parcel, if it went along a lane."""
    on, to_point = row.planned_at.date(), bool(row.order.point)
    return known.stretch(route.terminal_id, row.order.city_id, on=on, to_point=to_point)


def _along(known: Network, route: Route, stopped: Stopped, *, now: datetime) -> Plan | None:
    """Go on along a lane from where the parcel is; None, if that leads nowhere soon."""
    row, city = stopped.shipment, stopped.shipment.order.city
    on, to_point = row.planned_at.date(), bool(row.order.point)
    stretch = usual.stretch(route.terminal_id, city, on=on, to_point=to_point)
    if stretch is None:
        return None
    ready, rest = _rest(route, stopped, now=now)
    links = [*usual.paced(rest), routing.door(stretch, city)]
    early, late = (
        timetable.travel(links, ready, known.calendars, late=is_late, weight_g=row.planned_weight_g)
        for is_late in (False, True)
    )
    if not early or not late or early[-1].arrives_at > now + FARTHEST:
        return None
    outcome = Outcome.ANOTHER if route.id != row.lane_id else Outcome.LATER
    return Plan(
        stopped,
        Outcome.WAITS if row.state in ABROAD else outcome,
        route,
        tuple(early),
        routing.day(early[-1], city),
        routing.day(late[-1], city),
    )


def _rest(route: Route, stopped: Stopped, *, now: datetime) -> tuple[datetime, Sequence[Link]]:
    """From when on a parcel goes on, and which links of a lane are before it."""
    state, links = State(stopped.shipment.state), route.links
    codes = {link.service_id: number for number, link in enumerate(links) if link.service_id}
    gone = [leg for leg in stopped.legs if leg.departed_at and leg.service_id in codes]
    if gone:
        last = gone[-1]
        [link] = usual.paced([links[codes[last.service_id]]])
        assert last.departed_at is not None
        there = last.arrived_at or max(now, last.departed_at + link.p50)
        after = codes[last.service_id] + 1
        if state in ABROAD or after > _export(links):
            return max(now, there), links[after:]
        return max(now, there), links[after if state == S.AWAITED else _export(links) :]
    if moving.RANK[state] < moving.RANK[S.PICKED]:
        return now, links
    is_cleared = moving.RANK[state] >= moving.RANK[S.CLEARED]
    return now, links[_export(links) + (1 if is_cleared else 0) :]


def _export(links: Sequence[Link]) -> int:
    """Where export customs stand in a lane; they are the first customs on it."""
    return next(number for number, link in enumerate(links) if link.is_customs)


def _write(closure: Closure, plans: list[Plan], *, now: datetime) -> None:
    """Keep new ways and why; a fixed number of statements, and one or two for each buyer told."""
    _note(closure, plans, now=now)
    _move_legs([plan for plan in plans if plan.route])
    for plan in plans:
        if plan.route:
            plan.stopped.shipment.lane_id = plan.route.id
            plan.stopped.shipment.expected_on = plan.expected_on
    Shipment.objects.bulk_update([p.stopped.shipment for p in plans], ["lane", "expected_on"])
    for plan in plans:
        if plan.route is None:
            _ask_person(closure, plan.stopped.shipment, now=now)


def _note(closure: Closure, plans: list[Plan], *, now: datetime) -> None:
    """The facts, told before anything is changed: they compare with what was planned."""
    Replanned.objects.bulk_create(
        Replanned(
            closure=closure,
            shipment=plan.stopped.shipment,
            outcome=plan.outcome,
            lane_before=plan.stopped.shipment.lane.code,
            lane_after=plan.route.code if plan.route else "",
            expected_before=plan.stopped.shipment.expected_on,
            expected_on=plan.expected_on,
        )
        for plan in plans
    )
    told = [plan for plan in plans if plan.is_news]
    ShipmentEvent.objects.bulk_create(
        ShipmentEvent(
            shipment=plan.stopped.shipment,
            code=Code.REROUTED,
            source="network",
            source_key=f"closure:{closure.pk}",
            actor=ACTOR,
            happened_at=now,
            detail={"outcome": str(plan.outcome), "lane": plan.route.code if plan.route else ""},
        )
        for plan in told
    )
    known = _known_late(told)
    for plan in told:
        _tell(closure, plan, is_known=plan.stopped.shipment.number in known, now=now)


def _known_late(plans: list[Plan]) -> set[str]:
    """Parcels whose buyers know already that they are late."""
    rows = OrderEvent.objects.filter(
        kind="DELAYED", order__in=[plan.stopped.shipment.order_id for plan in plans]
    )
    return {str(detail.get("parcel")) for detail in rows.values_list("detail", flat=True)}


def _tell(closure: Closure, plan: Plan, *, is_known: bool, now: datetime) -> None:
    row = plan.stopped.shipment
    lifecycle.record(
        row.order,
        "DELAYED" if plan.is_late and not is_known else "REROUTED",
        actor=ACTOR,
        now=now,
        parcel=row.number,
        closure=closure.kind,
        lane=plan.route.code if plan.route else "",
        expected_on=plan.expected_on.isoformat() if plan.expected_on else "",
        until_on=plan.until_on.isoformat() if plan.until_on else "",
        promised_until_on=row.delivery.promised_until_on.isoformat(),
    )


def _move_legs(plans: list[Plan]) -> None:
    """Legs that are over stay; what is ahead is written anew; two statements."""
    dropped: list[int] = []
    made: list[Leg] = []
    for plan in plans:
        ahead = [run for run in plan.runs if run.service_id is not None]
        assert plan.route is not None
        is_same = plan.route.id == plan.stopped.shipment.lane_id
        anew = {run.service_id for run in ahead}
        kept_legs = [
            leg
            for leg in plan.stopped.legs
            if leg.departed_at or (is_same and leg.service_id not in anew)
        ]
        dropped += [leg.pk for leg in plan.stopped.legs if leg not in kept_legs]
        first = max((leg.position for leg in kept_legs), default=-1) + 1
        made += [
            _leg(plan.stopped.shipment, first + number, run) for number, run in enumerate(ahead)
        ]
    Leg.objects.filter(pk__in=dropped).delete()
    Leg.objects.bulk_create(made)


def _leg(shipment: Shipment, position: int, run: Run) -> Leg:
    assert run.service_id is not None
    return Leg(
        shipment=shipment,
        position=position,
        service_id=run.service_id,
        planned_departs_at=run.departs_at,
        planned_arrives_at=run.arrives_at,
    )


def _ask_person(closure: Closure, row: Shipment, *, now: datetime) -> None:
    note = f"{row.number}: {closure}"
    holds.put(row.order, reason="LANE_CLOSED", owner="operator", actor=ACTOR, now=now, note=note)
