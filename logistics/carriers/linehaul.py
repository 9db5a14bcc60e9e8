"""Carriers between places: whole departures, and single boxes from Shenzhen to Harbin."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from storefront.lib import http

from . import Event, decode, events, instant


@dataclass(frozen=True)
class Stretch:
    """One service of the way, as planned."""

    service: str
    mode: str
    origin: str
    target: str
    departs_at: datetime
    arrives_at: datetime


@dataclass(frozen=True)
class Manifest:
    """What is handed to a carrier under one reference of ours."""

    carrier: str
    reference: str
    pieces: int
    weight_g: int
    bags: tuple[str, ...]
    stretches: tuple[Stretch, ...]


def book(manifest: Manifest) -> str:
    """Hand a consignment over and learn the number of its bill; the same again gives the same.

    Raises: the errors of lib.http; Unknown, if the answer cannot be read.
    """
    first = manifest.stretches[0]
    body = {
        "reference": manifest.reference,
        "service": first.service,
        "mode": first.mode,
        "departs_at": instant(first.departs_at),
        "pieces": manifest.pieces,
        "weight_g": manifest.weight_g,
        "bags": list(manifest.bags),
        "legs": [_leg(stretch) for stretch in manifest.stretches],
    }
    answer = http.call("POST", f"{_base(manifest.carrier)}/consignments", json=body)
    number = decode(answer).get("number")
    if not number:
        raise http.Unknown("no number in the answer")
    return str(number)


def _leg(stretch: Stretch) -> dict[str, str]:
    return {
        "service": stretch.service,
        "mode": stretch.mode,
        "from": stretch.origin,
        "to": stretch.target,
        "departs_at": instant(stretch.departs_at),
        "arrives_at": instant(stretch.arrives_at),
    }


def track(carrier: str, reference: str) -> list[Event]:
    """What has happened to a consignment so far.

    Raises: the errors of lib.http; Unknown, if the answer cannot be read.
    """
    answer = http.call("GET", f"{_base(carrier)}/consignments/{reference}/events")
    return events(decode(answer))


def _base(carrier: str) -> str:
    return f"{settings.CARRIERS_URL}/{carrier}"
