"""The Chinese window: the four CEB messages, handed in and asked about."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from lxml import etree

from storefront.lib import http, xml

from . import receipts
from .receipts import NS

BEIJING = ZoneInfo("Asia/Shanghai")
YUAN = "142"
RUSSIA = "344"
KILOGRAM = "035"
TRAFFIC = {"air": "5", "rail": "3", "road": "4", "river": "2"}
DOCUMENTS = ("CEB303", "CEB403", "CEB505")
INVENTORY = "CEB603"
ANSWERS = {"CEB303": "CEB304", "CEB403": "CEB404", "CEB505": "CEB506", "CEB603": "CEB604"}


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
    """Everything the four messages about one parcel say.

    Money: yuan; `freight` is what the buyer paid for the way.
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

    @property
    def value(self) -> Decimal:
        return sum((line.total for line in self.goods), Decimal(0))

    @property
    def net_kg(self) -> Decimal:
        return sum((line.net_kg for line in self.goods), Decimal(0))

    def guid(self, kind: str) -> str:
        """The same paper always carries the same guid, so that sending twice is once."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.reference}/{kind}")).upper()


Pairs = list[tuple[str, object]]


def _fill(parent: etree._Element, name: str, pairs: Pairs) -> etree._Element:
    node = etree.SubElement(parent, f"{{{NS}}}{name}")
    for key, value in pairs:
        if value is not None and value != "":
            child = etree.SubElement(node, f"{{{NS}}}{key}")
            child.text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return node


def _message(kind: str, paper: Paper) -> etree._Element:
    root = etree.Element(f"{{{NS}}}{kind}Message", nsmap={"ceb": NS})
    root.set("guid", paper.guid(kind))
    root.set("version", "1.0")
    return root


def _close(root: etree._Element, paper: Paper) -> bytes:
    sender = paper.parties.agent
    _fill(
        root,
        "BaseTransfer",
        [
            ("copCode", sender.code),
            ("copName", sender.name),
            ("dxpMode", "DXP"),
            ("dxpId", paper.parties.dxp),
        ],
    )
    return xml.dump(root)


def stamp(at: datetime) -> str:
    """YYYYMMDDhhmmss in Beijing."""
    return at.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


def _start(paper: Paper, kind: str) -> Pairs:
    return [
        ("guid", paper.guid(f"{kind}/1")),
        ("appType", 1),
        ("appTime", stamp(paper.made_at)),
        ("appStatus", 2),
    ]


def _traders(paper: Paper) -> Pairs:
    platform, seller = paper.parties.platform, paper.parties.seller
    return [
        ("ebpCode", platform.code),
        ("ebpName", platform.name),
        ("ebcCode", seller.code),
        ("ebcName", seller.name),
    ]


def order(paper: Paper) -> bytes:
    """CEB303: what was sold."""
    root = _message("CEB303", paper)
    node = etree.SubElement(root, f"{{{NS}}}Order")
    head: Pairs = [
        *_start(paper, "CEB303"),
        ("orderType", "E"),
        ("orderNo", paper.order_no),
        *_traders(paper),
        ("goodsValue", paper.value),
        ("freight", 0),
        ("currency", YUAN),
    ]
    _fill(node, "OrderHead", head)
    for number, line in enumerate(paper.goods, start=1):
        _fill(node, "OrderList", _order_line(number, line))
    return _close(root, paper)


def _order_line(number: int, line: Goods) -> Pairs:
    return [
        ("gnum", number),
        ("itemNo", line.item_no),
        ("itemName", line.name),
        ("barCode", line.barcode or "无"),
        ("unit", line.unit_1),
        ("currency", YUAN),
        ("qty", line.quantity),
        ("price", line.price),
        ("totalPrice", line.total),
    ]


def receipt(paper: Paper) -> bytes:
    """CEB403: that the money came in."""
    root = _message("CEB403", paper)
    pairs: Pairs = [
        *_start(paper, "CEB403"),
        *_traders(paper),
        ("orderNo", paper.order_no),
        ("payCode", paper.parties.payment.code),
        ("payName", paper.parties.payment.name),
        ("payNo", paper.pay_no),
        ("charge", paper.value),
        ("currency", YUAN),
        ("accountingDate", stamp(paper.paid_at)),
    ]
    _fill(root, "Receipts", pairs)
    return _close(root, paper)


def waybill(paper: Paper) -> bytes:
    """CEB505: what is carried, and how heavy it is."""
    root = _message("CEB505", paper)
    seller = paper.parties.seller
    pairs: Pairs = [
        *_start(paper, "CEB505"),
        ("logisticsCode", paper.parties.logistics.code),
        ("logisticsName", paper.parties.logistics.name),
        ("logisticsNo", paper.waybill_no),
        ("freight", paper.freight),
        ("insuredFee", 0),
        ("currency", YUAN),
        ("grossWeight", paper.gross_kg),
        ("packNo", 1),
        ("goodsInfo", "; ".join(line.name for line in paper.goods)[:200]),
        ("ebcCode", seller.code),
        ("ebcName", seller.name),
    ]
    _fill(root, "Logistics", pairs)
    return _close(root, paper)


def inventory(paper: Paper) -> bytes:
    """CEB603: the list that is declared."""
    root = _message("CEB603", paper)
    node = etree.SubElement(root, f"{{{NS}}}Inventory")
    _fill(node, "InventoryHead", _declarant(paper) + _way(paper))
    for number, line in enumerate(paper.goods, start=1):
        _fill(node, "InventoryList", _inventory_line(number, line, paper))
    return _close(root, paper)


def _declarant(paper: Paper) -> Pairs:
    parties = paper.parties
    store = parties.warehouse
    return [
        *_start(paper, "CEB603"),
        ("customsCode", paper.customs_code),
        ("ebpCode", parties.platform.code),
        ("ebpName", parties.platform.name),
        ("orderNo", paper.order_no),
        ("logisticsCode", parties.logistics.code),
        ("logisticsName", parties.logistics.name),
        ("logisticsNo", paper.waybill_no),
        ("copNo", paper.reference),
        ("ieFlag", "E"),
        ("portCode", paper.customs_code),
        ("ieDate", stamp(paper.made_at)[:8]),
        ("statisticsFlag", "A" if paper.is_simplified else "B"),
        ("agentCode", parties.agent.code),
        ("agentName", parties.agent.name),
        ("ebcCode", parties.seller.code),
        ("ebcName", parties.seller.name),
        ("ownerCode", parties.owner.code),
        ("ownerName", parties.owner.name),
        ("iacCode", store.code if store else None),
        ("iacName", store.name if store else None),
        ("emsNo", parties.account_book),
        ("tradeMode", paper.mode),
    ]


def _way(paper: Paper) -> Pairs:
    return [
        ("trafMode", TRAFFIC[paper.traffic]),
        ("voyageNo", paper.voyage[:32]),
        ("country", RUSSIA),
        ("POD", RUSSIA),
        ("freight", paper.freight),
        ("fCurrency", YUAN),
        ("fFlag", 3),
        ("insuredFee", 0),
        ("iCurrency", YUAN),
        ("iFlag", 3),
        ("wrapType", 2),
        ("packNo", 1),
        ("grossWeight", paper.gross_kg),
        ("netWeight", paper.net_kg),
    ]


def _inventory_line(number: int, line: Goods, paper: Paper) -> Pairs:
    short = line.hs_code[:4] + "000000"
    return [
        ("gnum", number),
        ("itemNo", line.item_no),
        ("itemRecordNo", line.item_no if paper.parties.warehouse else None),
        ("itemName", line.name),
        ("gcode", short if paper.is_simplified else line.hs_code),
        ("gname", line.name),
        ("gmodel", line.model),
        ("barCode", line.barcode or "无"),
        ("country", RUSSIA),
        ("currency", YUAN),
        ("qty", line.quantity),
        ("qty1", line.in_unit(line.unit_1)),
        ("qty2", line.in_unit(line.unit_2) if line.unit_2 else None),
        ("unit", line.unit_1),
        ("unit1", line.unit_1),
        ("unit2", line.unit_2),
        ("price", line.price),
        ("totalPrice", line.total),
    ]


WRITERS: dict[str, Callable[[Paper], bytes]] = {
    "CEB303": order,
    "CEB403": receipt,
    "CEB505": waybill,
    "CEB603": inventory,
}


def write(paper: Paper) -> dict[str, bytes]:
    """The four messages about a parcel, by kind."""
    return {kind: writer(paper) for kind, writer in WRITERS.items()}


def send(body: bytes) -> None:
    """Hand a message in; the same guid again changes nothing.

    Raises: the errors of lib.http.
    """
    kind = {"Content-Type": "application/xml; charset=utf-8"}
    http.call("POST", f"{settings.CUSTOMS_CN_URL}/messages", data=body, headers=kind)


def ask(guid: str) -> list[receipts.Receipt] | None:
    """The receipts of a message so far; None, if the window never saw it.

    Raises: the errors of lib.http; BadXml.
    """
    try:
        answer = http.call("GET", f"{settings.CUSTOMS_CN_URL}/receipts", params={"guid": guid})
    except http.Refused as refusal:
        if refusal.status == 404:
            return None
        raise
    return receipts.read(answer.body)
