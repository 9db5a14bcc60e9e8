"""Carriers to the door: how they are spoken to, and which drawer speaks to whom."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Protocol

from django.conf import settings

from storefront.lib import http

from . import Event, Handed, Parcel, Pushing, cdek, decode, events, instant, read_events, ruspost

Heard = Mapping[str, Sequence[Event]]


class Drawer(Protocol):
    """A carrier to the door; every method may raise the errors of lib.http."""

    def hand_over(self, parcel: Parcel, pushing: Pushing = nullcontext) -> str:
        """Create the parcel and learn its number; empty, while the carrier still makes it.

        What must not be done twice is done within `pushing`.
        """

    def ask(self, parcels: Sequence[Handed]) -> str:
        """Ask for the history of many; a ticket to fetch it with, empty where none is needed."""

    def fetch(self, ticket: str, parcels: Sequence[Handed]) -> Heard | None:
        """The histories by our references; None, while they are still being prepared."""

    def track(self, parcel: Handed) -> Sequence[Event]:
        """The history of one parcel, now."""


class Plain:
    """A carrier that speaks our own JSON."""

    def __init__(self, carrier: str) -> None:
        self._url = f"{settings.CARRIERS_URL}/{carrier}"

    def hand_over(self, parcel: Parcel, pushing: Pushing = nullcontext) -> str:
        """Create the parcel at the carrier; the same again gives the same number."""
        body = {
            "reference": parcel.reference,
            "handed_at": instant(parcel.handed_at),
            "from": parcel.origin,
            "to": {"city": parcel.city, "postcode": parcel.postcode, "timezone": parcel.timezone},
            "weight_g": parcel.weight_g,
            "planned_days": parcel.planned_days,
        }
        number = decode(http.call("POST", f"{self._url}/parcels", json=body)).get("track")
        if not number:
            raise http.Unknown("no number in the answer")
        return str(number)

    def ask(self, parcels: Sequence[Handed]) -> str:
        """No ticket: many are asked for at once."""
        return ""

    def fetch(self, ticket: str, parcels: Sequence[Handed]) -> Heard:
        body = {"references": [parcel.reference for parcel in parcels]}
        found = decode(http.call("POST", f"{self._url}/events", json=body)).get("events")
        if not isinstance(found, dict):
            raise http.Unknown("no events in the answer")
        return {reference: read_events(entries) for reference, entries in found.items()}

    def track(self, parcel: Handed) -> Sequence[Event]:
        url = f"{self._url}/parcels/{parcel.reference}/events"
        return events(decode(http.call("GET", url)))


# Those with a drawer of their own; a new one is a class with the four methods and a row here.
DRAWERS: dict[str, Callable[[], Drawer]] = {"ruspost": ruspost.RussianPost, "cdek": cdek.Cdek}


def drawer(carrier: str) -> Drawer:
    """The drawer of a carrier; who has none of his own is spoken to in our JSON."""
    return DRAWERS[carrier]() if carrier in DRAWERS else Plain(carrier)
