"""SM2 signatures with SM3 digests, as far as a demo key needs them.

Source: GB/T 32918.2 and 32918.5 (curve and signature), GB/T 32905 (SM3, from the system's
OpenSSL). Not hardened against who can measure time here: real keys live in a device.
"""

import hashlib
import secrets
from functools import lru_cache

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
WHO = b"1234567812345678"  # Source: GB/T 32918.5, the identity where none is agreed
SIZE = 32
Point = tuple[int, int] | None


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


@lru_cache(maxsize=4)
def _table(point: tuple[int, int]) -> list[list[Point]]:
    """A point times 0..15, times 16, times 16 squared, and so on: a product is 64 additions."""
    rows: list[list[Point]] = []
    start: Point = point
    for _digit in range(2 * SIZE):
        row: list[Point] = [None]
        for _times in range(15):
            row.append(_add(row[-1], start))
        rows.append(row)
        start = _add(row[-1], start)
    return rows


def times(point: tuple[int, int], factor: int) -> Point:
    total: Point = None
    for row in _table(point):
        total = _add(total, row[factor & 15])
        factor >>= 4
    return total


def new_key() -> int:
    return secrets.randbelow(N - 2) + 1


@lru_cache(maxsize=4)
def public(key: int) -> tuple[int, int]:
    point = times(G, key)
    assert point is not None, "a key lies between 1 and the order of the curve"
    return point


def _digest(point: tuple[int, int], message: bytes) -> int:
    known = (A, B, *G, *point)
    who = (8 * len(WHO)).to_bytes(2) + WHO + b"".join(part.to_bytes(SIZE) for part in known)
    return int.from_bytes(sm3(sm3(who) + message))


def sign(key: int, message: bytes, *, chance: int = 0) -> bytes:
    """The two numbers of a signature one after the other; `chance` only for the known example."""
    digest = _digest(public(key), message)
    while True:
        k = chance or new_key()
        point = times(G, k)
        assert point is not None, "a chance lies between 1 and the order of the curve"
        r = (digest + point[0]) % N
        s = pow(1 + key, -1, N) * (k - r * key) % N
        if r and s and r + k != N:
            return r.to_bytes(SIZE) + s.to_bytes(SIZE)


def is_signed(point: tuple[int, int], message: bytes, signature: bytes) -> bool:
    """Whether a signature of this message was made with the key of a public point."""
    r, s = int.from_bytes(signature[:SIZE]), int.from_bytes(signature[SIZE:])
    total = (r + s) % N
    if len(signature) != 2 * SIZE or not (0 < r < N and 0 < s < N and total):
        return False
    found = _add(times(G, s), times(point, total))
    return found is not None and (_digest(point, message) + found[0]) % N == r
