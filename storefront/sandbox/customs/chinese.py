"""The Chinese customs window: takes CEB messages, answers with receipts when their time comes."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from lxml import etree

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.clock import BEIJING
from storefront.sandbox.customs import ceb, matching
from storefront.sandbox.customs.ceb import Node
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import Problem, Reply, Request, as_json, as_xml

_PARTY = "customs.cn"
_WORDS = {"CEB303": "order", "CEB403": "receipt", "CEB505": "waybill", "CEB603": "inventory"}
_ANSWERS = {
    "CEB303": ("CEB304", "OrderReturn", ("guid", "ebpCode", "ebcCode", "orderNo")),
    "CEB403": ("CEB404", "ReceiptsReturn", ("guid", "ebcCode", "orderNo", "payNo")),
    "CEB505": ("CEB506", "LogisticsReturn", ("guid", "logisticsCode", "logisticsNo")),
    "CEB603": (
        "CEB604",
        "InventoryReturn",
        [
            "guid",
            "agentCode",
            "copNo",
            "preNo",
            "invtNo",
            "ebcCode",
            "ebpCode",
            "orderNo",
            "statisticsFlag",
        ],
    ),
}
_TEXTS = {
    "2": "申报中",
    "120": "海关入库",
    "399": "海关审结",
    "500": "布控查验",
    "800": "放行",
}
# What an officer finds wrong with a list that is right by the book.
_FAULTS = (
    "gname: 商品名称申报过于笼统",
    "gmodel: 规格型号申报不规范",
    "gcode: 商品编码与商品名称不符",
    "netWeight: 净重与商品不符",
)


def _post(request: Request) -> Reply:
    root = request.xml()
    kind = ceb.kind_of(root)
    if not kind:
        raise Problem(400, "bad_message", "the root is no CEB303, 403, 505 or 603 message", "root")
    guid = root.get("guid", "")
    if not ceb.is_guid(guid):
        raise Problem(400, "bad_message", "guid must be an id in capital letters", "guid")
    nodes = ceb.nodes(root)
    if not nodes:
        raise Problem(400, "bad_message", "there is no business node", kind)
    with request.world.books.write() as page:
        known = papers.seen(page, "message", _PARTY, guid, request.digest)
        if known is None:
            told = [_receive(request, page, kind, node) for node in nodes]
            number = request.world.story(page, "message").number
            made_at = clock.show(request.moment.business)
            paper = Paper("message", _PARTY, guid, number, made_at, {"kind": kind, "nodes": told})
            papers.keep(page, paper, request.digest)
    return as_json({"guid": guid}, 200 if known else 202)


def _receive(request: Request, page: sqlite3.Connection, kind: str, node: Node) -> dict[str, Any]:
    """Draw all receipts of a business node."""
    story = request.world.story(page, kind)
    now = request.moment.business
    steps = _steps(page, story, kind, node, now)
    head = {**node.head, **_numbers(kind, node, story.number, now)}
    _, _, shown = _ANSWERS[kind]
    return {
        "head": {name: head.get(name, "") for name in shown},
        "receipts": [
            [clock.show(at), status, text, 2 if story.happens("receipt_repeated") else 1]
            for at, status, text in steps
        ],
    }


_Steps = list[tuple[datetime, str, str]]


def _steps(page: sqlite3.Connection, story: Story, kind: str, node: Node, now: datetime) -> _Steps:
    sent = now + story.takes("customs_cn_sent")
    received = sent + story.takes("customs_cn_received")
    if node.wrong:
        return [(sent, matching.BAD_FORM[kind], node.wrong)]
    code, text = matching.conflict(page, kind, node)
    if code:
        return [(sent, code, text)]
    start = [_step(sent, "2"), _step(received, "120")]
    refused = parties.refusal(page, _PARTY, _WORDS[kind])
    if kind != "CEB603":
        if refused:
            return [start[0], (received, "100", refused)]
        matching.keep(page, kind, node, received, story.number)
        return start
    return start + _review(page, story, node, received, refused)


def _review(
    page: sqlite3.Connection, story: Story, node: Node, received: datetime, refused: str
) -> _Steps:
    """Decide about an inventory list: refuse it, open the parcel, or let it go."""
    reviewed = received + story.takes("customs_cn_reviewed")
    rejected, held = story.happens("inventory_rejected"), story.happens("inventory_held")
    fault = story.dice.choice(_FAULTS)
    wrong = refused or matching.disagreement(page, node, received) or (fault if rejected else "")
    if wrong:
        return [(reviewed, "100", wrong)]
    matching.keep(page, "CEB603", node, received, story.number)
    held = bool(parties.refusal(page, _PARTY, "hold")) or held
    if held:
        released = reviewed + story.takes("customs_cn_inspection")
        return [_step(reviewed, "500"), _step(released, "800")]
    released = reviewed + story.takes("customs_cn_released")
    return [_step(reviewed, "399"), _step(released, "800")]


def _step(at: datetime, status: str) -> tuple[datetime, str, str]:
    return at, status, _TEXTS[status]


def _numbers(kind: str, node: Node, number: int, now: datetime) -> dict[str, str]:
    """Give an inventory list its numbers: the E-port's and the customs'. Time: Beijing."""
    if kind != "CEB603":
        return {}
    local = now.astimezone(BEIJING)
    office = node.head.get("customsCode", "0000")
    return {
        "preNo": f"B{local:%Y%m%d}{number:09d}",
        "invtNo": f"{office}{local:%Y}E{number:09d}",
    }


def _get(request: Request) -> Reply:
    guid = request.query.get("guid", "")
    with request.world.books.read() as page:
        paper = papers.get(page, "message", _PARTY, guid)
    name, _, _ = _ANSWERS[paper.body["kind"]]
    root = etree.Element(f"{{{ceb.NS}}}{name}Message", nsmap={"ceb": ceb.NS})
    root.set("guid", guid)
    root.set("version", "1.0")
    for told in paper.body["nodes"]:
        _answer(root, paper.body["kind"], told, request.moment.business)
    return as_xml(root)


def _answer(root: etree._Element, kind: str, told: dict[str, Any], now: datetime) -> None:
    reached = [found for found in told["receipts"] if clock.parse(found[0]) <= now]
    # What is sent twice comes again at the end, after younger ones.
    again = [found for found in reached if found[3] > 1]
    for at, status, text, _ in [*reached, *again]:
        shown = _element(root, _ANSWERS[kind][1])
        for name, value in told["head"].items():
            if value or name != "payNo":
                _element(shown, name).text = value
        _element(shown, "returnStatus").text = status
        _element(
            shown, "returnTime"
        ).text = f"{clock.parse(at).astimezone(BEIJING):%Y%m%d%H%M%S}000"
        _element(shown, "returnInfo").text = f"{text}[{told['head']['guid']}]"


def _element(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{ceb.NS}}}{name}")


ROUTES: Routes = [
    ("POST", "/customs/cn/messages", _post),
    ("GET", "/customs/cn/receipts", _get),
]
