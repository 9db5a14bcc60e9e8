"""The Chinese customs window: takes CEB messages, answers with receipts when their time comes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lxml import etree

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.clock import BEIJING
from storefront.sandbox.customs import border, ceb, envelope, matching, signature
from storefront.sandbox.customs.ceb import Node
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import Problem, Reply, Request, as_json, as_xml

_PARTY = "customs.cn"
_WORDS = {
    "CEB303": "order",
    "CEB403": "receipt",
    "CEB505": "waybill",
    "CEB603": "inventory",
    "CEB507": "arrival",
    "CEB607": "waybills",
    "CEB509": "departure",
    "CEB605": "cancellation",
    "CEB701": "summary",
    "CEB213": "return",
}
_REVIEWED = 0.7  # the part of a clearance after which the list is read
_SAID = {"returnStatus", "returnTime", "returnInfo"}
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
    root, digest = _message(request)
    kind = ceb.kind_of(root)
    if not kind:
        known = ", ".join(sorted(ceb.forms()))
        raise Problem(400, "bad_message", f"the root is none of {known}", "root")
    guid = root.get("guid", "")
    if not ceb.is_guid(guid):
        raise Problem(400, "bad_message", "guid must be an id in capital letters", "guid")
    nodes = ceb.nodes(root)
    if not nodes:
        raise Problem(400, "bad_message", "there is no business node", kind)
    unsigned = signature.wrong(root) if ceb.forms()[kind].is_signed else ""
    with request.world.books.write() as page:
        known_one = papers.seen(page, "message", _PARTY, guid, digest)
        if known_one is None:
            told = [_receive(request, page, Came(kind, node, unsigned)) for node in nodes]
            number = request.world.story(page, "message").number
            made_at = clock.show(request.moment.business)
            paper = Paper("message", _PARTY, guid, number, made_at, {"kind": kind, "nodes": told})
            papers.keep(page, paper, digest)
    return as_json({"guid": guid}, 200 if known_one else 202)


def _message(request: Request) -> tuple[etree._Element, str]:
    """Take the message out of its envelope, if it came in one; and what tells it from others."""
    root = request.xml()
    if not envelope.is_one(root):
        return root, request.digest
    body, kind = envelope.opened(root)
    inner = replace(request, body=body)
    root = inner.xml()
    if etree.QName(root).localname != kind:
        raise Problem(400, "dxp_0002", f"MsgType says {kind}", "MsgType")
    return root, inner.digest


@dataclass(frozen=True)
class Came:
    """One business node that came in, and what is wrong with the signature of its message."""

    kind: str
    node: Node
    unsigned: str


def _receive(request: Request, page: sqlite3.Connection, came: Came) -> dict[str, Any]:
    """Draw all receipts of a business node."""
    kind, node = came.kind, came.node
    story = request.world.story(page, kind)
    now = request.moment.business
    numbers = _numbers(kind, node, story.number, now)
    steps = _steps(page, story, came, now, numbers)
    head = {**node.head, **numbers}
    shown = [
        one.name
        for one in ceb.elements(ceb.forms()[kind].answer_node)
        if one.name not in _SAID and (one.is_needed or head.get(one.name))
    ]
    return {
        "head": {name: head.get(name, "") for name in shown},
        "receipts": [
            [clock.show(at), status, text, 2 if story.happens("receipt_repeated") else 1]
            for at, status, text in steps
        ],
    }


_Steps = list[tuple[datetime, str, str]]


def _steps(
    page: sqlite3.Connection, story: Story, came: Came, now: datetime, numbers: dict[str, str]
) -> _Steps:
    kind, node = came.kind, came.node
    sent = now + story.takes("customs_cn_sent")
    received = sent + story.takes("customs_cn_received")
    if node.wrong:
        return [(sent, matching.BAD_FORM.get(kind, "100"), node.wrong)]
    if came.unsigned:
        return [(sent, border.UNSIGNED.get(kind, "100"), came.unsigned)]
    if kind not in matching.DOCUMENTS:
        return _filed(page, story, came, received, numbers)
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
    steps = start + _review(page, story, node, received, refused)
    if steps[-1][1] == "800":
        border.released(page, node, numbers, steps[-1][0])
    return steps


def _filed(
    page: sqlite3.Connection,
    story: Story,
    came: Came,
    received: datetime,
    numbers: dict[str, str],
) -> _Steps:
    """Look at what is about a departure, a list or a month: rejected, or accepted for good."""
    reviewed = received + story.takes("customs_cn_filed")
    refused = parties.refusal(page, _PARTY, _WORDS[came.kind])
    code, text = ("100", refused) if refused else border.wrong(page, came.kind, came.node, received)
    if code:
        return [_step(received, "2"), (reviewed, code, text)]
    border.keep(page, came.kind, came.node, numbers, reviewed)
    return [_step(received, "2"), _step(reviewed, "399")]


def _review(
    page: sqlite3.Connection, story: Story, node: Node, received: datetime, refused: str
) -> _Steps:
    """Decide about an inventory list: refuse it, open the parcel, or let it go."""
    clearance = story.takes("customs_cn_clearance")
    reviewed = received + clearance * _REVIEWED
    rejected, held = story.happens("inventory_rejected"), story.happens("inventory_held")
    fault = story.dice.choice(_FAULTS)
    wrong = refused or matching.disagreement(page, node, received) or (fault if rejected else "")
    if wrong:
        return [(reviewed, "100", wrong)]
    matching.keep(page, "CEB603", node, received, story.number)
    held = bool(parties.refusal(page, _PARTY, "hold")) or held
    if held:
        released = received + clearance + story.takes("customs_cn_inspection")
        return [_step(reviewed, "500"), _step(released, "800")]
    released = received + clearance
    return [_step(reviewed, "399"), _step(released, "800")]


def _step(at: datetime, status: str) -> tuple[datetime, str, str]:
    return at, status, _TEXTS[status]


def _numbers(kind: str, node: Node, number: int, now: datetime) -> dict[str, str]:
    """Give a message its numbers: the E-port's and the customs'. Time: Beijing."""
    local = now.astimezone(BEIJING)
    office = node.head.get("customsCode", "0000")
    if kind in ("CEB303", "CEB403", "CEB505"):
        return {}
    found = {"preNo": f"B{local:%Y%m%d}{number:09d}"}
    if kind == "CEB603":
        found["invtNo"] = f"{office}{local:%Y}E{number:09d}"
    if kind == "CEB701":
        found["sumNo"] = f"{office}{local:%Y}S{number:09d}"
    return found


def _get(request: Request) -> Reply:
    guids = request.query.get("guid", "").split(",")
    is_enveloped = envelope.KIND in request.header("Accept")
    with request.world.books.read() as page:
        if not is_enveloped:
            found = [papers.get(page, "message", _PARTY, guids[0])]
        else:
            found = list(papers.several(page, ("message",), _PARTY, guids))
    roots = [_answered(paper, request.moment.business) for paper in found]
    if not is_enveloped:
        return as_xml(roots[0])
    answers = [(etree.QName(root).localname, etree.tostring(root)) for root in roots]
    sealed = envelope.closed(answers, receiver="DXPENT0000000001", now=request.moment.business)
    return replace(as_xml(sealed), kind=envelope.KIND)


def _answered(paper: Paper, now: datetime) -> etree._Element:
    """Show the receipts of a message so far."""
    kind = paper.body["kind"]
    root = etree.Element(f"{{{ceb.NS}}}{ceb.forms()[kind].answer}Message", nsmap={"ceb": ceb.NS})
    root.set("guid", paper.reference)
    root.set("version", "1.0")
    for told in paper.body["nodes"]:
        _answer(root, kind, told, now)
    return root


def _answer(root: etree._Element, kind: str, told: dict[str, Any], now: datetime) -> None:
    reached = [found for found in told["receipts"] if clock.parse(found[0]) <= now]
    # What is sent twice comes again at the end, after younger ones.
    again = [found for found in reached if found[3] > 1]
    for at, status, text, _ in [*reached, *again]:
        shown = _element(root, ceb.forms()[kind].answer_node)
        for name, value in told["head"].items():
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
