"""Parcels onto departures and into bags: least slack first, never above capacity; pure.

Whoever must leave first chooses first. A parcel goes on the first departure of its lane that has
room for it in every measure, so nobody is left behind for one with more slack unless he does not
fit; who would leave too late pushes such out of bags that are open. The same parcels give the same
bags, in whatever order they are told.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Key = Hashable


@dataclass(frozen=True, slots=True)
class Piece:
    """A parcel, or a whole box, that waits; `leave_by` is when the last vehicle in time leaves."""

    key: int
    lane: int
    leave_by: datetime
    weight_g: int
    volume_cm3: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """What a vehicle still takes; None is no limit."""

    grams: int | None = None
    parcels: int | None = None
    cm3: int | None = None

    def takes(self, piece: Piece) -> bool:
        return (
            (self.grams is None or self.grams >= piece.weight_g)
            and (self.parcels is None or self.parcels >= 1)
            and (self.cm3 is None or self.cm3 >= piece.volume_cm3)
        )

    def without(self, piece: Piece) -> "Room":
        return Room(
            None if self.grams is None else self.grams - piece.weight_g,
            None if self.parcels is None else self.parcels - 1,
            None if self.cm3 is None else self.cm3 - piece.volume_cm3,
        )

    def with_(self, piece: Piece) -> "Room":
        """Room as it is when a piece is taken out."""
        return Room(
            None if self.grams is None else self.grams + piece.weight_g,
            None if self.parcels is None else self.parcels + 1,
            None if self.cm3 is None else self.cm3 + piece.volume_cm3,
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A departure of a lane; several lanes may load one vehicle.

    `leaves_at` is needed where what lies in open bags may be pushed out.
    """

    key: Key
    vehicle: Key
    leaves_at: datetime | None = None


@dataclass(frozen=True)
class Aboard:
    """What lies in the open bags of each vehicle, and who may push it out."""

    inside: Mapping[Key, Sequence[Piece]] = field(default_factory=dict)
    pushing: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Bagged:
    """Where a parcel goes; `bag` counts the bags of a departure, those it had before included."""

    piece: Piece
    offer: Offer
    bag: int


@dataclass
class Bags:
    """The bags of one departure: a parcel goes into the emptiest, so none is opened in vain."""

    limit_g: int
    opened: int = 0
    free: list[tuple[int, int]] = field(default_factory=list)

    def keep(self, weight_g: int) -> None:
        """Count a bag that is there already, with what is in it."""
        heapq.heappush(self.free, (-max(self.limit_g - weight_g, 0), self.opened))
        self.opened += 1

    def put(self, weight_g: int) -> int:
        """The number of the bag; what is heavier than a bag may be lies in one alone."""
        if self.free and -self.free[0][0] >= weight_g:
            left, number = heapq.heappop(self.free)
            left = -left
        else:
            left, number = self.limit_g, self.opened
            self.opened += 1
        heapq.heappush(self.free, (-max(left - weight_g, 0), number))
        return number


def urgency(piece: Piece) -> tuple[datetime, int]:
    """What comes first: the least slack, of equal ones the one planned first."""
    return piece.leave_by, piece.key


def is_late(piece: Piece, offer: Offer | None) -> bool:
    """Whether a piece leaves later than its promise allows, or not at all."""
    return offer is None or (offer.leaves_at is not None and offer.leaves_at > piece.leave_by)


def load(
    pieces: Iterable[Piece],
    offers: Mapping[int, Sequence[Offer]],
    rooms: Mapping[Key, Room],
    aboard: Aboard | None = None,
) -> tuple[list[tuple[Piece, Offer]], list[Piece]]:
    """Give every parcel its departure; what no departure takes is left.

    `offers` are the departures of each lane, the next first; `rooms` what each vehicle takes. Who
    else would leave too late pushes those with more slack out of open bags, the most slack first;
    they are loaded anew after him.
    """
    loading = _Loading(dict(rooms), aboard or Aboard())
    queue = [(urgency(piece), piece) for piece in pieces]
    heapq.heapify(queue)
    loaded, waiting = [], []
    while queue:
        _first, piece = heapq.heappop(queue)
        offer, pushed = loading.put(piece, offers.get(piece.lane, ()))
        for other in pushed:
            heapq.heappush(queue, (urgency(other), other))
        if offer is None:
            waiting.append(piece)
        else:
            loaded.append((piece, offer))
    return loaded, waiting


class _Loading:
    """Rooms as they fill, and what may still be pushed out."""

    def __init__(self, rooms: dict[Key, Room], aboard: Aboard) -> None:
        self._rooms = rooms
        self._inside = {
            vehicle: sorted(inside, key=urgency) for vehicle, inside in aboard.inside.items()
        }
        self._pushing = aboard.pushing

    def put(self, piece: Piece, offers: Sequence[Offer]) -> tuple[Offer | None, list[Piece]]:
        """The departure of a piece, none if all are full, and who is pushed out for it."""
        found = next((one for one in offers if self._rooms[one.vehicle].takes(piece)), None)
        pushed: list[Piece] = []
        if is_late(piece, found) and piece.key in self._pushing:
            for offer in offers:
                if is_late(piece, offer):
                    break
                pushed = self._push(piece, offer.vehicle)
                if pushed:
                    found = offer
                    break
        if found is not None:
            self._rooms[found.vehicle] = self._rooms[found.vehicle].without(piece)
        return found, pushed

    def _push(self, piece: Piece, vehicle: Key) -> list[Piece]:
        """Take out who has more slack until a piece fits; nobody, if it never does."""
        room, staying = self._rooms[vehicle], list(self._inside.get(vehicle, ()))
        pushed: list[Piece] = []
        while staying and not room.takes(piece) and urgency(staying[-1]) > urgency(piece):
            pushed.append(staying.pop())
            room = room.with_(pushed[-1])
        if not room.takes(piece):
            return []
        self._rooms[vehicle], self._inside[vehicle] = room, staying
        return pushed


def bag(loaded: Iterable[tuple[Piece, Offer]], bags: Mapping[Key, Bags]) -> list[Bagged]:
    """Put loaded parcels into the bags of their departures, in the order of their urgency."""
    return [Bagged(piece, offer, bags[offer.key].put(piece.weight_g)) for piece, offer in loaded]


def by_bag(bagged: Iterable[Bagged]) -> dict[tuple[Key, int], list[Piece]]:
    """The parcels of each bag of each departure."""
    found: dict[tuple[Key, int], list[Piece]] = defaultdict(list)
    for one in bagged:
        found[one.offer.key, one.bag].append(one.piece)
    return dict(found)
