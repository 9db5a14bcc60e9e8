"""The three documents: what is received is kept, and an inventory list must agree with it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any

from storefront.sandbox import books, clock, papers
from storefront.sandbox.customs.ceb import Node
from storefront.sandbox.papers import Paper

_OWNER = "customs.cn"
DOCUMENTS = ("CEB303", "CEB403", "CEB505", "CEB603")
_FEN = Decimal("0.01")
# Source: DOMAIN.md 1.5; the codes for a number that exists, and for one that does not.
_EXISTS = {"CEB303": "-301010", "CEB403": "-401007", "CEB505": "-504015", "CEB603": "-621004"}
_ABSENT = {"CEB303": "-301009", "CEB403": "-401009", "CEB505": "-504014", "CEB603": "-621011"}
_DECLARED = {"CEB303": "-301011", "CEB403": "-401008", "CEB505": "-504016", "CEB603": "-621004"}
BAD_FORM = {
    "CEB303": "-301008",
    "CEB403": "-401009",
    "CEB505": "-504011",
    "CEB603": "-621001",
    "CEB605": "-623001",
    "CEB213": "-625001",
}
# Source: DOMAIN.md 1.1; the orders of each mode, and whether a receipt must be there.
_MODES = {"9610": ("E", True), "1210": ("E", True), "9710": ("B", False), "9810": ("W", False)}
_NAMES = {"CEB303": "orderNo", "CEB403": "orderNo", "CEB505": "logisticsNo", "CEB603": "orderNo"}


def conflict(page: sqlite3.Connection, kind: str, node: Node) -> tuple[str, str]:
    """Say whether a number may be sent in now: code and text of what is wrong, or nothing."""
    name = _NAMES[kind]
    known = papers.find(page, kind, _OWNER, _key(kind, node.head))
    kind_of_change = node.head["appType"]
    if kind_of_change == "1" and known:
        return _EXISTS[kind], f"{name}: {node.head[name]} exists already"
    if kind_of_change in ("2", "3") and not known:
        return _ABSENT[kind], f"appType: there is no {node.head[name]} to change"
    if known and _is_declared(page, kind, node.head):
        return _DECLARED[kind], f"{name}: {node.head[name]} is declared already"
    return "", ""


def keep(page: sqlite3.Connection, kind: str, node: Node, received: datetime, number: int) -> None:
    """Write down what the customs database now holds."""
    key = _key(kind, node.head)
    strike(page, kind, key)
    if node.head["appType"] == "3":
        return
    at = clock.show(received)
    body = {"head": node.head, "lines": node.lines, "received_at": at}
    papers.keep(page, Paper(kind, _OWNER, key, number, at, body), books.dump(body))


def note(page: sqlite3.Connection, kind: str, key: str, body: dict[str, Any], at: str) -> None:
    """Write something down under a key of its own, in place of what stood there."""
    strike(page, kind, key)
    papers.keep(page, Paper(kind, _OWNER, key, 0, at, body), books.dump(body))


def noted(page: sqlite3.Connection, kind: str, key: str) -> dict[str, Any] | None:
    """Look up what was written down under a key."""
    found = papers.find(page, kind, _OWNER, key)
    return found.body if found else None


def strike(page: sqlite3.Connection, kind: str, key: str) -> None:
    """Strike out what stands under a key."""
    page.execute(
        "DELETE FROM papers WHERE kind = ? AND owner = ? AND reference = ?", (kind, _OWNER, key)
    )


def disagreement(page: sqlite3.Connection, node: Node, arrives: datetime) -> str:
    """Say in which field an inventory list differs from order, receipt and waybill.

    Time: what was received only after the list arrives does not count.
    """
    head = node.head
    order = _received(page, "CEB303", head, arrives)
    if order is None:
        return f"orderNo: no order message with {head['orderNo']} was received"
    order_type, needs_receipt = _MODES.get(head["tradeMode"], ("", True))
    if order_type and order["head"]["orderType"] != order_type:
        return f"orderType: {head['tradeMode']} goes with orders of type {order_type}"
    receipt = _received(page, "CEB403", head, arrives)
    if receipt is None and needs_receipt:
        return f"orderNo: no receipt message with {head['orderNo']} was received"
    waybill = _received(page, "CEB505", head, arrives)
    if waybill is None:
        return f"logisticsNo: no waybill message with {head['logisticsNo']} was received"
    return (
        _itself(node)
        or _with_order(node, order)
        or (_with_receipt(order["head"], receipt["head"]) if receipt else "")
        or _with_waybill(head, waybill["head"])
    )


def _received(
    page: sqlite3.Connection, kind: str, head: dict[str, str], by: datetime
) -> dict[str, Any] | None:
    found = papers.find(page, kind, _OWNER, _key(kind, head))
    return found.body if found and clock.parse(found.body["received_at"]) <= by else None


def _itself(node: Node) -> str:
    return _head_itself(node.head) or next(filter(None, map(_line_itself, node.lines)), "")


def _head_itself(head: dict[str, str]) -> str:
    if _number(head["netWeight"]) > _number(head["grossWeight"]):
        return f"netWeight: {head['netWeight']} is more than grossWeight {head['grossWeight']}"
    if head["ieFlag"] != "E":
        return "ieFlag: must be E"
    if head["tradeMode"] not in _MODES:
        return f"tradeMode: {head['tradeMode']} is not taken here"
    needed = ("iacCode", "iacName", "emsNo") if head["tradeMode"] == "1210" else ()
    absent = next((name for name in needed if not head.get(name)), "")
    return f"{absent}: is needed for 1210" if absent else ""


def _line_itself(line: dict[str, str]) -> str:
    if not line["gcode"].isdigit():
        return f"gcode: {line['gcode']} is not a code of the tariff"
    # A total is rounded to the fen, so it may differ by less than one.
    off = _number(line["qty"]) * _number(line["price"]) - _number(line["totalPrice"])
    if abs(off) >= _FEN:
        return f"totalPrice: line {line['gnum']} is not qty x price"
    if bool(line.get("qty2")) != bool(line.get("unit2")):
        return f"qty2: line {line['gnum']} needs both qty2 and unit2 or none"
    return ""


def _with_order(node: Node, order: dict[str, Any]) -> str:
    for name in ("ebpCode", "ebcCode"):
        if node.head[name] != order["head"][name]:
            return f"{name}: differs from the order"
    total = sum(_number(line["totalPrice"]) for line in node.lines)
    if total != _number(order["head"]["goodsValue"]):
        return f"totalPrice: lines sum to {total}, the order says {order['head']['goodsValue']}"
    if len(node.lines) != len(order["lines"]):
        return "gnum: the order has another number of lines"
    pairs = zip(node.lines, order["lines"], strict=True)
    return next(filter(None, (_line_with_order(*pair) for pair in pairs)), "")


def _line_with_order(line: dict[str, str], ordered: dict[str, str]) -> str:
    if line["itemNo"] != ordered["itemNo"]:
        return f"itemNo: line {line['gnum']} differs from the order"
    for name in ("qty", "price"):
        if _number(line[name]) != _number(ordered[name]):
            return f"{name}: line {line['gnum']} differs from the order"
    return ""


def _with_receipt(order: dict[str, str], receipt: dict[str, str]) -> str:
    expected = _number(order["goodsValue"]) + _number(order["freight"])
    if order["currency"] == receipt["currency"] and _number(receipt["charge"]) != expected:
        return f"charge: {receipt['charge']} received, goods and freight are {expected}"
    return ""


def _with_waybill(head: dict[str, str], waybill: dict[str, str]) -> str:
    for name in ("grossWeight", "packNo"):
        if _number(head[name]) != _number(waybill[name]):
            return f"{name}: {head[name]} here, {waybill[name]} on the waybill"
    return ""


def _is_declared(page: sqlite3.Connection, kind: str, head: dict[str, str]) -> bool:
    """Whether an inventory list that stands refers to this number."""
    if kind == "CEB505":
        name, value = "logisticsNo", head["logisticsNo"]
    else:
        name, value = "orderNo", head["orderNo"]
    row = page.execute(
        "SELECT 1 FROM papers WHERE kind = 'CEB603' AND owner = ?"
        f" AND json_extract(body, '$.head.{name}') = ?",
        (_OWNER, value),
    ).fetchone()
    return row is not None


def _key(kind: str, head: dict[str, str]) -> str:
    if kind == "CEB505":
        return f"{head['logisticsCode']}/{head['logisticsNo']}"
    return f"{head['ebpCode']}/{head['orderNo']}"


def _number(text: str) -> Decimal:
    return Decimal(text)
