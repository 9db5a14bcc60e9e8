"""What is on hand, for whom it is kept, and each change of that."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext as _

from catalog.models import Offer
from catalog.models.texts import language
from orders.models import Delivery, Order, OrderLine
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from .models import Bin, Place, Reservation, Shipment, ShipmentItem, Stock, StockMove
from .stocking import bins, shown

ORIGINS = {
    Place.Kind.WAREHOUSE: Delivery.Origin.HARBIN,
    Place.Kind.CONSOLIDATION: Delivery.Origin.SHENZHEN,
}
REGIMES = {Stock.Regime.DOMESTIC: 0, Stock.Regime.BONDED: 1}  # which is taken first
COLUMNS = ("on_hand", "reserved", "allocated")
BATCH = 200


class OutOfStock(Refusal):
    """There is not enough of something at its origin; nothing was reserved."""

    code = "out_of_stock"


class NotKept(Refusal):
    """The goods are not kept for this order (any more)."""

    code = "not_kept"


@dataclass(frozen=True)
class Receipt:
    """Goods that came to a place."""

    place_id: int
    offer_id: int
    quantity: int
    regime: str = Stock.Regime.DOMESTIC
    cause: str = "receipt"


@dataclass(frozen=True)
class _Change:
    stock_id: int
    kind: str
    cause: str
    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0


def available(offer_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many pieces of each offer one line may take, by origin; one query.

    A line takes from one row of stock, so of several places or regimes the fullest counts.
    """
    found: dict[int, dict[str, int]] = {}
    rows = (
        Stock.objects.filter(offer__in=offer_ids, place__kind__in=ORIGINS)
        .annotate(free=F("on_hand") - F("reserved") - F("allocated"))
        .values_list("offer_id", "place__kind", "free")
    )
    for offer_id, kind, free in rows:
        places = found.setdefault(offer_id, {})
        origin = ORIGINS[Place.Kind(kind)].value
        places[origin] = max(places.get(origin, 0), free)
    return found


@transaction.atomic
def reserve(order: Order, *, actor: str, now: datetime) -> list[Reservation]:
    """Keep the goods of an order while it is being paid; all lines or none.

    Lines of one offer draw on the same row together, domestic goods before bonded ones.

    Time: `now` is business time.
    Locks: the stock of the order's offers, by key; the caller holds the order.
    Raises: OutOfStock, naming what is short.
    """
    lines = list(order.lines.select_related("delivery").order_by("position"))
    stocks = locks.rows(Stock.objects.filter(offer__in={line.offer_id for line in lines}))
    taken = _choose(lines, stocks)
    kept = [
        Reservation(line=line, stock_id=stock_id, quantity=line.quantity)
        for line, stock_id in taken
    ]
    cause = f"order:{order.number}"
    _apply(
        [
            _Change(one.stock_id, StockMove.Kind.RESERVED, cause, reserved=one.quantity)
            for one in kept
        ],
        actor=actor,
        now=now,
        held=stocks,
    )
    return Reservation.objects.bulk_create(kept)


def _choose(lines: list[OrderLine], stocks: list[Stock]) -> list[tuple[OrderLine, int]]:
    """For each line the row of stock that can give all of it, counting what earlier lines took."""
    kinds = dict(Place.objects.filter(kind__in=ORIGINS).values_list("pk", "kind"))
    ready = sorted(stocks, key=lambda s: (REGIMES[Stock.Regime(s.regime)], s.pk))
    left = {stock.pk: stock.available for stock in ready}
    taken, short = [], []
    for line in lines:
        fitting = (
            stock.pk
            for stock in ready
            if stock.offer_id == line.offer_id
            and left[stock.pk] >= line.quantity
            and _origin(kinds, stock.place_id) == line.delivery.origin
        )
        stock_id = next(fitting, None)
        if stock_id is None:
            short.append(line)
        else:
            left[stock_id] -= line.quantity
            taken.append((line, stock_id))
    if short:
        raise _out_of_stock(short)
    return taken


def _origin(kinds: dict[int, str], place_id: int) -> str:
    kind = kinds.get(place_id)
    return ORIGINS[Place.Kind(kind)].value if kind else ""


def _out_of_stock(lines: Iterable[OrderLine]) -> OutOfStock:
    titles = ", ".join(getattr(line, f"title_{language()}") for line in lines)
    return OutOfStock(_("Not enough in stock: %(titles)s") % {"titles": titles}, titles=titles)


@transaction.atomic
def allocate(order: Order, *, actor: str, now: datetime) -> None:
    """Turn what is reserved for an order into what is his; again changes nothing.

    Locks: the stock rows, by key; the caller holds the order.
    Raises: NotKept, if the goods were given back before.
    """
    kept = list(Reservation.objects.filter(line__order=order))
    if any(one.state == Reservation.State.RELEASED for one in kept):
        raise NotKept(_("The goods are no longer kept for this order."))
    waiting = [one for one in kept if one.state == Reservation.State.RESERVED]
    cause = f"order:{order.number}"
    _apply(
        [
            _Change(
                one.stock_id,
                StockMove.Kind.ALLOCATED,
                cause,
                reserved=-one.quantity,
                allocated=one.quantity,
            )
            for one in waiting
        ],
        actor=actor,
        now=now,
    )
    _become(waiting, Reservation.State.ALLOCATED)


@transaction.atomic
def release(order: Order, *, actor: str, now: datetime) -> None:
    """Give back what is reserved or allocated and not picked; again changes nothing.

    Locks: the stock rows, by key; the caller holds the order.
    """
    columns = {Reservation.State.RESERVED: "reserved", Reservation.State.ALLOCATED: "allocated"}
    kept = list(Reservation.objects.filter(line__order=order, state__in=columns))
    cause = f"order:{order.number}"
    _apply(
        [
            _Change(
                one.stock_id,
                StockMove.Kind.RELEASED,
                cause,
                **{columns[Reservation.State(one.state)]: -one.quantity},
            )
            for one in kept
        ],
        actor=actor,
        now=now,
    )
    _become(kept, Reservation.State.RELEASED)


@transaction.atomic
def pick(shipment: Shipment, *, actor: str, now: datetime) -> None:
    """Take the goods of a parcel from the shelf.

    A line may be split over parcels: what is left of it stays allocated.

    Locks: the stock rows, by key; the caller holds the order and the parcel.
    Raises: NotKept, if they are not allocated to the order.
    """
    changes, done = [], []
    for one, quantity in _contents(shipment):
        if one.state != Reservation.State.ALLOCATED or one.quantity < quantity:
            raise NotKept(_("The goods are no longer kept for this order."))
        changes.append(_taken(shipment, one, quantity))
        if one.quantity == quantity:
            done.append(one)
        else:
            Reservation.objects.filter(pk=one.pk).update(quantity=F("quantity") - quantity)
    _apply(changes, actor=actor, now=now, where=bins.Where(shipment_id=shipment.pk))
    _become(done, Reservation.State.PICKED)


@transaction.atomic
def pick_all(shipments: Sequence[Shipment], *, actor: str, now: datetime) -> list[Shipment]:
    """Take the goods of many parcels from the shelf; those that could be taken together.

    A few statements for all, and as many as `pick` for each whose goods lie in bins. Left out are
    parcels with a part of a line only, and those whose goods are not kept for them.

    Locks: none; the caller holds the orders, the stock and the parcels.
    Raises: OutOfStock; then nothing was taken.
    """
    contents = _contents_of(shipments)
    whole = [row for row in shipments if all(map(_is_whole, contents[row.pk]))]
    loose = [row for row in whole if not any(stock.is_binned for stock in row.held_stocks)]
    changes = [_taken(row, one, quantity) for row in loose for one, quantity in contents[row.pk]]
    held = {stock.pk: stock for row in loose for stock in row.held_stocks}
    _apply(changes, actor=actor, now=now, held=[*held.values()])
    _become([one for row in loose for one, _pieces in contents[row.pk]], Reservation.State.PICKED)
    for row in whole:
        if row not in loose:
            pick(row, actor=actor, now=now)
    return whole


def _is_whole(kept: tuple[Reservation, int]) -> bool:
    one, quantity = kept
    return one.state == Reservation.State.ALLOCATED and one.quantity == quantity


def _taken(shipment: Shipment, one: Reservation, quantity: int) -> _Change:
    cause = f"shipment:{shipment.number}"
    kind = StockMove.Kind.PICKED
    return _Change(one.stock_id, kind, cause, on_hand=-quantity, allocated=-quantity)


@transaction.atomic
def put_back(shipment: Shipment, *, actor: str, now: datetime) -> None:
    """Put the picked goods of a parcel back on the shelf, free for everybody.

    Locks: the stock rows, by key; the caller holds the order and the parcel.
    """
    contents = _contents(shipment)
    _apply(
        [
            _Change(
                one.stock_id,
                StockMove.Kind.RETURNED,
                f"shipment:{shipment.number}",
                on_hand=quantity,
            )
            for one, quantity in contents
        ],
        actor=actor,
        now=now,
    )
    picked = [one for one, _quantity in contents if one.state == Reservation.State.PICKED]
    _become(picked, Reservation.State.RELEASED)


def receive(
    place: Place, offer: Offer, quantity: int, *, regime: str, actor: str, now: datetime
) -> Stock:
    """Put goods that have come on the shelf.

    Locks: the stock row.
    """
    return receive_all([Receipt(place.pk, offer.pk, quantity, regime)], actor=actor, now=now)[0]


@transaction.atomic
def receive_all(receipts: Sequence[Receipt], *, actor: str, now: datetime) -> list[Stock]:
    """Put many goods on the shelf at once; the rows of stock, made where there were none.

    Locks: the stock rows, by key.
    Raises: ValueError, if a quantity is not positive.
    """
    if any(one.quantity <= 0 for one in receipts):
        raise ValueError("only whole goods can be received")
    Stock.objects.bulk_create(
        [Stock(place_id=p, offer_id=o, regime=r) for p, o, r in map(_shelf, receipts)],
        ignore_conflicts=True,
    )
    offers = {one.offer_id for one in receipts}
    stocks = locks.rows(Stock.objects.filter(offer__in=offers))
    bins.adopt(stocks, actor=actor, now=now)
    by_shelf = {(s.place_id, s.offer_id, s.regime): s for s in stocks}
    changes = [
        _Change(by_shelf[_shelf(one)].pk, StockMove.Kind.RECEIVED, one.cause, on_hand=one.quantity)
        for one in receipts
    ]
    for start in range(0, len(changes), BATCH):
        _apply(changes[start : start + BATCH], actor=actor, now=now, held=stocks)
    fresh = Stock.objects.in_bulk([change.stock_id for change in changes])
    return [fresh[change.stock_id] for change in changes]


def _shelf(receipt: Receipt) -> tuple[int, int, str]:
    return receipt.place_id, receipt.offer_id, str(receipt.regime)


def _contents(shipment: Shipment) -> list[tuple[Reservation, int]]:
    return _contents_of([shipment])[shipment.pk]


def _contents_of(shipments: Iterable[Shipment]) -> dict[int, list[tuple[Reservation, int]]]:
    """What is kept for the lines of parcels, and how much of it goes into each; one query."""
    found: dict[int, list[tuple[Reservation, int]]] = {row.pk: [] for row in shipments}
    items = ShipmentItem.objects.filter(shipment__in=found).select_related("line__reservation")
    for item in items.order_by("shipment", "line_id"):
        found[item.shipment_id].append((item.line.reservation, item.quantity))
    return found


def _become(kept: Iterable[Reservation], state: Reservation.State) -> None:
    keys = [one.pk for one in kept]
    if keys:
        Reservation.objects.filter(pk__in=keys).update(state=state)


@transaction.atomic
def correct(stock: Stock, pieces: int, *, bin: Bin, cause: str, actor: str, now: datetime) -> None:
    """Book what a count found more, or less, of a row of stock in a bin.

    Locks: the stock row.
    Raises: OutOfStock, if what is missing is sold or being paid.
    """
    change = _Change(stock.pk, StockMove.Kind.COUNTED, cause[:120], on_hand=pieces)
    _apply([change], actor=actor, now=now, where=bins.Where(bin_id=bin.pk))


def _apply(
    changes: Sequence[_Change],
    *,
    actor: str,
    now: datetime,
    held: Sequence[Stock] = (),
    where: bins.Where = bins.ANYWHERE,
) -> None:
    """Change rows of stock, each once and only if enough is left, and write the movements down.

    Pieces of a place with bins come into one of them, and go out of those they came into first.

    Locks: the rows, by key, unless the caller holds them.
    Raises: OutOfStock, if a row has less than is taken; the database refuses it too.
    """
    if not changes:
        return
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for change in changes:
        for column in COLUMNS:
            sums[change.stock_id][column] += getattr(change, column)
    rows = held or locks.rows(Stock.objects.filter(pk__in=sums))
    after = {name: F(name) + _by_stock(sums, name) for name in COLUMNS}
    enough = Stock.objects.filter(
        GreaterThanOrEqual(after["reserved"], 0),
        GreaterThanOrEqual(after["allocated"], 0),
        GreaterThanOrEqual(after["on_hand"], after["reserved"] + after["allocated"]),
        pk__in=sums,
    )
    if enough.update(**after) != len(sums):
        raise OutOfStock(_("Not enough in stock."))
    StockMove.objects.bulk_create(
        [StockMove(actor=actor, happened_at=now, **vars(change)) for change in changes]
    )
    pieces = {pk: change["on_hand"] for pk, change in sums.items()}
    bins.follow(rows, pieces, bins.Why(changes[0].cause, actor, now), where=where)
    shown.note(sums)


def _by_stock(sums: dict[int, dict[str, int]], column: str) -> Case | Value:
    """What each row of stock gets more in a column, or less."""
    if not any(change[column] for change in sums.values()):
        return Value(0)
    return Case(
        *(When(pk=pk, then=Value(change[column])) for pk, change in sums.items()),
        default=Value(0),
    )
