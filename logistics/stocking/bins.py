"""Which bin each piece lies in: laid out, put away, moved, taken by who came first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from logistics.models import Bin, BinMove, BinStock, Layout, PickStop, Place, Stock
from orders import days
from storefront.lib import locks
from storefront.lib.refusal import Refusal

OPEN_STOPS = (PickStop.State.WAITING, PickStop.State.IN_TROLLEY)
MOST_BINS = 20_000
Layer = tuple[int, date, int]  # bin, day of arrival, pieces


class OtherRegime(Refusal):
    """Bonded and domestic goods lie apart."""

    code = "other_regime"


class NotThere(Refusal):
    """The bin does not hold these pieces, or holds them for a wave."""

    code = "not_there"


class LaidOut(Refusal):
    """The place has its bins already, or the layout cannot be."""

    code = "laid_out"


@dataclass(frozen=True)
class Where:
    """The parcel that pieces are taken for, or the one bin that they are in."""

    shipment_id: int | None = None
    bin_id: int | None = None


@dataclass(frozen=True)
class Why:
    """What moves pieces, who, and when on the clock of the business."""

    cause: str
    actor: str
    now: datetime


@dataclass(frozen=True)
class Plan:
    """A floor to be: the last `bonded_aisles` of the aisles are bonded."""

    aisles: int
    bonded_aisles: int
    racks: int
    levels: int = 4
    positions: int = 2
    pitch_cm: int = 300
    rack_cm: int = 120


ANYWHERE = Where()


@transaction.atomic
def lay_out(place: Place, plan: Plan, *, actor: str, now: datetime) -> Layout:
    """Give a place its bins; what lies there is on the dock until it is put away.

    Locks: the stock of the place, by key.
    Raises: LaidOut.
    """
    count = plan.aisles * plan.racks * plan.levels * plan.positions
    if Layout.objects.filter(place=place).exists():
        raise LaidOut(_("This place has its bins already."))
    if not 0 < count <= MOST_BINS or plan.bonded_aisles > plan.aisles:
        raise LaidOut(_("From one to %(most)s bins can be laid out.") % {"most": MOST_BINS})
    layout = Layout.objects.create(place=place, laid_at=now, actor=actor, **vars(plan))
    Bin.objects.bulk_create(_bins(layout), batch_size=1000)
    stocks = locks.rows(Stock.objects.filter(place=place))
    adopt(stocks, actor=actor, now=now)
    return layout


def _bins(layout: Layout) -> Iterator[Bin]:
    """The docks, and the shelves in the order of the walk: up one aisle, down the next."""
    here = {"place_id": layout.place_id}
    for regime in Stock.Regime.values:
        code = f"DOCK-{regime[0].upper()}"
        spot = {"aisle": 0, "rack": 0, "level": 0, "position": 0, "walk": 0}
        yield Bin(code=code, kind=Bin.Kind.DOCK, regime=regime, **here, **spot)
    walk = 0
    for aisle in range(1, layout.aisles + 1):
        is_bonded = aisle > layout.aisles - layout.bonded_aisles
        regime = Stock.Regime.BONDED if is_bonded else Stock.Regime.DOMESTIC
        racks = range(1, layout.racks + 1)
        for rack in racks if aisle % 2 else reversed(racks):
            for level in range(1, layout.levels + 1):
                for position in range(1, layout.positions + 1):
                    walk += 1
                    yield Bin(
                        code=f"{'B' if is_bonded else 'A'}{aisle:02}-{rack:02}-{level}-{position}",
                        regime=regime,
                        aisle=aisle,
                        rack=rack,
                        level=level,
                        position=position,
                        walk=walk,
                        **here,
                    )


def adopt(stocks: Sequence[Stock], *, actor: str, now: datetime) -> None:
    """Keep rows of stock by bins where their place has them: what is on hand is on the dock.

    Locks: the caller holds the rows.
    """
    fresh = [stock for stock in stocks if not stock.is_binned]
    laid = set(
        Layout.objects.filter(place__in={stock.place_id for stock in fresh}).values_list(
            "place_id", flat=True
        )
        if fresh
        else ()
    )
    own = [stock for stock in fresh if stock.place_id in laid]
    if not own:
        return
    Stock.objects.filter(pk__in=[stock.pk for stock in own]).update(is_binned=True)
    for stock in own:
        stock.is_binned = True
        if stock.on_hand:
            _put(stock, _dock(stock), stock.on_hand, Why("layout", actor, now))


def _dock(stock: Stock) -> int:
    docks = Bin.objects.filter(place=stock.place_id, regime=stock.regime, kind=Bin.Kind.DOCK)
    return docks.values_list("pk", flat=True).get()


def follow(
    stocks: Iterable[Stock], pieces: Mapping[int, int], why: Why, *, where: Where = ANYWHERE
) -> None:
    """Let the bins follow what came to rows of stock, or went from them.

    No statement is made for rows that are not kept by bins.
    Locks: the caller holds the rows of stock.
    Raises: NotThere.
    """
    for stock in stocks:
        change = pieces.get(stock.pk, 0)
        if not stock.is_binned or not change:
            continue
        if change > 0:
            _put(stock, where.bin_id or _dock(stock), change, why)
        else:
            _take(stock, -change, why, where)


def _put(stock: Stock, bin_id: int, quantity: int, why: Why, came_on: date | None = None) -> None:
    day = came_on or days.of_china(why.now)
    row, _is_new = BinStock.objects.get_or_create(
        bin_id=bin_id, stock=stock, came_on=day, defaults={"quantity": 0}
    )
    BinStock.objects.filter(pk=row.pk).update(quantity=F("quantity") + quantity)
    _write(stock, [(bin_id, day, quantity)], why)


def _take(stock: Stock, quantity: int, why: Why, where: Where) -> None:
    """Take pieces out of the bins: those a wave claimed for the parcel, then the oldest."""
    claimed = _claimed(stock, where)
    taken = claimed + _oldest(stock, quantity - sum(layer[2] for layer in claimed), where)
    for bin_id, came_on, pieces in claimed:
        _lessen(stock, (bin_id, came_on, pieces), claimed=pieces)
    for layer in taken[len(claimed) :]:
        _lessen(stock, layer)
    BinStock.objects.filter(stock=stock, quantity=0).delete()
    _write(stock, [(bin_id, came_on, -pieces) for bin_id, came_on, pieces in taken], why)


def _claimed(stock: Stock, where: Where) -> list[Layer]:
    if where.shipment_id is None:
        return []
    stops = PickStop.objects.filter(
        shipment=where.shipment_id, stock=stock, state__in=OPEN_STOPS
    ).order_by("pk")
    found = list(stops.values_list("bin_id", "came_on", "quantity"))
    stops.update(state=PickStop.State.TAKEN)
    return found


def _oldest(stock: Stock, quantity: int, where: Where) -> list[Layer]:
    """So many pieces that nobody claims, first come first out, then along the walk.

    Raises: NotThere.
    """
    rows = BinStock.objects.filter(stock=stock, quantity__gt=F("claimed"))
    if where.bin_id is not None:
        rows = rows.filter(bin=where.bin_id)
    found: list[Layer] = []
    for row in rows.order_by("came_on", "bin__walk", "pk"):
        if quantity <= 0:
            break
        pieces = min(quantity, row.quantity - row.claimed)
        found.append((row.bin_id, row.came_on, pieces))
        quantity -= pieces
    if quantity > 0:
        raise NotThere(_("The bin does not hold so many free pieces."))
    return found


def _lessen(stock: Stock, layer: Layer, *, claimed: int = 0) -> None:
    bin_id, came_on, pieces = layer
    rows = BinStock.objects.filter(stock=stock, bin=bin_id, came_on=came_on)
    rows.update(quantity=F("quantity") - pieces, claimed=F("claimed") - claimed)


def _write(stock: Stock, layers: Iterable[Layer], why: Why) -> None:
    BinMove.objects.bulk_create(
        BinMove(
            bin_id=bin_id,
            stock=stock,
            came_on=came_on,
            quantity=pieces,
            cause=why.cause[:120],
            actor=why.actor,
            happened_at=why.now,
        )
        for bin_id, came_on, pieces in layers
    )


@transaction.atomic
def move(stock: Stock, quantity: int, *, source: Bin, target: Bin, why: Why) -> None:
    """Carry pieces from a bin to another of the same place and regime; they keep their age.

    Locks: the stock row.
    Raises: OtherRegime; NotThere.
    """
    if quantity <= 0 or source.pk == target.pk:
        raise NotThere(_("Say how many pieces go to another bin."))
    if target.regime != stock.regime or target.place_id != stock.place_id:
        raise OtherRegime(
            _("Bin %(bin)s is for %(regime)s goods of its place.")
            % {"bin": target.code, "regime": target.get_regime_display()}
        )
    if not target.is_open:
        raise NotThere(_("Bin %(bin)s is not in use.") % {"bin": target.code})
    locks.row(Stock.objects.all(), stock.pk)
    layers = _oldest(stock, quantity, Where(bin_id=source.pk))
    for layer in layers:
        _lessen(stock, layer)
    BinStock.objects.filter(stock=stock, quantity=0).delete()
    _write(stock, [(bin_id, came_on, -pieces) for bin_id, came_on, pieces in layers], why)
    for _bin, came_on, pieces in layers:
        _put(stock, target.pk, pieces, why, came_on)


def suggest(stock: Stock) -> Bin | None:
    """Where to put pieces away: a shelf that has the same goods, else the first empty one."""
    shelves = Bin.objects.filter(
        place=stock.place_id, regime=stock.regime, kind=Bin.Kind.SHELF, is_open=True
    ).order_by("walk")
    return shelves.filter(contents__stock=stock).first() or shelves.filter(contents=None).first()


def contents(bin: Bin) -> QuerySet[BinStock]:
    """What lies in a bin, oldest first."""
    rows = bin.contents.select_related("stock__offer__variant__product", "stock__offer__seller")
    return rows.order_by("came_on", "pk")


def pieces(bin: Bin) -> dict[int, int]:
    """How many pieces of each row of stock a bin holds."""
    rows = bin.contents.values_list("stock_id").annotate(total=Sum("quantity"))
    return dict(rows.order_by("stock_id"))
