"""Sets of places as whole numbers, a bit per place, and numbers kept by their binary digits."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

FILLED = re.compile(rb"[^\0]+", re.DOTALL)
EXACT = 1_000  # up to so many goods are counted; what is more is shown as more
PARTS = (1 << 12, 1 << 14, 1 << 16)
SURELY = 1.5
BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def pack(places: Iterable[int], size: int) -> int:
    """Give the set of some places below `size`."""
    data = bytearray(-(-size // 8))
    for place in places:
        data[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(data, "little")


def everything(size: int) -> int:
    """Give the set of all places below `size`."""
    return (1 << size) - 1


def write(bits: int, size: int) -> bytes:
    """Give the bytes in which a set is stored."""
    return bits.to_bytes(-(-size // 8), "little")


def read(data: bytes | memoryview) -> int:
    """Give the set that stands in some bytes."""
    return int.from_bytes(data, "little")


def members(bits: int) -> Iterator[int]:
    """Give the places of a set, lowest first."""
    data = bits.to_bytes(-(-bits.bit_length() // 8), "little")
    for run in FILLED.finditer(data):
        for at in range(*run.span()):
            for bit in BITS[data[at]]:
                yield at * 8 + bit


def among(places: Iterable[int], bits: int) -> Iterator[int]:
    """Give those of the places, in their order, that are in a set."""
    data = bits.to_bytes(-(-bits.bit_length() // 8), "little")
    end = len(data) * 8
    return (place for place in places if place < end and data[place >> 3] >> (place & 7) & 1)


class Tally:
    """Counts how much of other sets lies within one: exactly up to `EXACT`, beyond it about.

    Of a set that seems to have far more in common, the first places tell enough.
    """

    def __init__(self, bits: int, size: int) -> None:
        self.bits, self.size, self.number = bits, size, bits.bit_count()
        self.firsts = [(part, bits & everything(part)) for part in PARTS if part * 2 <= size]

    def count(self, other: int, quantity: int) -> int:
        """Give the number of places of another set, which has so many, that lie within."""
        likely = quantity * self.number // self.size
        for part, first in self.firsts:
            if likely * part > EXACT * SURELY * self.size:
                number = (other & first).bit_count()
                if number > EXACT:
                    return number * self.size // part
        return (other & self.bits).bit_count()


@dataclass(frozen=True)
class Digits:
    """A number at each of some places: `has` are the places, `ones[n]` those with digit 2**n set.

    Each question costs a few operations per digit, however many places there are.
    """

    has: int
    ones: tuple[int, ...]

    def at_least(self, low: int) -> int:
        """Give the places whose number is not below `low`."""
        if low <= 0:
            return self.has
        if low.bit_length() > len(self.ones):
            return 0
        more, same = 0, self.has
        for digit in range(len(self.ones) - 1, -1, -1):
            ones = same & self.ones[digit]
            if low >> digit & 1:
                same = ones
            else:
                more |= ones
                same ^= ones
        return more | same

    def between(self, low: int | None, high: int | None) -> int:
        """Give the places whose number lies within bounds, both inclusive; none is no bound."""
        found = self.has if low is None else self.at_least(low)
        return found if high is None else found & ~self.at_least(high + 1)

    def lowest(self, bits: int) -> int | None:
        """Give the lowest number at the places of a set."""
        return self._extreme(bits, highest=False)

    def highest(self, bits: int) -> int | None:
        """Give the highest number at the places of a set."""
        return self._extreme(bits, highest=True)

    def _extreme(self, bits: int, *, highest: bool) -> int | None:
        left, number = self.has & bits, 0
        if not left:
            return None
        for digit in range(len(self.ones) - 1, -1, -1):
            ones = left & self.ones[digit]
            wanted = ones if highest else left ^ ones
            is_one = highest == bool(wanted)
            left = wanted or left
            number |= is_one << digit
        return number


def digits(numbers: Mapping[int, int], size: int) -> Digits:
    """Keep a number, not below nought, at each of some places."""
    length = max(numbers.values(), default=0).bit_length()
    ones = (
        pack((place for place, number in numbers.items() if number >> digit & 1), size)
        for digit in range(length)
    )
    return Digits(pack(numbers, size), tuple(ones))
