"""Boxes of several parcels: put together when one is planned, watched, parted when they must be.

The parcels keep their orders, their money and their own numbers; from the bag on they go as one.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from moneyed import Money

from orders import holds, terms
from orders.models import Order
from orders.quotes import Body
from storefront.lib import due, kept, locks
from storefront.lib.refusal import Refusal

from . import joining, moving, network, runs, slack
from .customs import limits, papers, tariff
from .joining import Candidate, Terms, Verdict
from .models import Box, ServicePrice, Shipment, ShipmentEvent, ShipmentItem, Stage
from .moving import Fact
from .states import Code, State

S = State
ACTOR = "task:boxes"
BEFORE_BAG = frozenset({S.PLANNED, S.AWAITED, S.STOCKED, S.PICKED, S.PACKED, S.DECLARED, S.CLEARED})
DECLARED = frozenset({S.DECLARED, S.CLEARED})
LATER = timedelta(hours=6)
MOST = 10  # parcels of one recipient that are looked at together
GONE, LATE, ASKED = "GONE", "LATE", "ASKED"
Items = dict[int, list[ShipmentItem]]


def propose(shipment: Shipment, *, now: datetime) -> Box | None:
    """Look for parcels of the same recipient to go with; one query, where there are none.

    Locks: the orders, then the parcels, each in key order.
    """
    keys = set(_company(shipment).values_list("pk", flat=True)[:MOST])
    if not keys:
        return None
    with transaction.atomic():
        keys.add(shipment.pk)
        locks.rows(
            Order.objects.filter(pk__in=Shipment.objects.filter(pk__in=keys).values("order"))
        )
        locks.rows(Shipment.objects.filter(pk__in=keys))
        rows = _known(Shipment.objects.filter(pk__in=keys, state__in=BEFORE_BAG))
        mine = next((row for row in rows if row.pk == shipment.pk), None)
        if mine is None or mine.box_id is not None:
            return None
        return _join(mine, [row for row in rows if row.pk != mine.pk], now=now)


def with_company(shipments: Collection[Shipment]) -> set[int]:
    """Those of some parcels for which `propose` would find others; one query."""
    to_same = Shipment.objects.filter(
        state__in=BEFORE_BAG,
        order__phone=OuterRef("order__phone"),
        order__city=OuterRef("order__city"),
    ).exclude(pk=OuterRef("pk"))
    rows = Shipment.objects.filter(Exists(to_same), pk__in=[one.pk for one in shipments])
    return set(rows.values_list("pk", flat=True))


def _company(shipment: Shipment) -> QuerySet[Shipment]:
    """Other parcels to the same person at the same door that are not in a bag yet.

    None, once it was parted from them; nor those that were parted before.
    """
    order = shipment.order
    parted = ShipmentEvent.objects.filter(code=Code.HUB_PARTED)
    rows = Shipment.objects.filter(
        ~Exists(parted.filter(shipment=shipment.pk)),
        ~Exists(parted.filter(shipment=OuterRef("pk"))),
        state__in=BEFORE_BAG,
        order__phone=order.phone,
        order__recipient__iexact=order.recipient.strip(),
        order__city=order.city_id,
        order__postcode=order.postcode,
        order__street__iexact=order.street.strip(),
    )
    return rows.exclude(pk=shipment.pk).order_by("pk")


def _known(rows: QuerySet[Shipment]) -> list[Shipment]:
    known = rows.select_related("order__city", "order__quote", "delivery", "lane")
    return list(known.prefetch_related("legs").order_by("pk"))


def _join(mine: Shipment, others: Sequence[Shipment], *, now: datetime) -> Box | None:
    """Put a parcel into a box that is open, or make one with whoever fits, the oldest first."""
    items = _items([mine.pk, *(row.pk for row in others)])
    group, open_box, verdict = [mine], None, None
    for unit in _units(others):
        box_id = unit[0].box_id
        if box_id is not None and (open_box is not None or len(group) > 1):
            continue
        tried = judge([*group, *unit], items, now=now)
        if tried is not None and tried.joins:
            group, verdict, open_box = [*group, *unit], tried, box_id or open_box
    if verdict is None:
        return None
    return _write(sorted(group, key=lambda row: row.pk), verdict, open_box, now=now)


def _units(rows: Sequence[Shipment]) -> list[list[Shipment]]:
    """Parcels alone, and those of a box together; boxes first."""
    boxed: dict[int, list[Shipment]] = {}
    for row in rows:
        if row.box_id is not None:
            boxed.setdefault(row.box_id, []).append(row)
    return [*boxed.values(), *([row] for row in rows if row.box_id is None)]


def _items(keys: Iterable[int]) -> Items:
    found: Items = {}
    rows = ShipmentItem.objects.filter(shipment__in=list(keys)).select_related(
        "line__offer__variant", "line__reservation__stock"
    )
    for item in rows.order_by("pk"):
        found.setdefault(item.shipment_id, []).append(item)
    return found


def judge(group: Sequence[Shipment], items: Items, *, now: datetime) -> Verdict | None:
    """What the rule says of parcels together; None, where one has no plan to be judged by."""
    candidates = [found for row in group if (found := _candidate(row, items[row.pk], now=now))]
    if len(candidates) < len(group):
        return None
    goods = [(i.line.offer.variant, i.quantity) for row in group for i in items[row.pk]]
    given = Terms(
        rule=tariff.rule_for(now.date()),
        heaviest_g=terms.value("parcel_heaviest_g", on=now.date()),
        cost=lambda grams: cost(group[0], grams, now=now),
        is_for_own_use=_passes(goods, group[0].lane.mode, now=now),
    )
    return joining.judge(candidates, given)


def _passes(goods: limits.Pieces, mode: str, *, now: datetime) -> bool:
    try:
        limits.check_declared(goods, mode=mode, on=now.date())
    except Refusal:
        return False
    return True


def _candidate(row: Shipment, items: Sequence[ShipmentItem], *, now: datetime) -> Candidate | None:
    main = runs.main_of(row.lane_id)
    leg = next((leg for leg in row.legs.all() if leg.service_id == main), None)
    if leg is None:
        return None
    lane = row.lane
    regimes = {item.line.reservation.stock.regime for item in items}
    return Candidate(
        key=row.pk,
        way=(main, lane.export_customs_id, lane.import_customs_id, lane.terminal_id),
        regime="|".join(sorted(regimes)),
        sellers=frozenset(item.line.seller_id for item in items),
        weight_g=row.weight_g or row.planned_weight_g,
        value_rub=sum((i.line.price_rub.amount * i.quantity for i in items), Decimal(0)),
        duty_rub=row.delivery.duty.amount,
        eur_rate=Body.from_json(row.order.quote.body).eur_rate,
        leaves_at=leg.planned_departs_at,
        leave_by=slack.leave_by(row, now=now),
        wants_papers=row.wants_papers,
        is_declared=row.state in DECLARED,
    )


def cost(shipment: Shipment, grams: int, *, now: datetime) -> Decimal:
    """What carriers ask for so many grams from the main departure to the door.

    Money: rubles; of each service the step of its weight, of the last mile its price.
    """
    links = runs.route_of(shipment.lane_id).links
    first = next(place for place, link in enumerate(links) if link.is_main)
    known, hundreds = _prices(), Decimal(-(-grams // 100))
    total = Decimal(0)
    for link in links[first:]:
        steps = known.get(link.service_id or 0, ())
        step = next((one for one in steps if one[0] is None or grams <= one[0]), None)
        if step is not None:
            total += step[1] + hundreds * step[2]
    terminal, city = shipment.lane.terminal_id, shipment.order.city_id
    to_point = bool(shipment.order.point)
    stretch = network.current().stretch(terminal, city, on=now.date(), to_point=to_point)
    return total + (stretch.base + hundreds * stretch.per_100g if stretch else Decimal(0))


@kept.for_a_minute
def _prices() -> dict[int, list[tuple[int | None, Decimal, Decimal]]]:
    found: dict[int, list[tuple[int | None, Decimal, Decimal]]] = {}
    for row in ServicePrice.objects.order_by("service", "up_to_g"):
        step = (row.up_to_g, row.base.amount, row.per_100g.amount)
        found.setdefault(row.service_id, []).append(step)
    return found


def _write(
    group: Sequence[Shipment], verdict: Verdict, box_id: int | None, *, now: datetime
) -> Box:
    """Keep what was put together and why; every parcel hears of it.

    Locks: the caller holds the orders and the parcels.
    """
    known = {
        "saved": Money(verdict.saved, "RUB"),
        "declarant_name": _declarant(group),
        "wait_until": _wait_until(group[0], verdict.leaves_at),
        "facts": {
            "value_eur": str(verdict.value_eur),
            "weight_g": verdict.weight_g,
            "leaves_at": verdict.leaves_at.isoformat(),
            "parcels": [row.number for row in group],
            "orders": sorted({row.order.number for row in group}),
            "by_platform": verdict.by_platform,
        },
        "due_at": _wait_until(group[0], verdict.leaves_at),
    }
    if box_id is None:
        box = Box.objects.create(lead=group[0], made_at=now, **known)
    else:
        box = locks.row(Box.objects.all(), box_id)
        Box.objects.filter(pk=box.pk).update(**known)
    _follow(box, next(row for row in group if row.pk == box.lead_id), group)
    fact = Fact(Code.HUB_JOINED, now, "centre", f"box:{box.pk}")
    for row in group:
        moving.note(row, fact, actor=ACTOR)
    return box


def _follow(box: Box, lead: Shipment, group: Sequence[Shipment]) -> None:
    keys = [row.pk for row in group if row.pk != lead.pk]
    Shipment.objects.filter(pk=lead.pk).update(box=box, follows=None)
    Shipment.objects.filter(pk__in=keys).update(box=box, follows=lead)


def _declarant(group: Sequence[Shipment]) -> str:
    lines = [item.line for row in group for item in row.items.select_related("line__seller")]
    return papers.declarant(lines).name[:100]


def _wait_until(row: Shipment, leaves_at: datetime) -> datetime:
    """The last instant at which all must be released so that hands can bag them in time."""
    links = runs.route_of(row.lane_id).links
    main = next(link for link in links if link.is_main)
    stage = Stage.objects.filter(state=S.CLEARED).first()
    bagging = timedelta(minutes=stage.minutes_p90 if stage else 0)
    return leaves_at - main.on(leaves_at.date()).cutoff - bagging


def drive(box: Box, *, now: datetime) -> None:
    """Look after a claimed box: whole, it is let go on; who ended, left or is late is parted.

    Locks: the orders, the parcels, each in key order.
    Raises: Zombie.
    """
    with transaction.atomic():
        rows = _lock(box)
        if box.state != Box.State.OPEN or any(
            row.state not in BEFORE_BAG for row in rows if _lives(row)
        ):
            due.finish(box, at=None)
            return
        gone = [row for row in rows if not _lives(row) or _is_elsewhere(row, rows)]
        staying = [row for row in rows if row not in gone]
        late = [row for row in staying if not _is_ready(row)] if now >= box.wait_until else []
        if gone or late:
            _part(box, rows, gone + late, why=GONE if gone else LATE, now=now)
            staying = [row for row in staying if row not in late]
        if all(row.state == S.CLEARED for row in staying):
            _wake(staying, now=now)
        due.finish(box, at=max(now + LATER, box.wait_until) if len(staying) > 1 else None)


def _lock(box: Box) -> list[Shipment]:
    """Locks: the orders, then the parcels of a box."""
    mine = Shipment.objects.filter(box=box)
    locks.rows(Order.objects.filter(pk__in=mine.values("order")))
    locks.rows(mine)
    return list(mine.select_related("lane").order_by("pk"))


def _lives(row: Shipment) -> bool:
    return row.state not in State.ends()


def _is_ready(row: Shipment) -> bool:
    return row.state == S.CLEARED and not holds.is_on(row.order_id)


def _is_elsewhere(row: Shipment, rows: Sequence[Shipment]) -> bool:
    """Whether a closure has given a parcel another way than the first that lives has."""
    first = next(one for one in rows if _lives(one))
    return _way(row) != _way(first)


def _way(row: Shipment) -> tuple[object, ...]:
    lane = row.lane
    ends = lane.export_customs_id, lane.import_customs_id, lane.terminal_id
    return (runs.main_of(row.lane_id), *ends)


def _part(
    box: Box, rows: Sequence[Shipment], leaving: Sequence[Shipment], *, why: str, now: datetime
) -> None:
    """Let parcels go on alone; of one that is left there is no box any more.

    Locks: the caller holds the orders and the parcels.
    """
    staying = [row for row in rows if row not in leaving]
    if len(staying) < 2:
        staying, leaving = [], list(rows)
        Box.objects.filter(pk=box.pk).update(
            state=Box.State.PARTED, parted_at=now, reason=why, due_at=None
        )
    else:
        lead = next((row for row in staying if row.pk == box.lead_id), staying[0])
        Box.objects.filter(pk=box.pk).update(lead=lead)
        _follow(box, lead, staying)
    keys = [row.pk for row in leaving]
    Shipment.objects.filter(pk__in=keys).update(box=None, follows=None)
    fact = Fact(Code.HUB_PARTED, now, "centre", f"parted:{box.pk}", detail={"why": why})
    for row in leaving:
        row.box_id = row.follows_id = None
        if _lives(row):
            moving.note(row, fact, actor=ACTOR)
    _wake([row for row in leaving if row.state == S.CLEARED], now=now)


def _wake(rows: Sequence[Shipment], *, now: datetime) -> None:
    """Let hands look at released parcels again; those that ride along rest."""
    for row in rows:
        if row.follows_id is None:
            moving.plan(row, now)


@transaction.atomic
def part(box: Box, *, text: str, actor: str, now: datetime) -> None:
    """A person parts a box that is not in its bag yet; every parcel goes on alone.

    Locks: the orders, the parcels.
    Raises: Closed, if it goes as one already, or was parted.
    """
    rows = _lock(box)
    row = locks.row(Box.objects.all(), box.pk)
    if row.state != Box.State.OPEN:
        raise Closed()
    _part(row, rows, rows, why=f"{ASKED}: {text} ({actor})"[:200], now=now)


class Closed(Refusal):
    """The box goes as one already, or was parted."""

    code = "box_closed"
