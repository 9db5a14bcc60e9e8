"""The floor in Harbin: each step changes a parcel once, by a worker's scan or by the machine."""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from statistics import NormalDist

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.lib import kept
from storefront.lib.refusal import Refusal

from . import consolidation, departures, expecting, moving, warehouse, weighing
from .models import Place, Shipment, Stage
from .moving import Fact
from .states import Code, State
from .stocking import serials

HANDS = "task:hands"
SOURCE = "centre"


class NoRoom(Refusal):
    """No departure in sight has room."""

    code = "no_room"


class BoxWaits(Refusal):
    """A box of several parcels that are not all released."""

    code = "box_waits"


@dataclass(frozen=True)
class Act:
    """Who does a step, when, what the scales showed and which numbers were scanned, if any."""

    actor: str
    now: datetime
    weight_g: int | None = None
    numbers: tuple[str, ...] = ()  # of the pieces, where they are kept by number


@dataclass(frozen=True)
class Step:
    """A step of the floor: where a parcel must stand for it, and what doing it means."""

    key: str
    begins: State
    ends: State
    label: Promise | str
    do: Callable[[Shipment, Act], None]


def hands_at(state: State, *, now: datetime, number: str = "") -> datetime | None:
    """When automatic hands take a parcel on from a state; None, if workers do it.

    A simulation gives them a pace, HANDS_PACE, in which they take this parcel from the shelf.
    """
    if not settings.AUTOMATIC_HANDS:
        return None
    if state == State.STOCKED and settings.HANDS_PACE:
        seed, half, nine = settings.HANDS_PACE
        chance = random.Random(f"{seed}:{number}")  # noqa: S311  seeded on purpose
        spread = log(nine / half) / NormalDist().inv_cdf(0.9)
        return now + timedelta(minutes=half * exp(chance.gauss(0, spread)))
    return now + timedelta(minutes=_minutes().get(state, 0))


@kept.for_a_minute
def _minutes() -> dict[str, int]:
    """What half of the parcels wait in each state for the hands that take them on."""
    return dict(Stage.objects.values_list("state", "minutes_p50"))


def _pick(shipment: Shipment, act: Act) -> None:
    _take(shipment, act, Code.HUB_PICKED)


def _receive(shipment: Shipment, act: Act) -> None:
    """Goods from Shenzhen go across the dock: nothing is put away."""
    is_told = shipment.events.filter(code=Code.HUB_INBOUND).exists()
    _take(shipment, act, Code.HUB_PICKED if is_told else Code.HUB_INBOUND)


def _take(shipment: Shipment, act: Act, code: Code) -> None:
    warehouse.pick(shipment, actor=act.actor, now=act.now)
    centre = Place.objects.get(kind=Place.Kind.CENTRE)
    fact = Fact(code, act.now, SOURCE, "picked", place=centre.code)
    moving.move(shipment, State.PICKED, fact, actor=act.actor, place=centre)


def _pack(shipment: Shipment, act: Act) -> None:
    """Close the box; whoever knows the weight already weighs it too.

    Raises: WrongWeight; serials.BadSerial, if a piece is not the one that was taken in.
    """
    if shipment.packed_at is None:
        serials.pack(shipment, None if act.actor == HANDS else act.numbers, now=act.now)
        shipment.packed_at = act.now
    if act.actor == HANDS or act.weight_g is not None:
        _weigh(shipment, act)
    else:
        Shipment.objects.filter(pk=shipment.pk).update(packed_at=act.now)


def _weigh(shipment: Shipment, act: Act) -> None:
    """Put a closed box on the scales.

    Raises: WrongWeight, if they show nothing, or not what was declared.
    """
    weight = weighed(shipment) if act.actor == HANDS else act.weight_g or 0
    if act.actor != HANDS:
        weighing.check(shipment, weight, now=act.now)
    changes = {"weight_g": weight, "packed_at": shipment.packed_at}
    fact = Fact(Code.HUB_PACKED, act.now, SOURCE, "packed", detail={"weight_g": weight})
    moving.move(shipment, State.PACKED, fact, actor=act.actor, **changes)


def weighed(shipment: Shipment) -> int:
    """What automatic scales show: the plan, up to 3 % off, always the same for a parcel."""
    off = zlib.crc32(shipment.number.encode()) % 61 - 30
    return max(1, round(shipment.planned_weight_g * (1000 + off) / 1000))


def _bag(shipment: Shipment, act: Act) -> None:
    """Put into a bag of the next departure with room.

    Raises: NoRoom; BoxWaits.
    """
    rows = consolidation.inside(shipment)
    _all_released(rows)
    bag = consolidation.put_in_bag(shipment, now=act.now)
    if bag is None:
        raise NoRoom(_("No departure of this lane has room."))
    detail = {"bag": bag.number}
    fact = Fact(Code.HUB_BAGGED, act.now, SOURCE, f"bagged:{bag.number}", detail=detail)
    departure = bag.departure
    for row in rows:
        moving.move(row, State.BAGGED, fact, actor=act.actor, bag=bag, departure=departure)
        expecting.update(row, now=act.now, actor=act.actor)
    if len(rows) > 1:
        moving.close_boxes([shipment.pk], now=act.now)


def _all_released(rows: list[Shipment]) -> None:
    """Raises: BoxWaits, if a box is not whole yet."""
    for row in rows:
        if row.state != State.CLEARED:
            raise BoxWaits(_("The box waits for %(number)s.") % {"number": row.number})


def _load(shipment: Shipment, act: Act) -> None:
    assert shipment.departure is not None, "a bagged parcel has its departure"
    for row in consolidation.inside(shipment):
        departures.loaded(row, shipment.departure, actor=act.actor, now=act.now)


S = State
STEPS = {
    step.key: step
    for step in (
        Step("receive", S.AWAITED, S.PICKED, gettext_lazy("Receive"), _receive),
        Step("pick", S.STOCKED, S.PICKED, gettext_lazy("Pick"), _pick),
        Step("pack", S.PICKED, S.PACKED, gettext_lazy("Pack"), _pack),
        Step("weigh", S.PICKED, S.PACKED, gettext_lazy("Weigh"), _weigh),
        Step("bag", S.CLEARED, S.BAGGED, gettext_lazy("Bag"), _bag),
        Step("load", S.BAGGED, S.LOADED, gettext_lazy("Load"), _load),
    )
}


def perform(step: Step, shipment: Shipment, act: Act) -> datetime | None:
    """Do a step; when the machine must look at the parcel next, None if a worker is next.

    Locks: stock, departures; the caller holds the order and the parcel.
    Raises: WrongMove, WrongWeight, NoRoom, NotKept, BadSerial.
    """
    step.do(shipment, act)
    if shipment.state == State.PICKED:
        return hands_at(State.PICKED, now=act.now)
    return act.now if shipment.state == State.PACKED else None
