"""The supervisor's board: what waits at each station, how fast it goes, what closes soon."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Sum,
)

from orders import days
from orders.models import Delivery, Hold

from . import centre, floor
from .models import (
    Bin,
    BinStock,
    Departure,
    FloorScan,
    Incident,
    Lane,
    Leg,
    Shipment,
    ShipmentEvent,
)
from .states import Code, State

S = State
HOUR = timedelta(hours=1)
AHEAD = timedelta(hours=24)  # departures that close within a day are on the board
HURRY = timedelta(hours=2)
OLD = timedelta(hours=12)
CLOSINGS = 8
AT_CUSTOMS = (S.PACKED, S.DECLARED)
ON_THE_WAY = (S.AWAITED, S.STOCKED, S.PICKED, S.PACKED, S.DECLARED, S.CLEARED)
IN_HOUSE = (*ON_THE_WAY, S.BAGGED)
ARRIVED = Exists(ShipmentEvent.objects.filter(shipment=OuterRef("pk"), code=Code.HUB_INBOUND))
WAITS = {
    "receive": Q(state=S.AWAITED) & Q(ARRIVED),
    "pick": Q(state=S.STOCKED),
    "pack": Q(state=S.PICKED, packed_at=None),
    "weigh": Q(state=S.PICKED, packed_at__isnull=False),
    "bag": Q(state=S.CLEARED),
    "load": Q(state=S.BAGGED),
}
ORDER = ("receive", "put-away", "pick", "pack", "weigh", "bag", "load")


@dataclass(frozen=True)
class Queue:
    """What waits at a station, since when the oldest does, what the last hour and the day did."""

    step: str
    waiting: int
    since: datetime | None
    old: int
    an_hour: int
    today: int

    @property
    def hours_left(self) -> float | None:
        """How long it takes at the rate of the last hour; None, if nothing was done in it."""
        return round(self.waiting / self.an_hour, 1) if self.an_hour and self.waiting else None


@dataclass(frozen=True)
class Closing:
    """A departure that closes soon: what is aboard, and what it lacks, by where that is now."""

    number: str
    lane: str
    mode: str
    closes_at: datetime
    left: timedelta
    loaded: int
    missing: list[tuple[str, int]]

    @property
    def lacks(self) -> int:
        return sum(count for _where, count in self.missing)

    @property
    def is_urgent(self) -> bool:
        return self.lacks > 0 and self.left < HURRY


@dataclass(frozen=True)
class Board:
    """All of it, as one look shows it; `wrong` are the scans of the last hour that were."""

    queues: list[Queue]
    closings: list[Closing]
    customs: int
    held: int
    differences: int
    scans: int
    wrong: int


def board(*, now: datetime) -> Board:
    """Everything on the board; nine queries, however much waits."""
    counts = _waiting(now)
    scanned = {row["step"]: row for row in _scanned(now)}
    done = _done(scanned, now)
    held = Hold.objects.filter(lifted_at=None, order__shipments__state__in=IN_HOUSE)
    return Board(
        queues=[_queue(step, counts, *done[step]) for step in ORDER],
        closings=_closings(now),
        customs=counts["customs"],
        held=held.values("order").distinct().count(),
        differences=Incident.objects.filter(kind=Incident.Kind.WEIGHT, closed_at=None).count(),
        scans=sum(row["scans"] for row in scanned.values()),
        wrong=sum(row["wrong"] for row in scanned.values()),
    )


def _waiting(now: datetime) -> dict[str, Any]:
    """Counts, oldest and old ones of every station; two queries."""
    asked: dict[str, Any] = {"customs": Count("pk", filter=Q(state__in=AT_CUSTOMS))}
    for step, here in WAITS.items():
        since = "packed_at" if step == "weigh" else "state_at"
        old = Q(**{f"{since}__lt": now - OLD})
        asked[f"{step}:waiting"] = Count("pk", filter=here)
        asked[f"{step}:since"] = Min(since, filter=here)
        asked[f"{step}:old"] = Count("pk", filter=here & old)
    docks = BinStock.objects.filter(bin__kind=Bin.Kind.DOCK, quantity__gt=0)
    before = days.of_china(now - OLD)
    lying = docks.aggregate(
        waiting=Count("stock", distinct=True),
        since=Min("came_on"),
        old=Count("stock", distinct=True, filter=Q(came_on__lt=before)),
    )
    if lying["since"] is not None:
        lying["since"] = datetime.combine(lying["since"], time(), tzinfo=days.CHINA)
    counts = Shipment.objects.filter(state__in=IN_HOUSE).aggregate(**asked)
    return counts | {f"put-away:{name}": value for name, value in lying.items()}


def _scanned(now: datetime) -> Iterable[Any]:
    """What was scanned at each station today and in the last hour."""
    hour = Q(happened_at__gt=now - HOUR)
    since = min(floor.midnight(now), now - HOUR)
    rows = FloorScan.objects.filter(happened_at__gte=since).order_by().values("step")
    return rows.annotate(
        today=Sum("done", filter=Q(happened_at__gte=floor.midnight(now))),
        hour=Sum("done", filter=hour),
        scans=Count("pk", filter=hour),
        wrong=Count("pk", filter=hour & Q(tone="bad")),
    )


def _done(scanned: Mapping[str, Any], now: datetime) -> dict[str, tuple[int, int]]:
    """How many each station did in the last hour and today, by people or by machines.

    Parcels are counted by what happened to them; goods put away and boxes closed, which are no
    events of a parcel, by the scans. Automatic hands close a box and weigh it at once.
    """
    hours, days = Counter[str](), Counter[str]()
    for row in _happened(now):
        for step in _steps(row["code"], is_far=row["is_far"], by_hands=row["by_hands"]):
            hours[step] += row["hour"]
            days[step] += row["today"]
    for step in ("put-away", "pack"):
        told = scanned.get(step, {})
        hours[step] += told.get("hour") or 0
        days[step] += told.get("today") or 0
    return {step: (hours[step], days[step]) for step in ORDER}


def _happened(now: datetime) -> Iterable[Any]:
    """What happened to parcels in the centre today and in the last hour; one query."""
    since = min(floor.midnight(now), now - HOUR)
    rows = ShipmentEvent.objects.filter(source=centre.SOURCE, happened_at__gte=since)
    far, hands = Q(shipment__delivery__origin=Delivery.Origin.SHENZHEN), Q(actor=centre.HANDS)
    return (
        rows.order_by()
        .values(
            "code",
            is_far=ExpressionWrapper(far, BooleanField()),
            by_hands=ExpressionWrapper(hands, BooleanField()),
        )
        .annotate(
            today=Count("pk", filter=Q(happened_at__gte=floor.midnight(now))),
            hour=Count("pk", filter=Q(happened_at__gt=now - HOUR)),
        )
    )


def _steps(code: str, *, is_far: bool, by_hands: bool) -> tuple[str, ...]:
    """The stations that an event tells of."""
    if code == Code.HUB_INBOUND or (code == Code.HUB_PICKED and is_far):
        return ("receive",)
    if code == Code.HUB_PACKED:
        return ("pack", "weigh") if by_hands else ("weigh",)
    told = {Code.HUB_PICKED: "pick", Code.HUB_BAGGED: "bag", Code.HUB_OUTBOUND: "load"}
    return (told[Code(code)],) if code in told else ()


def _queue(step: str, counts: dict[str, Any], an_hour: int, today: int) -> Queue:
    return Queue(
        step,
        counts[f"{step}:waiting"],
        counts[f"{step}:since"],
        counts[f"{step}:old"],
        an_hour,
        today,
    )


Run = tuple[int, datetime]  # a lane and an instant of departure


def _closings(now: datetime) -> list[Closing]:
    """Departures that close within a day, made already or only planned for parcels; three queries.

    A parcel that is in a bag counts where it is booked, one that is not where it is planned.
    """
    missing: dict[Run, Counter[str]] = {}
    closes: dict[Run, datetime] = {}
    loaded: dict[Run, tuple[str, int]] = {}
    for row in _planned(now):
        run = (row["shipment__lane"], row["planned_departs_at"])
        closes[run] = run[1] - timedelta(hours=float(row["service__cutoff_hours"]))
        where = _where(row["shipment__state"], is_packed=row["is_packed"])
        missing.setdefault(run, Counter())[where] += row["parcels"]
    for made in _made(now):
        run = (made.lane_id, made.departs_at)
        closes[run] = made.closes_at
        loaded[run] = (made.number, int(getattr(made, "loaded", 0)))
        missing.setdefault(run, Counter())["load"] += int(getattr(made, "bagged", 0))
    soon = sorted(run for run, at in closes.items() if now <= at < now + AHEAD)
    soon.sort(key=lambda run: closes[run])
    lanes = Lane.objects.in_bulk([lane for lane, _at in soon[:CLOSINGS]])
    return [
        Closing(
            loaded.get(run, ("", 0))[0],
            lanes[run[0]].title,
            lanes[run[0]].mode,
            closes[run],
            closes[run] - now,
            loaded.get(run, ("", 0))[1],
            [(step, missing[run][step]) for step in (*ORDER, "customs") if missing[run][step]],
        )
        for run in soon[:CLOSINGS]
    ]


def _planned(now: datetime) -> Iterable[Any]:
    """Parcels that are in no bag yet, by the run that they are planned for and their state."""
    legs = Leg.objects.filter(
        shipment__state__in=ON_THE_WAY,
        planned_departs_at__range=(now, now + AHEAD + AHEAD),
        shipment__lane__legs__is_main=True,
        shipment__lane__legs__service=F("service"),
    ).order_by()
    names = ("shipment__lane", "planned_departs_at", "service__cutoff_hours", "shipment__state")
    packed = ExpressionWrapper(Q(shipment__packed_at__isnull=False), BooleanField())
    found: Iterable[Any] = legs.values(*names, is_packed=packed).annotate(parcels=Count("pk"))
    return found


def _made(now: datetime) -> Iterable[Departure]:
    rows = Departure.objects.filter(
        state__in=(Departure.State.OPEN, Departure.State.CLOSED),
        closes_at__range=(now, now + AHEAD),
    )
    return rows.annotate(
        loaded=Count("shipments", filter=Q(shipments__state=S.LOADED)),
        bagged=Count("shipments", filter=Q(shipments__state=S.BAGGED)),
    )


def _where(state: str, *, is_packed: bool) -> str:
    """The station, or customs, that a parcel in a state waits for."""
    if state == S.PICKED:
        return "weigh" if is_packed else "pack"
    steps = {S.AWAITED: "receive", S.STOCKED: "pick", S.CLEARED: "bag"}
    return steps.get(State(state), "customs")
