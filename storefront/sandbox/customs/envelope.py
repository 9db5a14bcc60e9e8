"""The transport envelope of the E-port, opened and closed by the window.

Source: DOMAIN.md 1.6. Several envelopes in one answer stand in a DxpMsgs, which is ours.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from storefront.sandbox.clock import BEIJING
from storefront.sandbox.wire import Problem

NS = "http://www.chinaport.gov.cn/dxp"
KIND = "application/vnd.chinaport.dxp+xml"
_N = {"d": NS}
_CUSTOMS = "DXPLGS0000000001"
_MOST = {"CopMsgId": 255, "SenderId": 16, "MsgType": 30}


def is_one(root: etree._Element) -> bool:
    """Check whether a document is an envelope."""
    return bool(root.tag == f"{{{NS}}}DxpMsg")


def opened(root: etree._Element) -> tuple[bytes, str]:
    """Take the message out, and the kind that stands outside.

    Raises: Problem, by the codes of the exchange: 0002 for the form, 2001 for the receiver.
    """
    names = [etree.QName(child).localname for child in root]
    info = root.find("d:TransInfo", _N)
    if root.get("ver") != "1.0" or names[:2] != ["TransInfo", "Data"] or info is None:
        raise _bad("0002", "TransInfo and Data must stand first", "TransInfo")
    order = [etree.QName(child).localname for child in info]
    if order != ["CopMsgId", "SenderId", "ReceiverIds", "CreatTime", "MsgType"]:
        raise _bad("0002", f"TransInfo holds {order}", "TransInfo")
    for name, most in _MOST.items():
        if not 1 <= len(_text(info, name)) <= most:
            raise _bad("0002", f"{name} has 1 to {most} characters", name)
    if _CUSTOMS not in [node.text for node in info.iterfind(".//d:ReceiverId", _N)]:
        raise _bad("2001", f"the receiver is {_CUSTOMS}", "ReceiverId")
    try:
        datetime.fromisoformat(_text(info, "CreatTime"))
        return base64.b64decode(_text(root, "Data"), validate=True), _text(info, "MsgType")
    except (ValueError, binascii.Error) as error:
        raise _bad("0001", str(error), "Data") from error


def _bad(code: str, detail: str, field: str) -> Problem:
    return Problem(400, f"dxp_{code}", detail, field)


def _text(parent: etree._Element, name: str) -> str:
    return str(parent.findtext(f"d:{name}", default="", namespaces=_N)).strip()


def closed(answers: Iterable[tuple[str, bytes]], *, receiver: str, now: datetime) -> etree._Element:
    """Put answers (kind, message) into envelopes, and those into a bundle."""
    bundle = etree.Element(f"{{{NS}}}DxpMsgs", nsmap={"dxp": NS})
    for number, (kind, body) in enumerate(answers, start=1):
        root = _add(bundle, "DxpMsg")
        root.set("ver", "1.0")
        info = _add(root, "TransInfo")
        _add(info, "CopMsgId").text = f"{now:%Y%m%d%H%M%S}-{number}"
        _add(info, "SenderId").text = _CUSTOMS
        _add(_add(info, "ReceiverIds"), "ReceiverId").text = receiver
        _add(info, "CreatTime").text = f"{now.astimezone(BEIJING):%Y-%m-%dT%H:%M:%S}"
        _add(info, "MsgType").text = kind
        _add(root, "Data").text = base64.b64encode(body).decode()
    return bundle


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NS}}}{name}")
