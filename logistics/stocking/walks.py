"""The shortest way through parallel aisles: pure arithmetic over aisles and racks.

Method: every aisle with something to pick is visited once, from left to right; it is either walked
through or left where it was entered. Which of the two, aisle by aisle, is found exactly by dynamic
programming over the end of the aisle one stands at (the "combined" routing of Roodbergen and
de Koster, 2001). The S-shape (serpentine) is one of the ways compared, so it is never shorter.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

FRONT, BACK = 0, 1
Spot = tuple[int, int]  # aisle, rack; both count from 1


@dataclass(frozen=True)
class Ground:
    """The measures of a floor; one starts and ends at the front of the first aisle."""

    racks: int
    pitch_cm: int
    rack_cm: int

    @property
    def length_cm(self) -> int:
        """From the front cross aisle to the back one."""
        return (self.racks + 1) * self.rack_cm


@dataclass(frozen=True)
class Tour:
    """Spots in the order of the walk, and how far it is there and back."""

    spots: tuple[Spot, ...]
    length_cm: int


Leg = tuple[int, int, list[int]]  # end of the aisle one comes out at, cm, racks in order


def tour(spots: Collection[Spot], ground: Ground) -> Tour:
    """The shortest walk past all spots that visits each aisle once, from left to right."""
    aisles: dict[int, set[int]] = {}
    for aisle, rack in spots:
        aisles.setdefault(aisle, set()).add(rack)
    return _best(aisles, ground)


def _best(aisles: Mapping[int, set[int]], ground: Ground) -> Tour:
    ways: dict[int, Tour] = {FRONT: Tour((), 0)}
    at = 1
    for aisle, racks in sorted(aisles.items()):
        across = (aisle - at) * ground.pitch_cm
        at = aisle
        found: dict[int, Tour] = {}
        for end, so_far in ways.items():
            for out, length, order in _legs(end, racks, ground):
                way = Tour(
                    so_far.spots + tuple((aisle, rack) for rack in order),
                    so_far.length_cm + across + length,
                )
                if out not in found or way.length_cm < found[out].length_cm:
                    found[out] = way
        ways = found
    home = ways[FRONT]
    return Tour(home.spots, home.length_cm + (at - 1) * ground.pitch_cm)


def _legs(end: int, racks: Collection[int], ground: Ground) -> list[Leg]:
    """Through the aisle, or in and out again, from the end one stands at."""
    up, down = sorted(racks), sorted(racks, reverse=True)
    if end == FRONT:
        there_and_back = 2 * up[-1] * ground.rack_cm
        return [(BACK, ground.length_cm, up), (FRONT, there_and_back, up)]
    there_and_back = 2 * (ground.length_cm - up[0] * ground.rack_cm)
    return [(FRONT, ground.length_cm, down), (BACK, there_and_back, down)]
