"""The Russian window: express declarations out, marks in."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from lxml import etree

from storefront.lib import http, xml

MARKS = {"released": "RELEASED", "refused": "REFUSED", "held": "HOLD"}


@dataclass(frozen=True)
class Item:
    """One line as declared. Money: yuan, the whole line. Units: `net_kg` of the whole line."""

    tnved: str
    description: str
    quantity: int
    net_kg: Decimal
    value: Decimal


@dataclass(frozen=True)
class Paper:
    """An express declaration of one parcel for personal use. Money: `duty` in rubles."""

    reference: str
    track: str
    customs_code: str
    city: str
    gross_kg: Decimal
    duty: Decimal
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Mark:
    """What the window decided about a parcel."""

    key: str
    mark: str
    code: str
    at: datetime
    reason: str
    body: str


def write(paper: Paper) -> bytes:
    """The declaration as XML."""
    root = etree.Element("ExpressCargoDeclaration")
    _add(root, "Reference", paper.reference)
    _add(root, "TrackNumber", paper.track)
    _add(root, "CustomsCode", paper.customs_code)
    _add(root, "RecipientCity", paper.city)
    _add(root, "GrossWeight", f"{paper.gross_kg:.3f}")
    _add(root, "DutyPaid", f"{paper.duty:.2f}").set("currency", "RUB")
    goods = etree.SubElement(root, "Goods")
    for number, item in enumerate(paper.items, start=1):
        node = etree.SubElement(goods, "Item")
        _add(node, "Numeric", str(number))
        _add(node, "TNVEDCode", item.tnved)
        _add(node, "Description", item.description[:250])
        _add(node, "Quantity", str(item.quantity))
        _add(node, "NetWeight", f"{item.net_kg:.3f}")
        _add(node, "Value", f"{item.value:.2f}").set("currency", "CNY")
    return xml.dump(root)


def _add(parent: etree._Element, name: str, text: str) -> etree._Element:
    node = etree.SubElement(parent, name)
    node.text = text
    return node


def send(body: bytes) -> str:
    """Hand a declaration in and learn its number; the same again gives the same number.

    Raises: the errors of lib.http; Unknown, if the answer cannot be read.
    """
    kind = {"Content-Type": "application/xml; charset=utf-8"}
    answer = http.call("POST", f"{settings.CUSTOMS_RU_URL}/declarations", data=body, headers=kind)
    try:
        return str(json.loads(answer.body)["number"])
    except (ValueError, KeyError, TypeError) as error:
        raise http.Unknown(f"no number in the answer: {error}") from error


def ask(reference: str) -> list[Mark] | None:
    """The marks so far; None, if the window never saw the declaration.

    Raises: the errors of lib.http; Unknown, if the answer cannot be read.
    """
    try:
        answer = http.call("GET", f"{settings.CUSTOMS_RU_URL}/declarations/{reference}")
    except http.Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    try:
        return [_mark(entry) for entry in json.loads(answer.body)["marks"]]
    except (ValueError, KeyError, TypeError) as error:
        raise http.Unknown(f"marks cannot be read: {error}") from error


def _mark(entry: dict[str, str]) -> Mark:
    return Mark(
        key=str(entry["id"]),
        mark=entry["mark"],
        code=str(entry.get("decision_code") or ""),
        at=datetime.fromisoformat(entry["at"]),
        reason=entry.get("reason") or "",
        body=json.dumps(entry, ensure_ascii=False, sort_keys=True),
    )


def verdict(marks: list[Mark]) -> str:
    """What marks say together, in whatever order: `released`, `refused`, `held` or `pending`."""
    names = {mark.mark for mark in marks}
    return next((word for word, mark in MARKS.items() if mark in names), "pending")
