"""The Russian customs window: a simplified express declaration in, its marks out.

The document is a root `ExpressCargoDeclaration` (any namespace) with these children:
`Reference` (ours, 1..36), `TrackNumber` (1..36), `CustomsCode` (2, 5 or 8 digits),
`RecipientCity` (1..100), `GrossWeight` (kg), optional `DutyPaid` with attribute `currency`, and
`Goods` with 1..100 `Item`, each with `Numeric` (from 1), `TNVEDCode` (4, 6, 8 or 10 digits),
`Description` (1..250), `Quantity`, `NetWeight` (kg) and `Value` with attribute `currency`.
Where payments are due and the registry's kind is told (`ExpressRegistryKindCode`),
`ConsigneeDetails` must name who pays: `PersonId` (an INN of 12 digits) and `IdentityCard` with
series and number; they are checked and not kept. Other children are taken and ignored. Answers
carry the decision codes of the Federal Customs Service (DOMAIN.md 2.3): 10 released, 31 payment
required, 32 released and paid, 60 documents asked, 92 held for control, 90 refused; scripts
`declaration`, `hold`, `documents` and `duty` ask for them.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from storefront.lib import identifiers
from storefront.sandbox import clock, papers, parties
from storefront.sandbox.clock import MOSCOW
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import (
    Problem,
    Reply,
    Request,
    as_json,
    as_xml,
    texts_of,
)

_PARTY = "customs.ru"
_MARKS = {
    "": "REGISTERED",
    "10": "RELEASED",
    "31": "DUTY",
    "32": "RELEASED",
    "60": "HOLD",
    "90": "REFUSED",
    "92": "HOLD",
}
_HOLDS = (("92", "Требуется представить товар"), ("60", "Запрошены сведения о стоимости"))
_MORE = {"32", "60"}  # these leave the names of the common ones as they were
_DUTY = "Требуется уплата таможенных платежей"
_REFUSALS = ("Товар не для личного пользования", "Сведения о товаре недостоверны")


def _post(request: Request) -> Reply:
    declared = _read(request.xml())
    reference = declared["reference"]
    with request.world.books.write() as page:
        known = papers.seen(page, "declaration", _PARTY, reference, request.digest)
        if known:
            return as_json({"reference": reference, "number": known.body["number"]})
        story = request.world.story(page, "declaration")
        now = request.moment.business
        local = now.astimezone(MOSCOW)
        number = f"{declared['customs_code']:0<8}/{local:%d%m%y}/{story.number:07d}"
        marks = [
            {
                "id": story.ident(f"{_MARKS[code]}{code if code in _MORE else ''}"),
                "mark": _MARKS[code],
                "decision_code": code,
                "at": clock.show(at),
                "reason": reason,
            }
            for at, code, reason in _marks(page, story, now)
        ]
        body = {**declared, "number": number, "marks": marks}
        paper = Paper("declaration", _PARTY, reference, story.number, clock.show(now), body)
        papers.keep(page, paper, request.digest)
    return as_json({"reference": reference, "number": number}, 202)


_Marks = list[tuple[datetime, str, str]]


def _marks(page: sqlite3.Connection, story: Story, now: datetime) -> _Marks:
    """Draw the answers: registered, then released, held first, or refused."""
    registered = now + story.takes("customs_ru_registered")
    decided = max(registered, now + story.takes("customs_ru_clearance"))
    held, refused = story.happens("declaration_held"), story.happens("declaration_refused")
    over = decided + story.takes("customs_ru_hold")
    (code, why_held), why_refused = story.dice.choice(_HOLDS), story.dice.choice(_REFUSALS)
    scripted = parties.refusal(page, _PARTY, "declaration")
    if scripted or refused:
        return [(registered, "", ""), (decided, "90", scripted or why_refused)]
    if parties.refusal(page, _PARTY, "duty"):
        return [(registered, "", ""), (decided, "31", _DUTY), (over, "32", "")]
    asked = parties.refusal(page, _PARTY, "documents")
    scripted = parties.refusal(page, _PARTY, "hold")
    if asked or scripted or held:
        code = "60" if asked else "92" if scripted else code
        said = asked or scripted or why_held
        return [(registered, "", ""), (decided, code, said), (over, "10", "")]
    return [(registered, "", ""), (decided, "10", "")]


def _get(request: Request) -> Reply:
    with request.world.books.read() as page:
        paper = papers.get(page, "declaration", _PARTY, request.parts["reference"])
    marks = _reached(paper, request.moment.business)
    if request.query.get("format") == "xml":
        return as_xml(_as_xml(paper, marks))
    number = paper.body["number"]
    return as_json({"reference": paper.reference, "number": number, "marks": marks})


def _many(request: Request) -> Reply:
    wanted = texts_of(request.json(), "references")
    with request.world.books.read() as page:
        found = {
            paper.reference: _reached(paper, request.moment.business)
            for paper in papers.several(page, ("declaration",), _PARTY, wanted)
        }
    return as_json({"marks": found})


def _reached(paper: Paper, now: datetime) -> list[dict[str, Any]]:
    return [mark for mark in paper.body["marks"] if clock.parse(mark["at"]) <= now]


def _as_xml(paper: Paper, marks: list[dict[str, Any]]) -> etree._Element:
    root = etree.Element("ExpressCargoDeclarationCustomMark")
    etree.SubElement(root, "Reference").text = paper.reference
    etree.SubElement(root, "GTDNumber").text = paper.body["number"]
    for mark in marks:
        shown = etree.SubElement(root, "Consignment")
        etree.SubElement(shown, "Mark").text = mark["mark"]
        etree.SubElement(shown, "DecisionCode").text = mark["decision_code"]
        etree.SubElement(shown, "DecisionDate").text = mark["at"]
        etree.SubElement(shown, "Reason").text = mark["reason"]
    return root


def _read(root: etree._Element) -> dict[str, Any]:
    """Read a declaration.

    Raises: Problem 422, naming the element.
    """
    if etree.QName(root).localname != "ExpressCargoDeclaration":
        raise Problem(422, "bad_declaration", "the root is no ExpressCargoDeclaration", "root")
    items = root.findall("{*}Goods/{*}Item")
    if not 1 <= len(items) <= 100:
        raise _bad("Goods", "must hold 1..100 items")
    gross = _number(root, "GrossWeight")
    _consignee(root)
    goods = [_item(item, place) for place, item in enumerate(items, 1)]
    if sum(Decimal(item["net_weight_kg"]) for item in goods) > gross:
        raise _bad("NetWeight", "the items weigh more than the parcel")
    return {
        "reference": _text(root, "Reference", r".{1,36}"),
        "track_number": _text(root, "TrackNumber", r".{1,36}"),
        "customs_code": _text(root, "CustomsCode", r"(\d{2}|\d{5}|\d{8})"),
        "recipient_city": _text(root, "RecipientCity", r".{1,100}"),
        "gross_weight_kg": str(gross),
        "goods": goods,
    }


def _consignee(root: etree._Element) -> None:
    """Look at who pays, where something is due."""
    paid = (root.findtext("{*}DutyPaid") or "").strip()
    kind = root.find("{*}ExpressRegistryKindCode")
    if kind is None or not re.fullmatch(r"\d+(\.\d+)?", paid) or not Decimal(paid):
        return
    person = root.find("{*}ConsigneeDetails")
    if person is None:
        raise _bad("ConsigneeDetails", "payments are due, but nobody is named")
    if not identifiers.is_inn_of_person(_text(person, "PersonId", r"\d{12}")):
        raise _bad("PersonId", "the check digits are wrong")
    card = person.find("{*}IdentityCard")
    if card is None:
        raise _bad("IdentityCard", "is missing")
    _text(card, "IdentityCardSeries", r"\d{4}")
    _text(card, "IdentityCardNumber", r"\d{6}")


def _item(item: etree._Element, place: int) -> dict[str, Any]:
    if _text(item, "Numeric", r"\d{1,3}") != str(place):
        raise _bad("Numeric", "items must be numbered from 1")
    value = item.find("{*}Value")
    currency = value.get("currency", "") if value is not None else ""
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise _bad("Value", "needs a currency")
    return {
        "code": _text(item, "TNVEDCode", r"(\d{4}|\d{6}|\d{8}|\d{10})"),
        "description": _text(item, "Description", r".{1,250}"),
        "quantity": str(_number(item, "Quantity")),
        "net_weight_kg": str(_number(item, "NetWeight")),
        "value": str(_number(item, "Value")),
        "currency": currency,
    }


def _text(parent: etree._Element, name: str, form: str) -> str:
    text = (parent.findtext(f"{{*}}{name}") or "").strip()
    if not re.fullmatch(form, text):
        raise _bad(name, "is missing or of the wrong form")
    return text


def _number(parent: etree._Element, name: str) -> Decimal:
    text = (parent.findtext(f"{{*}}{name}") or "").strip()
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise _bad(name, f"{text[:40]!r} is no number") from None
    if not found.is_finite() or found <= 0:
        raise _bad(name, "must be more than nothing")
    return found


def _bad(name: str, detail: str) -> Problem:
    return Problem(422, "bad_declaration", f"{name}: {detail}", name)


ROUTES: Routes = [
    ("POST", "/customs/ru/declarations", _post),
    ("POST", "/customs/ru/marks", _many),
    ("GET", "/customs/ru/declarations/{reference}", _get),
]
