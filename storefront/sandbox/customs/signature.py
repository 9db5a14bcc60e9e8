"""Whether the signature of a message holds: digests and the curve reckoned here, by our own code.

Source: GB/T 32918.2 and 32918.5 (SM2); the signature's form by DOMAIN.md 1.6.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
from functools import lru_cache

from lxml import etree

_DS = "http://www.w3.org/2000/09/xmldsig#"
_N = {"ds": _DS}
_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_BASE = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_WHO = b"1234567812345678"
_Point = tuple[int, int] | None


def wrong(root: etree._Element) -> str:
    """Say what is wrong with the signature of a message; no text if it holds."""
    found = root.find("ds:Signature", _N)
    if found is None:
        return "Signature: there is none"
    stripped = copy.deepcopy(root)
    for signed in stripped.findall("ds:Signature", _N):
        stripped.remove(signed)
    info = found.find("ds:SignedInfo", _N)
    if info is None:
        return "SignedInfo: there is none"
    try:
        told = _bytes(found, ".//ds:DigestValue")
        value = _bytes(found, "ds:SignatureValue")
        point = _point(_bytes(found, ".//ds:X509Certificate"))
    except ValueError as error:
        return f"Signature: {error}"
    if _sm3(_canonical(stripped)) != told:
        return "DigestValue: other data were signed"
    return "" if _holds(point, _canonical(info), value) else "SignatureValue: does not hold"


def _canonical(node: etree._Element) -> bytes:
    return bytes(etree.tostring(node, method="c14n"))


def _bytes(root: etree._Element, path: str) -> bytes:
    text = root.findtext(path, default="", namespaces=_N)
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{path} is not base64") from error


def _point(data: bytes) -> tuple[int, int]:
    """Read a public point: 04, then two coordinates."""
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    if len(data) != 65 or data[0] != 4 or (y * y - x**3 - _A * x - _B) % _P:
        raise ValueError("the key is no point of the curve")
    return x, y


def _sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _holds(point: tuple[int, int], message: bytes, value: bytes) -> bool:
    r, s = int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")
    t = (r + s) % _ORDER
    if len(value) != 64 or not (0 < r < _ORDER and 0 < s < _ORDER and t):
        return False
    parts = (_A, _B, *_BASE, *point)
    who = (128).to_bytes(2, "big") + _WHO + b"".join(part.to_bytes(32, "big") for part in parts)
    digest = int.from_bytes(_sm3(_sm3(who) + message), "big")
    found = _plus(_times(_BASE, s), _times(point, t))
    return found is not None and (digest + found[0]) % _ORDER == r


def _plus(one: _Point, other: _Point) -> _Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % _P == 0:
            return None
        slope = (3 * one[0] ** 2 + _A) * pow(2 * one[1], -1, _P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P)
    x = (slope**2 - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


@lru_cache(maxsize=8)
def _doubled(point: tuple[int, int]) -> list[list[_Point]]:
    """List a point times each digit at 64 places: kept, for the same key comes often."""
    places: list[list[_Point]] = []
    step: _Point = point
    for _ in range(64):
        row: list[_Point] = [None]
        for _ in range(15):
            row.append(_plus(row[-1], step))
        places.append(row)
        step = _plus(row[-1], step)
    return places


def _times(point: tuple[int, int], factor: int) -> _Point:
    total: _Point = None
    for place, row in enumerate(_doubled(point)):
        total = _plus(total, row[factor >> 4 * place & 15])
    return total
