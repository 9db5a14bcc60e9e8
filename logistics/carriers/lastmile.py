"""Carriers to the door."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from storefront.lib import http

from . import Event, decode, events, instant


@dataclass(frozen=True)
class Parcel:
    """A parcel as it is handed to the carrier of the last mile."""

    carrier: str
    reference: str
    handed_at: datetime
    origin: str
    city: str
    postcode: str
    timezone: str
    weight_g: int
    planned_days: int


def hand_over(parcel: Parcel) -> str:
    """Create the parcel at the carrier and learn its number; the same again gives the same.

    Raises: the errors of lib.http; Unknown, if the answer cannot be read.
    """
    body = {
        "reference": parcel.reference,
        "handed_at": instant(parcel.handed_at),
        "from": parcel.origin,
        "to": {"city": parcel.city, "postcode": parcel.postcode, "timezone": parcel.timezone},
        "weight_g": parcel.weight_g,
        "planned_days": parcel.planned_days,
    }
    answer = http.call("POST", f"{settings.CARRIERS_URL}/{parcel.carrier}/parcels", json=body)
    track = decode(answer).get("track")
    if not track:
        raise http.Unknown("no number in the answer")
    return str(track)


def track(carrier: str, reference: str) -> list[Event]:
    """What has happened to a parcel so far.

    Raises: the errors of lib.http; Unknown, if the answer cannot be read.
    """
    url = f"{settings.CARRIERS_URL}/{carrier}/parcels/{reference}/events"
    return events(decode(http.call("GET", url)))
