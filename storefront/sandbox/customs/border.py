"""Beyond the list: arrival, waybills, departure, cancellation, summary, return, each checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from storefront.sandbox import clock
from storefront.sandbox.customs import matching
from storefront.sandbox.customs.ceb import Node

# Source: DOMAIN.md 1.5; where it has no code, 100 with the field in the text.
UNSIGNED = {"CEB603": "-621029", "CEB605": "-623029"}
_NO_LIST, _NOT_NOW, _TWICE = "-623003", "-623005", "-623009"
_NO_SUCH_LINE = "-625209"
_LIST, _WAY, _BILL, _GONE, _SUM = "invtNo", "waybill.list", "CEB607", "CEB509", "CEB701"
Found = tuple[str, str]
_FINE: Found = ("", "")


def released(
    page: sqlite3.Connection, node: Node, numbers: dict[str, str], released_at: datetime
) -> None:
    """Write a list down under the number customs gave it, and under its waybill."""
    at = clock.show(released_at)
    body = {"head": node.head, "lines": node.lines, "released_at": at}
    matching.note(page, _LIST, numbers["invtNo"], body, at)
    matching.note(page, _WAY, node.head["logisticsNo"], {"invtNo": numbers["invtNo"]}, at)


def wrong(page: sqlite3.Connection, kind: str, node: Node, arrives: datetime) -> Found:
    """Say what is wrong with such a message: code and text, or nothing.

    Time: a list that is released only after the message arrives does not count yet.
    """
    return _CHECKS[kind](page, node, arrives)


def keep(
    page: sqlite3.Connection, kind: str, node: Node, numbers: dict[str, str], at: datetime
) -> None:
    """Write down what follows from an accepted message."""
    shown = clock.show(at)
    if kind == "CEB605":
        _strike_list(page, node.head["invtNo"])
    elif kind in ("CEB607", "CEB509"):
        body = {"billNo": node.head.get("billNo", "")}
        for line in node.lines:
            matching.note(page, kind, line["logisticsNo"], body, shown)
    elif kind == "CEB701":
        for line in node.lines:
            matching.note(page, _SUM, line["invtNo"], numbers, shown)
    elif kind == "CEB213":
        matching.note(page, kind, node.head["invtNo"], {"reason": node.head["reason"]}, shown)


def _strike_list(page: sqlite3.Connection, number: str) -> None:
    """Strike a cancelled list out, so that its goods may be declared anew."""
    listed = matching.noted(page, _LIST, number)
    if listed is None:
        return
    head = listed["head"]
    matching.strike(page, "CEB603", f"{head['ebpCode']}/{head['orderNo']}")
    matching.strike(page, _WAY, head["logisticsNo"])
    matching.strike(page, _LIST, number)


def _list(page: sqlite3.Connection, number: str, arrives: datetime) -> dict[str, Any] | None:
    listed = matching.noted(page, _LIST, number)
    return listed if listed and clock.parse(listed["released_at"]) <= arrives else None


def _cancellation(page: sqlite3.Connection, node: Node, arrives: datetime) -> Found:
    number = node.head["invtNo"]
    listed = matching.noted(page, _LIST, number)
    if listed is None:
        return _NO_LIST, f"invtNo: there is no list {number}"
    if listed["head"]["ebcCode"] != node.head["ebcCode"]:
        return matching.BAD_FORM["CEB605"], "ebcCode: is not the declarant of the list"
    if matching.noted(page, _GONE, listed["head"]["logisticsNo"]):
        return _NOT_NOW, f"invtNo: the parcel of {number} has left"
    return _FINE


def _arrival(page: sqlite3.Connection, node: Node, arrives: datetime) -> Found:
    code = node.head["logisticsCode"]
    for line in node.lines:
        if matching.noted(page, "CEB505", f"{code}/{line['logisticsNo']}") is None:
            return "100", f"logisticsNo: no waybill message with {line['logisticsNo']}"
    return _FINE


def _waybills(page: sqlite3.Connection, node: Node, arrives: datetime) -> Found:
    total = Decimal(0)
    for line in node.lines:
        known = matching.noted(page, _WAY, line["logisticsNo"])
        listed = _list(page, known["invtNo"], arrives) if known else None
        if known is None or listed is None:
            return "100", f"logisticsNo: no released list for {line['logisticsNo']}"
        if line.get("invtNo", known["invtNo"]) != known["invtNo"]:
            return "100", f"invtNo: {line['logisticsNo']} has list {known['invtNo']}"
        total += Decimal(listed["head"]["grossWeight"])
    if node.head["msgCount"] == "1" and Decimal(node.head["grossWeight"]) != total:
        return "100", f"grossWeight: {node.head['grossWeight']} here, {total} on the lists"
    return _FINE


def _departure(page: sqlite3.Connection, node: Node, arrives: datetime) -> Found:
    bill = node.head.get("billNo", "")
    for line in node.lines:
        known = matching.noted(page, _BILL, line["logisticsNo"])
        if known is None or known["billNo"] != bill:
            return "100", f"billNo: {line['logisticsNo']} is not on the list of waybills {bill!r}"
    return _FINE


def _summary(page: sqlite3.Connection, node: Node, arrives: datetime) -> Found:
    for line in node.lines:
        number = line["invtNo"]
        listed = _list(page, number, arrives)
        if listed is None:
            return "100", f"invtNo: there is no released list {number}"
        if listed["head"]["statisticsFlag"] != "B":
            return "100", f"invtNo: {number} was simplified, it is not summarised"
        if listed["head"]["ebcCode"] != node.head["ebcCode"]:
            return "100", f"ebcCode: is not the declarant of {number}"
        if matching.noted(page, _SUM, number):
            return "100", f"invtNo: {number} is summarised already"
    return _FINE


def _return(page: sqlite3.Connection, node: Node, arrives: datetime) -> Found:
    number = node.head["invtNo"]
    listed = _list(page, number, arrives)
    if listed is None:
        return _NO_LIST, f"invtNo: there is no released list {number}"
    if matching.noted(page, "CEB213", number):
        return "-625022", f"invtNo: {number} came back already"
    for line in node.lines:
        same = [one for one in listed["lines"] if one["gcode"][:4] == line["gcode"][:4]]
        if not same:
            return _NO_SUCH_LINE, f"gcode: {line['gcode']} is not in {number}"
        if Decimal(line["qty"]) > sum(Decimal(one["qty"]) for one in same):
            return matching.BAD_FORM["CEB213"], f"qty: line {line['gnum']} has more than the list"
        if bool(line.get("qty2")) != bool(line.get("unit2")):
            return "-625009", f"qty2: line {line['gnum']} needs both qty2 and unit2 or none"
    return _FINE


_CHECKS: dict[str, Callable[[sqlite3.Connection, Node, datetime], Found]] = {
    "CEB507": _arrival,
    "CEB605": _cancellation,
    "CEB607": _waybills,
    "CEB509": _departure,
    "CEB701": _summary,
    "CEB213": _return,
}
