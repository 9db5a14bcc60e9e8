"""Parcels onto departures and into bags: least slack first, never above capacity; pure.

Whoever must leave first chooses first. A parcel goes on the first departure of its lane that has
room for it in every measure, so nobody is left behind for one with more slack unless he does not
fit. The same parcels give the same bags, in whatever order they are told.
"""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Offer:
    """A departure of a lane; several lanes may load one vehicle."""

    key: Key
    vehicle: Key


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


def load(
    pieces: Iterable[Piece],
    offers: Mapping[int, Sequence[Offer]],
    rooms: Mapping[Key, Room],
) -> tuple[list[tuple[Piece, Offer]], list[Piece]]:
    """Give every parcel its departure; what no departure takes is left.

    `offers` are the departures of each lane, the next first; `rooms` what each vehicle takes.
    """
    left = dict(rooms)
    loaded, waiting = [], []
    for piece in sorted(pieces, key=urgency):
        for offer in offers.get(piece.lane, ()):
            if left[offer.vehicle].takes(piece):
                left[offer.vehicle] = left[offer.vehicle].without(piece)
                loaded.append((piece, offer))
                break
        else:
            waiting.append(piece)
    return loaded, waiting


def bag(loaded: Iterable[tuple[Piece, Offer]], bags: Mapping[Key, Bags]) -> list[Bagged]:
    """Put loaded parcels into the bags of their departures, in the order of their urgency."""
    return [Bagged(piece, offer, bags[offer.key].put(piece.weight_g)) for piece, offer in loaded]


def by_bag(bagged: Iterable[Bagged]) -> dict[tuple[Key, int], list[Piece]]:
    """The parcels of each bag of each departure."""
    found: dict[tuple[Key, int], list[Piece]] = defaultdict(list)
    for one in bagged:
        found[one.offer.key, one.bag].append(one.piece)
    return dict(found)
