"""The Russian window: express declarations out, marks in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from lxml import etree

from storefront.lib import http, xml

SUBJECT = "subject"
PASSPORT = "RU01001"  # Source: classifier of identity documents 2053, passport of Russia [U]


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
    """An express declaration of one parcel for personal use.

    Money: `duty` is everything due and `vat` the part of it that is VAT, `value` that of the
    goods, in rubles; `eur_rate` rubles for one euro. `subject` stands for the recipient's papers,
    which are put in only while the paper is sent.
    """

    reference: str
    track: str
    customs_code: str
    city: str
    gross_kg: Decimal
    duty: Decimal
    items: tuple[Item, ...]
    kind: str = "ПТДЭГ"
    rule: str = ""
    value: Decimal = Decimal(0)
    eur_rate: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    subject: str = ""


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
    _add(root, "ExpressRegistryKindCode", paper.kind)
    if paper.rule:
        payment = _add(root, "CustomsPaymentDetails", "")
        payment.set("rule", paper.rule)
        _add(payment, "TaxBase", f"{paper.value:.2f}")
        _add(payment, "Rate", f"{paper.eur_rate:.4f}")
        _add(payment, "PaymentAmount", f"{paper.duty - paper.vat:.2f}")
        _add(payment, "VatAmount", f"{paper.vat:.2f}")
    if paper.subject:
        _add(root, "ConsigneeDetails", "").set(SUBJECT, paper.subject)
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


def subject_of(body: bytes) -> str:
    """Whose papers a declaration wants before it may be sent; empty, if nobody's."""
    node = xml.parse(body).find("ConsigneeDetails")
    return node.get(SUBJECT, "") if node is not None else ""


def fill(body: bytes, person: Mapping[str, str]) -> bytes:
    """The declaration with the recipient in it, as it goes out and is kept nowhere.

    Source: ConsigneeDetails and IdentityCard of the album of formats, design notes 2.3.
    """
    root = xml.parse(body)
    node = root.find("ConsigneeDetails")
    assert node is not None, "only a paper with a recipient is filled"
    del node.attrib[SUBJECT]
    _add(node, "OrganizationName", person["full_name"][:150])
    _add(node, "PersonId", person["inn"])
    _add(node, "BirthDate", person["birth_on"])
    card = _add(node, "IdentityCard", "")
    _add(card, "IdentityCardCode", PASSPORT)
    _add(card, "IdentityCardSeries", person["series"])
    _add(card, "IdentityCardNumber", person["number"])
    _add(card, "IdentityCardDate", person["issued_on"])
    _add(card, "OrganizationName", person["issuer"][:150])
    _add(card, "IssuerCode", person["unit_code"])
    return xml.dump(root)


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
