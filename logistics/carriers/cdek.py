"""CDEK, API v2: a token with an end, orders made a moment later, statuses, webhooks, points.

Source: design notes 4.3.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from storefront.lib import http

from . import Event, Handed, Parcel, Pushing, decode, decode_any, once

NOT_FOUND = "v2_entity_not_found"
DELIVERY = 2  # type of an order: delivery for somebody who is no shop of CDEK's
WAREHOUSE_DOOR, WAREHOUSE_WAREHOUSE = 137, 136
WAITING = frozenset({"ACCEPTED_AT_PICK_UP_POINT", "POSTOMAT_POSTED"})
PAGE = 1000  # points in one answer
EARLY_S = 60  # a token is renewed so long before its end
_tokens: dict[str, tuple[str, float]] = {}


@dataclass(frozen=True)
class Point:
    """An office where parcels are given out.

    Units: `heaviest_g` is the most a parcel may weigh there; None, if nothing is said.
    """

    code: str
    title: str
    address: str
    postcode: str
    hours: str
    heaviest_g: int | None = None


@dataclass(frozen=True)
class Call:
    """What a webhook says happened; only a hint: the order is read again."""

    number: str
    key: str


class Cdek:
    """Speaks to CDEK; the token is kept by the process until it ends."""

    def __init__(self) -> None:
        self._url = f"{settings.CDEK_URL or f'{settings.CARRIERS_URL}/cdek'}/v2"

    def hand_over(self, parcel: Parcel, pushing: Pushing = nullcontext) -> str:
        """Order a delivery, unless one of our number exists; empty, while CDEK still makes it."""
        found = self._entity("orders", im_number=parcel.reference)
        if found is None:
            with pushing():
                self._call("POST", "orders", json=_order(parcel))
            found = self._entity("orders", im_number=parcel.reference)
        return str((found or {}).get("cdek_number") or "")

    def ask(self, parcels: Sequence[Handed]) -> str:
        """There is no ticket: each order is read by itself; webhooks tell most before."""
        self.subscribe(f"{settings.SITE_URL}/webhooks/cdek/{hook_token()}/")
        return ""

    def fetch(self, ticket: str, parcels: Sequence[Handed]) -> Mapping[str, Sequence[Event]]:
        return {parcel.reference: self.track(parcel) for parcel in parcels}

    def track(self, parcel: Handed) -> list[Event]:
        """The statuses of an order, oldest first."""
        found = self._entity("orders", cdek_number=parcel.track)
        entity = found or {}
        return _events(entity.get("statuses") or [], str(entity.get("keep_free_until") or ""))

    def points(self, *, postcode: str = "") -> list[Point]:
        """The offices of Russia that give parcels out; only those near an index, if one is named.

        Raises: Unknown, if the list cannot be read.
        """
        found: list[Point] = []
        for page in count():
            asked = {"country_code": "RU", "type": "PVZ", "size": PAGE, "page": page}
            asked |= {"postal_code": postcode} if postcode else {}
            rows = decode_any(self._call("GET", "deliverypoints", params=asked))
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise http.Unknown("not a list of points")
            found += [_point(row) for row in rows if row.get("is_handout")]
            if len(rows) < PAGE:
                break
        return found

    def subscribe(self, url: str) -> None:
        """Ask for statuses to be told; the same address again changes nothing."""
        self._call("POST", "webhooks", json={"url": url, "type": "ORDER_STATUS"})

    def _entity(self, path: str, **params: str) -> dict[str, Any] | None:
        """Raises: Refused, but for an order CDEK does not know."""
        try:
            answer = decode(self._call("GET", path, params=params))
        except http.Refused as refused:
            if refused.status == 400 and NOT_FOUND in refused.body:
                return None
            raise
        entity = answer.get("entity")
        if not isinstance(entity, dict):
            raise http.Unknown("no entity in the answer")
        return entity

    def _call(self, method: str, path: str, **kwargs: Any) -> http.Answer:
        """One call with a token; one that CDEK no longer takes is renewed once."""
        try:
            return self._once(method, path, **kwargs)
        except http.Refused as refused:
            if refused.status != 401:
                raise
        _tokens.pop(self._url, None)
        return self._once(method, path, **kwargs)

    def _once(self, method: str, path: str, **kwargs: Any) -> http.Answer:
        keys = {"Authorization": f"Bearer {self._token()}"}
        return http.call(method, f"{self._url}/{path}", headers=keys, **kwargs)

    def _token(self) -> str:
        """Time: the process's own clock, for a token lives an hour of the world's."""
        token, until = _tokens.get(self._url, ("", 0.0))
        if time.monotonic() < until:
            return token
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.CDEK_CLIENT_ID,
            "client_secret": settings.CDEK_CLIENT_SECRET,
        }
        answer = decode(http.call("POST", f"{self._url}/oauth/token", data=form))
        try:
            token, lives = str(answer["access_token"]), float(answer["expires_in"])
        except (KeyError, TypeError, ValueError) as error:
            raise http.Unknown(f"no token in the answer: {error}") from error
        _tokens[self._url] = token, time.monotonic() + max(lives - EARLY_S, 0)
        return token


def _order(parcel: Parcel) -> dict[str, Any]:
    return {
        "type": DELIVERY,
        "number": parcel.reference,
        "tariff_code": WAREHOUSE_WAREHOUSE if parcel.point else WAREHOUSE_DOOR,
        "recipient": {"name": parcel.recipient, "phones": [{"number": parcel.phone}]},
        "from_location": {
            "country_code": "RU",
            "city": parcel.origin_city,
            "postal_code": parcel.origin_postcode,
        },
        **_whither(parcel),
        "packages": [
            {"number": parcel.reference, "weight": parcel.weight_g, "comment": parcel.reference}
        ],
    }


def _whither(parcel: Parcel) -> dict[str, Any]:
    """A point of issue or an address; CDEK takes one of them."""
    if parcel.point:
        return {"delivery_point": parcel.point}
    where = {
        "country_code": "RU",
        "region": parcel.region,
        "city": parcel.city,
        "postal_code": parcel.postcode,
        "address": parcel.street,
    }
    return {"to_location": where}


def _events(statuses: Sequence[Any], kept_until: str = "") -> list[Event]:
    """Raises: Unknown, if one of them cannot be read."""
    try:
        until = date.fromisoformat(kept_until[:10]) if kept_until else None
        return once([_event(one, until) for one in statuses])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise http.Unknown(f"statuses cannot be read: {error}") from error


def _event(one: Mapping[str, Any], until: date | None) -> Event:
    """CDEK names no country; its network is Russia's wherever we hand parcels to it."""
    code, place = str(one["code"]), str(one.get("city") or "")
    at = datetime.fromisoformat(one["date_time"]).astimezone(UTC)
    key = f"{code}@{at:%Y%m%dT%H%M%S}@{place}"
    kept_until = until if code in WAITING else None
    return Event(key, code, place, at, "RU", str(one.get("name") or ""), kept_until)


def _point(row: Mapping[str, Any]) -> Point:
    where, heaviest_kg = row.get("location") or {}, row.get("weight_max")
    return Point(
        code=str(row.get("code") or ""),
        title=str(row.get("name") or ""),
        address=", ".join(filter(None, (where.get("city"), where.get("address")))),
        postcode=str(where.get("postal_code") or ""),
        hours=str(row.get("work_time") or ""),
        heaviest_g=int(heaviest_kg * 1000) if heaviest_kg else None,
    )


def hook_token() -> str:
    """The secret part of the address CDEK calls: set, or made of the shop's own secret."""
    made = salted_hmac("logistics.cdek", "webhooks", algorithm="sha256").hexdigest()[:40]
    return settings.CDEK_HOOK_TOKEN or made


def is_theirs(token: str, source: str) -> bool:
    """Whether a call is CDEK's: they do not sign, so the secret address and their networks tell."""
    if not hmac.compare_digest(token.encode(), hook_token().encode()):
        return False
    try:
        address = ip_address(source)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in settings.CDEK_NETWORKS)


def read_call(body: bytes) -> Call:
    """The order a webhook speaks of, and what makes two calls the same one.

    Raises: ValueError, if it is not a call of theirs.
    """
    told = json.loads(body)
    if not isinstance(told, dict) or told.get("type") != "ORDER_STATUS":
        raise ValueError("not a status of an order")
    facts = told.get("attributes")
    number = str(facts.get("cdek_number") or "") if isinstance(facts, dict) else ""
    if not number.isalnum() or len(number) > 40:
        raise ValueError("no number of an order")
    return Call(number, hashlib.sha256(body).hexdigest()[:40])
