"""Russian Post: orders of a sender, and the history of one item or of thousands.

Source: design notes 4.2 (Otpravka API, single access `rtm34`, batch access `fc`).
"""

import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from django.conf import settings
from lxml import etree

from storefront.lib import http, xml

from . import Event, Handed, Parcel, Pushing, decode, decode_any, once

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
HISTORY = "http://russianpost.org/operationhistory"
DATA = "http://russianpost.org/operationhistory/data"
POS = "http://fclient.russianpost.org/postserver"
FCL = "http://fclient.russianpost.org"
MOSCOW = timezone(timedelta(hours=3))
RUSSIA = 643
NOT_READY = "6"
INDEX = re.compile(r"[0-9]{6}")


class RussianPost:
    """Speaks to Russian Post; one object per use, nothing is kept."""

    def __init__(self) -> None:
        outside = f"{settings.CARRIERS_URL}/ruspost"
        self._orders = settings.RUSPOST_ORDERS_URL or outside
        self._tracking = settings.RUSPOST_TRACKING_URL or outside

    def hand_over(self, parcel: Parcel, pushing: Pushing = nullcontext) -> str:
        """Put an order into the backlog, unless one of our number lies there; its barcode.

        The post does not keep a sender from ordering twice, so it is asked first, each time.
        """
        found = self._search(parcel.reference)
        if not found:
            with pushing():
                self._put(parcel)
            found = self._search(parcel.reference)
        if not found:
            raise http.Unknown("the order is not in the backlog")
        return found

    def _search(self, reference: str) -> str:
        url = f"{self._orders}/1.0/backlog/search"
        answer = http.call("GET", url, params={"query": reference}, headers=self._keys())
        rows = decode_any(answer)
        if not isinstance(rows, list):
            raise http.Unknown("not a list of orders")
        mine = [row for row in rows if isinstance(row, dict) and row.get("order-num") == reference]
        return str(mine[0].get("barcode") or "") if mine else ""

    def _put(self, parcel: Parcel) -> None:
        url = f"{self._orders}/1.0/user/backlog"
        answer = decode(http.call("PUT", url, json=[_order(parcel)], headers=self._keys()))
        errors = answer.get("errors")
        if errors:
            raise http.Refused(422, str(errors))

    def _keys(self) -> dict[str, str]:
        return {
            "Authorization": f"AccessToken {settings.RUSPOST_TOKEN}",
            "X-User-Authorization": f"Basic {settings.RUSPOST_KEY or self._basic()}",
        }

    def _basic(self) -> str:
        pair = f"{settings.RUSPOST_LOGIN}:{settings.RUSPOST_PASSWORD}"
        return base64.b64encode(pair.encode()).decode()

    def ask(self, parcels: Sequence[Handed]) -> str:
        """Take a ticket for the histories of up to 3 000 items."""
        root, body = _envelope(SOAP11)
        asked = etree.SubElement(body, f"{{{POS}}}ticketRequest", nsmap={"pos": POS, "fcl": FCL})
        request = etree.SubElement(asked, "request")
        for parcel in parcels:
            etree.SubElement(request, f"{{{FCL}}}Item", Barcode=parcel.track)
        self._sign(asked)
        etree.SubElement(asked, "language").text = "RUS"
        told = self._post("fc", root, "text/xml")
        _must_be_good(told)
        ticket = xml.text(told, ".//value")
        if not ticket:
            raise http.Unknown("no ticket in the answer")
        return ticket

    def fetch(self, ticket: str, parcels: Sequence[Handed]) -> Mapping[str, Sequence[Event]] | None:
        """The histories a ticket was taken for; None, while they are prepared."""
        root, body = _envelope(SOAP11)
        asked = etree.SubElement(body, f"{{{POS}}}answerByTicketRequest", nsmap={"pos": POS})
        etree.SubElement(asked, "ticket").text = ticket
        self._sign(asked)
        told = self._post("fc", root, "text/xml")
        if _error(told) == NOT_READY:
            return None
        _must_be_good(told)
        ours = {parcel.track: parcel.reference for parcel in parcels}
        return {
            ours[number]: once([_operation(one) for one in item.iterfind(f"{{{FCL}}}Operation")])
            for item in told.iter(f"{{{FCL}}}Item")
            if (number := item.get("Barcode", "")) in ours
        }

    def track(self, parcel: Handed) -> list[Event]:
        """The history of one item, now."""
        root, body = _envelope(SOAP12)
        asked = etree.SubElement(body, f"{{{HISTORY}}}getOperationHistory")
        wanted = etree.SubElement(asked, f"{{{DATA}}}OperationHistoryRequest")
        for name, value in (("Barcode", parcel.track), ("MessageType", "0"), ("Language", "RUS")):
            etree.SubElement(wanted, f"{{{DATA}}}{name}").text = value
        keys = etree.SubElement(asked, f"{{{DATA}}}AuthorizationHeader")
        keys.set(f"{{{SOAP12}}}mustUnderstand", "1")
        etree.SubElement(keys, f"{{{DATA}}}login").text = settings.RUSPOST_LOGIN
        etree.SubElement(keys, f"{{{DATA}}}password").text = settings.RUSPOST_PASSWORD
        told = self._post("rtm34", root, "application/soap+xml")
        return once([_record(one) for one in told.iter(f"{{{DATA}}}historyRecord")])

    def _sign(self, asked: etree._Element) -> None:
        etree.SubElement(asked, "login").text = settings.RUSPOST_LOGIN
        etree.SubElement(asked, "password").text = settings.RUSPOST_PASSWORD

    def _post(self, path: str, root: etree._Element, kind: str) -> etree._Element:
        """Raises: the errors of lib.http; Unknown for what is no XML."""
        answer = http.call(
            "POST",
            f"{self._tracking}/{path}",
            data=xml.dump(root),
            headers={"Content-Type": f"{kind}; charset=utf-8"},
        )
        try:
            return xml.parse(answer.body)
        except xml.BadXml as error:
            raise http.Unknown(str(error)) from error


def _order(parcel: Parcel) -> dict[str, Any]:
    surname, _space, given = parcel.recipient.partition(" ")
    return {
        "order-num": parcel.reference,
        "address-type-to": "DEFAULT",
        "mail-category": "ORDINARY",
        "mail-direct": RUSSIA,
        "mail-type": "ONLINE_COURIER",
        "mass": parcel.weight_g,
        "index-to": parcel.postcode,
        "region-to": parcel.region,
        "place-to": parcel.city,
        "street-to": parcel.street,
        "surname": surname,
        "given-name": given,
        "tel-address": "".join(filter(str.isdigit, parcel.phone)),
        "postoffice-code": parcel.origin_postcode,
    }


def _envelope(soap: str) -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{soap}}}Envelope", nsmap={"soapenv": soap})
    etree.SubElement(root, f"{{{soap}}}Header")
    return root, etree.SubElement(root, f"{{{soap}}}Body")


def _error(told: etree._Element) -> str:
    found = next(told.iter("error"), None)
    return "" if found is None else found.get("ErrorTypeID", "?")


def _must_be_good(told: etree._Element) -> None:
    found = next(told.iter("error"), None)
    if found is not None:
        raise http.Refused(422, f"{found.get('ErrorTypeID')}: {found.get('ErrorName')}")


def _operation(one: etree._Element) -> Event:
    """An operation of the batch; times are Moscow's, places are offices by index.

    Raises: Unknown, if it cannot be read.
    """
    try:
        at = datetime.strptime(one.get("DateOper", ""), "%d.%m.%Y %H:%M:%S")  # noqa: DTZ007  Moscow
    except ValueError as error:
        raise http.Unknown(str(error)) from error
    code = f"{one.get('OperTypeID')}/{one.get('OperCtgID')}"
    place = one.get("IndexOper", "")
    return _event(code, at.replace(tzinfo=MOSCOW), place, "", one.get("OperName", ""))


def _record(one: etree._Element) -> Event:
    """A record of the single access.

    Raises: Unknown, if it cannot be read.
    """
    names = {"d": DATA}

    def text(path: str) -> str:
        return xml.text(one, "/".join(f"d:{part}" for part in path.split("/")), names)

    try:
        at = datetime.fromisoformat(text("OperationParameters/OperDate"))
    except ValueError as error:
        raise http.Unknown(str(error)) from error
    code = f"{text('OperationParameters/OperType/Id')}/{text('OperationParameters/OperAttr/Id')}"
    words = (text("OperationParameters/OperType/Name"), text("OperationParameters/OperAttr/Name"))
    place = text("AddressParameters/OperationAddress/Index")
    country = text("AddressParameters/CountryOper/Code2A")
    return _event(code, at, place, country, ", ".join(filter(None, words)))


def _event(code: str, at: datetime, place: str, country: str, text: str) -> Event:
    """The same scan has the same key by both ways of asking: code, minute and office.

    The batch names no country; who works at a six-digit index is in Russia.
    """
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    key = f"{code}@{minute:%Y%m%dT%H%M}@{place}"
    where = country or ("RU" if INDEX.fullmatch(place) else "")
    return Event(key, code, place, minute, where, text)
