"""The papers must agree with each other before a window sees them (the three documents match)."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from storefront.lib import xml

from .gateways.ceb import INVENTORY
from .gateways.messages import WrongPaper
from .gateways.receipts import NS
from .modes import BONDED

NAMES = {"ceb": NS}


class NotMatching(WrongPaper):
    """Two papers, or two fields of one, contradict each other; `facts["field"]` names it."""

    code = "not_matching"


def check(messages: Mapping[str, bytes], *, simplified_up_to: Decimal | None) -> None:
    """Compare the messages about one parcel: the list, and what its mode asks for beside it.

    Money: `simplified_up_to` is the dated limit of the simplified list in yuan; None, if the mode
    has no such list.
    Raises: NotMatching, naming the field. BadXml.
    Source: design notes 1.2, after the message specification of May 2022.
    """
    read = {kind: xml.parse(body) for kind, body in messages.items()}
    order, inventory = read["CEB303"], read[INVENTORY]
    _lines(order, "OrderList")
    _lines(inventory, "InventoryList")
    _order_and_inventory(order, inventory)
    if "CEB403" in read:
        _receipt(order, read["CEB403"])
    _waybill(inventory, read["CEB505"])
    _head(inventory)
    _simplified(inventory, simplified_up_to)


def _no(field: str, why: str) -> NotMatching:
    return NotMatching(
        _("The papers do not match: %(field)s (%(why)s)") % {"field": field, "why": why},
        field=field,
    )


def _text(node: etree._Element, name: str) -> str:
    return xml.text(node, f".//ceb:{name}", NAMES)


def _number(node: etree._Element, name: str) -> Decimal:
    try:
        return Decimal(_text(node, name))
    except ArithmeticError as error:
        raise _no(name, "not a number") from error


def _nodes(root: etree._Element, name: str) -> list[etree._Element]:
    return root.findall(f".//ceb:{name}", NAMES)


def _lines(root: etree._Element, name: str) -> None:
    for position, line in enumerate(_nodes(root, name), start=1):
        if _text(line, "gnum") != str(position):
            raise _no("gnum", "lines are numbered from 1")
        if _number(line, "qty") * _number(line, "price") != _number(line, "totalPrice"):
            raise _no("totalPrice", "quantity times price")
        if _number(line, "qty") <= 0 or _number(line, "price") <= 0:
            raise _no("price", "more than nothing")
        if bool(_text(line, "qty2")) != bool(_text(line, "unit2")):
            raise _no("qty2", "present exactly when there is a second unit")


def _order_and_inventory(order: etree._Element, inventory: etree._Element) -> None:
    for name in ("orderNo", "ebpCode", "ebcCode"):
        if _text(order, name) != _text(inventory, name):
            raise _no(name, "order and list")
    ordered, listed = _nodes(order, "OrderList"), _nodes(inventory, "InventoryList")
    if len(ordered) != len(listed):
        raise _no("gnum", "order and list")
    for one, other in zip(ordered, listed, strict=True):
        for name in ("itemNo", "qty", "price", "totalPrice", "currency"):
            if _text(one, name) != _text(other, name):
                raise _no(name, "order and list")
    if sum(_number(line, "totalPrice") for line in ordered) != _number(order, "goodsValue"):
        raise _no("goodsValue", "sum of the lines")


def _receipt(order: etree._Element, receipt: etree._Element) -> None:
    if _text(order, "orderNo") != _text(receipt, "orderNo"):
        raise _no("orderNo", "order and receipt")
    if _text(order, "currency") != _text(receipt, "currency"):
        raise _no("currency", "order and receipt")
    if _number(receipt, "charge") != _number(order, "goodsValue") + _number(order, "freight"):
        raise _no("charge", "goods and freight of the order")


def _waybill(inventory: etree._Element, waybill: etree._Element) -> None:
    for name in ("logisticsNo", "logisticsCode", "packNo", "grossWeight", "freight"):
        if _text(inventory, name) != _text(waybill, name):
            raise _no(name, "list and waybill")


def _head(inventory: etree._Element) -> None:
    if _number(inventory, "netWeight") > _number(inventory, "grossWeight"):
        raise _no("netWeight", "not more than gross")
    currencies = {
        _text(inventory, "fCurrency"),
        *(_text(line, "currency") for line in _nodes(inventory, "InventoryList")),
    }
    if len(currencies) != 1:
        raise _no("currency", "one for the whole list")
    if _text(inventory, "tradeMode") in BONDED:
        absent = [name for name in ("iacCode", "iacName", "emsNo") if not _text(inventory, name)]
        if absent:
            raise _no(absent[0], "needed for bonded goods")
    for line in _nodes(inventory, "InventoryList"):
        code = _text(line, "gcode")
        if len(code) != 10 or not code.isdigit():
            raise _no("gcode", "ten digits")


def _simplified(inventory: etree._Element, up_to: Decimal | None) -> None:
    if _text(inventory, "statisticsFlag") != "A":
        return
    value = sum(_number(line, "totalPrice") for line in _nodes(inventory, "InventoryList"))
    if up_to is None or value > up_to:
        raise _no("statisticsFlag", f"simplified only up to {up_to or 0} yuan")
