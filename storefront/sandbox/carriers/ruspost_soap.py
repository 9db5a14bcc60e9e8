"""Russian Post's tracking: one item at once (SOAP 1.2), or a ticket for thousands (SOAP 1.1).

Source: the specification of single and batch access (design notes 4.2): envelopes, namespaces,
elements, error ids; an answer by ticket comes after a quarter of an hour at the earliest.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from storefront.sandbox import books, clock, papers
from storefront.sandbox.carriers import lastmile
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request

CARRIER = "ruspost"
_SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
_HISTORY = "http://russianpost.org/operationhistory"
_DATA = "http://russianpost.org/operationhistory/data"
_POS = "http://fclient.russianpost.org/postserver"
_FCL = "http://fclient.russianpost.org"
_READY = timedelta(minutes=15)
_KEPT = timedelta(hours=32)
_MOST = 3000
_LOGIN = "sungari"
_ERRORS = {
    2: "Формат данных запроса не соответствует установленному настоящим протоколом",
    3: "Неуспешная авторизация клиента при вызове метода",
    6: "Ответ по билету еще не готов",
    16: "Внутренняя ошибка работы Сервиса отслеживания",
    18: "Превышено максимально допустимое количество отправлений в запросе",
    21: "Длина одного или нескольких идентификаторов превышает максимальный размер",
}


@dataclass(frozen=True)
class Operation:
    """How the post and the couriers name one event."""

    kind: str
    attribute: str
    name: str
    attribute_name: str
    cdek: str
    cdek_number: str
    cdek_name: str


@cache
def operations() -> Mapping[str, Operation]:
    """Read the table of the carriers' own names."""
    with (Path(__file__).parent / "operations.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["event"]: Operation(
                row["ruspost"].split("/")[0],
                row["ruspost"].split("/")[1],
                row["ruspost_name"],
                row["ruspost_attribute"],
                row["cdek"],
                row["cdek_number"],
                row["cdek_name"],
            )
            for row in csv.DictReader(lines)
        }


def _office(paper: Paper, event: Mapping[str, Any]) -> str:
    """Tell the index of the office an event happened at."""
    if event["code"] == "LASTMILE_ACCEPTED" or event["place"] == "SENDER":
        here = lastmile.by_name(paper.body["here"])
        assert here is not None, "it was taken in there"
        return here.index
    return str(paper.body["index"])


def _minute(event: Mapping[str, Any]) -> datetime:
    return clock.parse(event["happened_at"]).replace(second=0).astimezone(clock.MOSCOW)


# One item at a time


def _single(request: Request) -> Reply:
    body = request.xml()
    login, password = _text(body, "login"), _text(body, "password")
    if login != _LOGIN or password != lastmile.secret(request, CARRIER):
        return _fault("AuthorizationFault", _ERRORS[3])
    barcode, language = _text(body, "Barcode"), _text(body, "Language") or "RUS"
    if language not in ("RUS", "ENG"):
        return _fault("LanguageFault", "Недопустимый идентификатор языка")
    if len(barcode) not in (13, 14):
        return _fault("OperationHistoryFault", _ERRORS[2])
    with request.world.books.read() as page:
        found = lastmile.by_numbers(page, CARRIER, [barcode]).get(barcode)
    return _history(found, request.moment.business)


def _text(body: etree._Element, name: str) -> str:
    found = next(body.iter(f"{{*}}{name}"), None)
    return "" if found is None else (found.text or "").strip()


def _envelope(soap: str) -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{soap}}}Envelope", nsmap={"S": soap})
    return root, etree.SubElement(root, f"{{{soap}}}Body")


def _answer(root: etree._Element, soap: str, status: int = 200) -> Reply:
    kind = "application/soap+xml" if soap == _SOAP12 else "text/xml"
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Reply(body, status, f"{kind}; charset=utf-8")


def _fault(name: str, text: str) -> Reply:
    root, body = _envelope(_SOAP12)
    fault = etree.SubElement(body, f"{{{_SOAP12}}}Fault")
    code = etree.SubElement(fault, f"{{{_SOAP12}}}Code")
    etree.SubElement(code, f"{{{_SOAP12}}}Value").text = "S:Receiver"
    reason = etree.SubElement(fault, f"{{{_SOAP12}}}Reason")
    etree.SubElement(reason, f"{{{_SOAP12}}}Text").text = text
    detail = etree.SubElement(fault, f"{{{_SOAP12}}}Detail")
    etree.SubElement(detail, f"{{{_DATA}}}{name}").text = text
    return _answer(root, _SOAP12, 500)


def _history(paper: Paper | None, now: datetime) -> Reply:
    root, body = _envelope(_SOAP12)
    answer = etree.SubElement(body, f"{{{_HISTORY}}}getOperationHistoryResponse")
    data = etree.SubElement(answer, f"{{{_DATA}}}OperationHistoryData", nsmap={"d": _DATA})
    for event in lastmile.happened(paper, now) if paper else []:
        assert paper is not None
        _record(data, paper, event)
    return _answer(root, _SOAP12)


def _record(data: etree._Element, paper: Paper, event: Mapping[str, Any]) -> None:
    told, sent = operations()[event["code"]], paper.body["sent"]
    at = _minute(event).isoformat(timespec="milliseconds")
    _grow(
        etree.SubElement(data, f"{{{_DATA}}}historyRecord"),
        {
            "AddressParameters": {
                "DestinationAddress": _address(paper.body["index"], paper.body["there"]),
                "OperationAddress": _address(_office(paper, event), event["place"]),
                "MailDirect": _RUSSIA,
                "CountryFrom": _RUSSIA,
                "CountryOper": _RUSSIA,
            },
            "FinanceParameters": {"Payment": "0", "Value": "0", "MassRate": "0", "CustomDuty": "0"},
            "ItemParameters": {
                "Barcode": paper.body["track"],
                "ComplexItemName": "Посылка онлайн",
                "MailType": {"Id": "23", "Name": "Посылка онлайн"},
                "Mass": str(sent["mass"]),
            },
            "OperationParameters": {
                "OperType": {"Id": told.kind, "Name": told.name},
                "OperAttr": {"Id": told.attribute, "Name": told.attribute_name},
                "OperDate": at,
            },
            "UserParameters": {"SendCtg": {"Id": "2", "Name": "Бизнес"}},
        },
    )


_RUSSIA = {
    "Id": "643",
    "Code2A": "RU",
    "Code3A": "RUS",
    "NameRU": "Российская Федерация",
    "NameEN": "Russian Federation",
}


def _address(index: str, title: str) -> dict[str, str]:
    return {"Index": index, "Description": title}


def _grow(parent: etree._Element, tree: Mapping[str, Any]) -> None:
    for name, value in tree.items():
        child = etree.SubElement(parent, f"{{{_DATA}}}{name}")
        if isinstance(value, Mapping):
            _grow(child, value)
        else:
            child.text = value


# A ticket for many


def _batch(request: Request) -> Reply:
    body = request.xml()
    asked = next((node for node in body.iter(f"{{{_POS}}}*")), None)
    name = "" if asked is None else etree.QName(asked).localname
    answer = {"ticketRequest": "ticketResponse", "answerByTicketRequest": "answerByTicketResponse"}
    if name not in answer:
        raise Problem(500, "soap", _ERRORS[2])
    root, whole = _envelope(_SOAP11)
    told = etree.SubElement(whole, f"{{{_POS}}}{answer[name]}", nsmap={"ns2": _POS, "ns3": _FCL})
    if _text(body, "login") != _LOGIN or _text(body, "password") != lastmile.secret(
        request, CARRIER
    ):
        _error(told, 3)
    elif name == "ticketRequest":
        _ticket(request, body, told)
    else:
        _by_ticket(request, body, told)
    return _answer(root, _SOAP11)


def _error(told: etree._Element, number: int) -> None:
    error = etree.SubElement(told, "error")
    error.set("ErrorTypeID", str(number))
    error.set("ErrorName", _ERRORS[number])


def _ticket(request: Request, body: etree._Element, told: etree._Element) -> None:
    numbers = [node.get("Barcode", "") for node in body.iter(f"{{{_FCL}}}Item")]
    if not 1 <= len(numbers) <= _MOST:
        _error(told, 18 if numbers else 2)
    elif any(len(number) > 14 for number in numbers):
        _error(told, 21)
    else:
        now = request.moment.business
        with request.world.books.write() as page:
            count = books.count(page, "ticket")
            stamp = now.astimezone(clock.MOSCOW)
            name = f"{stamp:%Y%m%d%H%M%S}{count % 1000:03d}{_LOGIN.upper()}"
            kept = {"numbers": numbers}
            papers.keep(page, Paper("ticket", CARRIER, name, count, clock.show(now), kept), "")
        etree.SubElement(told, "value").text = name


def _by_ticket(request: Request, body: etree._Element, told: etree._Element) -> None:
    now = request.moment.business
    with request.world.books.read() as page:
        ticket = papers.find(page, "ticket", CARRIER, _text(body, "ticket"))
        age = now - clock.parse(ticket.made_at) if ticket else _KEPT
        if ticket is None or age >= _KEPT:
            _error(told, 2)
            return
        if age < _READY:
            _error(told, 6)
            return
        wanted = ticket.body["numbers"]
        found = lastmile.by_numbers(page, CARRIER, wanted)
    ready = clock.parse(ticket.made_at) + _READY
    value = etree.SubElement(told, "value")
    value.set("FileTypeID", "2")
    value.set("DatePreparation", _stamp(ready))
    for number in wanted:
        item = etree.SubElement(value, f"{{{_FCL}}}Item", Barcode=number)
        for event in lastmile.happened(found[number], ready) if number in found else []:
            _operation(item, found[number], event)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(clock.MOSCOW):%d.%m.%Y %H:%M:%S}"


def _operation(item: etree._Element, paper: Paper, event: Mapping[str, Any]) -> None:
    told = operations()[event["code"]]
    etree.SubElement(
        item,
        f"{{{_FCL}}}Operation",
        OperTypeID=told.kind,
        OperCtgID=told.attribute,
        OperName=told.name,
        DateOper=_stamp(_minute(event)),
        IndexOper=_office(paper, event),
    )


ROUTES: Routes = [
    ("POST", "/carriers/ruspost/rtm34", _single),
    ("POST", "/carriers/ruspost/fc", _batch),
]
