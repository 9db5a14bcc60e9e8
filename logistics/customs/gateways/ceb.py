"""The Chinese window: the CEB messages about a parcel, handed in and asked about."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from storefront.lib import clock, http, xml

from . import envelope, messages, receipts, schema, signing
from .envelope import Envelope
from .messages import Facts, Node

YUAN = "142"
RUSSIA = "344"
KILOGRAM = "035"
# Source: design notes 1.7
TRAFFIC = {"air": "5", "rail": "3", "road": "4", "river": "2", "post": "6"}
INVENTORY = "CEB603"
ENVELOPED = "application/vnd.chinaport.dxp+xml"


@dataclass(frozen=True)
class Firm:
    """A party of a message: its code at customs and its registered name."""

    code: str
    name: str


@dataclass(frozen=True)
class Parties:
    """The firms that answer for a parcel; `warehouse` and its book only for bonded goods."""

    platform: Firm
    seller: Firm
    owner: Firm
    logistics: Firm
    payment: Firm
    agent: Firm
    dxp: str
    warehouse: Firm | None = None
    account_book: str = ""


@dataclass(frozen=True)
class Goods:
    """One line as declared.

    Money: yuan for one piece, without freight. Units: `net_kg` is of the whole line.
    """

    item_no: str
    name: str
    model: str
    barcode: str
    hs_code: str
    unit_1: str
    unit_2: str
    quantity: int
    price: Decimal
    net_kg: Decimal

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity

    def in_unit(self, unit: str) -> Decimal:
        return self.net_kg if unit == KILOGRAM else Decimal(self.quantity)


@dataclass(frozen=True)
class Paper:
    """Everything the messages about one parcel say.

    Money: yuan; `freight` is what the buyer paid for the way. `documents` are the messages that
    the mode asks for before the list; `amended` is what a person mended after a rejection, by
    element, with the number of its line behind a slash.
    """

    reference: str
    order_no: str
    waybill_no: str
    mode: str
    customs_code: str
    traffic: str
    voyage: str
    parties: Parties
    pay_no: str
    paid_at: datetime
    freight: Decimal
    gross_kg: Decimal
    goods: tuple[Goods, ...]
    is_simplified: bool
    made_at: datetime
    documents: tuple[str, ...] = ("CEB303", "CEB403", "CEB505")
    order_type: str = "E"
    code_digits: int = 4
    port_code: str = ""
    amended: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> Decimal:
        return sum((line.total for line in self.goods), Decimal(0))

    @property
    def net_kg(self) -> Decimal:
        return sum((line.net_kg for line in self.goods), Decimal(0))

    def guid(self, kind: str) -> str:
        """The same paper always carries the same guid, so that sending twice is once."""
        return guid_of(f"{self.reference}/{kind}")


def guid_of(name: str) -> str:
    """The same name always has the same guid: 36 characters, capital letters."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name)).upper()


def write(paper: Paper) -> dict[str, bytes]:
    """The messages about a parcel, by kind: the documents its mode asks for, then the list.

    Raises: BadField, NotBySchema, NoSigner.
    """
    facts = _facts(paper)
    lines = [_line(goods, paper) for goods in paper.goods]
    said = {}
    for kind in (*paper.documents, INVENTORY):
        head = {**facts, **_own(kind, paper), "guid": paper.guid(f"{kind}/1")}
        node = Node(head, _amended(lines, paper) if kind == INVENTORY else lines)
        said[kind] = finish(kind, [node], guid=paper.guid(kind), parties=paper.parties)
    return said


def finish(kind: str, nodes: Sequence[Node], *, guid: str, parties: Parties) -> bytes:
    """A whole message: built, signed where it must be, and held against the schema.

    Raises: BadField, NotBySchema, NoSigner.
    """
    sender = {
        "copCode": parties.agent.code,
        "copName": parties.agent.name,
        "dxpId": parties.dxp,
    }
    root = messages.build(kind, nodes, guid=guid, sender=sender)
    if messages.forms()[kind].is_signed:
        signing.sign(root, signing.current())
    schema.check(root)
    return xml.dump(root)


def opening(at: datetime) -> dict[str, object]:
    """What every head begins with: new, declared, when."""
    return {"appType": 1, "appTime": at, "appStatus": 2}


def _facts(paper: Paper) -> dict[str, object]:
    """Everything the messages say, once; each takes the elements of its table."""
    return {
        **opening(paper.made_at),
        **_firms(paper.parties),
        **_goods_and_money(paper),
        **_way(paper),
    }


def _firms(parties: Parties) -> dict[str, object]:
    named = {
        "ebp": parties.platform,
        "ebc": parties.seller,
        "owner": parties.owner,
        "logistics": parties.logistics,
        "pay": parties.payment,
        "agent": parties.agent,
        "iac": parties.warehouse,
    }
    return {
        **{f"{name}Code": firm.code for name, firm in named.items() if firm},
        **{f"{name}Name": firm.name for name, firm in named.items() if firm},
        "emsNo": parties.account_book,
    }


def _goods_and_money(paper: Paper) -> dict[str, object]:
    """Money: yuan; goods without freight, the freight as the buyer paid it."""
    return {
        "orderType": paper.order_type,
        "orderNo": paper.order_no,
        "goodsValue": paper.value,
        "charge": paper.value,
        "currency": YUAN,
        "payNo": paper.pay_no,
        "accountingDate": paper.paid_at,
        "freight": paper.freight,
        "fCurrency": YUAN,
        "fFlag": 3,
        "insuredFee": 0,
        "iCurrency": YUAN,
        "iFlag": 3,
        "goodsInfo": "; ".join(line.name for line in paper.goods)[:200],
        "wrapType": 2,
        "packNo": 1,
        "grossWeight": paper.gross_kg,
        "netWeight": paper.net_kg,
    }


def _way(paper: Paper) -> dict[str, object]:
    return {
        "customsCode": paper.customs_code,
        "portCode": paper.port_code or paper.customs_code,
        "copNo": paper.reference,
        "ieFlag": "E",
        "ieDate": messages.show(paper.made_at)[:8],
        "statisticsFlag": "A" if paper.is_simplified else "B",
        "tradeMode": paper.mode,
        "logisticsNo": paper.waybill_no,
        "trafMode": TRAFFIC[paper.traffic],
        "voyageNo": paper.voyage[:32],
        "country": RUSSIA,
        "POD": RUSSIA,
    }


def _own(kind: str, paper: Paper) -> dict[str, object]:
    """What one message says otherwise than the rest."""
    if kind == "CEB303":
        return {"freight": 0}  # the goods are sold free on board; the waybill has the freight
    if kind == INVENTORY:
        return {name: text for name, text in paper.amended.items() if "/" not in name}
    return {}


def _line(goods: Goods, paper: Paper) -> dict[str, object]:
    digits = paper.code_digits if paper.is_simplified else 10
    return {
        "itemNo": goods.item_no,
        "itemRecordNo": goods.item_no if paper.parties.warehouse else None,
        "itemName": goods.name,
        "gname": goods.name,
        "gmodel": goods.model,
        "gcode": goods.hs_code[:digits] + "0" * (10 - digits),
        "barCode": goods.barcode or "无",
        "country": RUSSIA,
        "currency": YUAN,
        "qty": goods.quantity,
        "unit": goods.unit_1,
        "qty1": goods.in_unit(goods.unit_1),
        "unit1": goods.unit_1,
        "qty2": goods.in_unit(goods.unit_2) if goods.unit_2 else None,
        "unit2": goods.unit_2,
        "price": goods.price,
        "totalPrice": goods.total,
    }


def _amended(lines: Sequence[Facts], paper: Paper) -> list[Facts]:
    """The lines of the list with what a person has mended: `gname/2` is line 2's."""
    mended = [dict(line) for line in lines]
    for name, text in paper.amended.items():
        element, slash, number = name.partition("/")
        if slash and 0 < int(number) <= len(mended):
            mended[int(number) - 1][element] = text
    return [*mended]


def send(kind: str, guid: str, body: bytes, *, sender: str, receiver: str) -> None:
    """Hand a message in, in its envelope; the same guid again changes nothing.

    A window that has this guid with another body (a stopped worker signed it before) has the
    message: its receipts decide.
    Raises: the errors of lib.http.
    """
    sealed = envelope.wrap(Envelope(guid, sender, [receiver], clock.now(), f"{kind}Message", body))
    headers = {"Content-Type": ENVELOPED}
    try:
        http.call("POST", f"{settings.CUSTOMS_CN_URL}/messages", data=sealed, headers=headers)
    except http.Refused as refusal:
        if refusal.status != 409:
            raise


def ask(guids: Sequence[str]) -> dict[str, list[receipts.Receipt]]:
    """The receipts of messages so far, in one call; what the window never saw is left out.

    Raises: the errors of lib.http; BadXml.
    """
    if not guids:
        return {}
    asked: dict[str, Any] = {"params": {"guid": ",".join(guids)}, "headers": {"Accept": ENVELOPED}}
    answer = http.call("GET", f"{settings.CUSTOMS_CN_URL}/receipts", **asked)
    found = {}
    for sealed in envelope.unwrap_all(answer.body):
        root = xml.parse(sealed.body)
        found[str(root.get("guid"))] = receipts.read(sealed.body)
    return found
