"""The transport envelope of the E-port: a business message in base64, and who sends it to whom.

Source: design notes 1.6.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from storefront.lib import xml

from .messages import BEIJING

DXP = "http://www.chinaport.gov.cn/dxp"
NAMES = {"dxp": DXP}


@dataclass(frozen=True)
class Envelope:
    """What stands on an envelope, and the message in it."""

    message_id: str
    sender: str
    receivers: Sequence[str]
    made_at: datetime
    kind: str
    body: bytes


def wrap(envelope: Envelope) -> bytes:
    root = etree.Element(f"{{{DXP}}}DxpMsg", nsmap=NAMES, ver="1.0")
    info = _add(root, "TransInfo")
    _add(info, "CopMsgId", envelope.message_id)
    _add(info, "SenderId", envelope.sender)
    receivers = _add(info, "ReceiverIds")
    for receiver in envelope.receivers:
        _add(receivers, "ReceiverId", receiver)
    made_at = envelope.made_at.astimezone(BEIJING).replace(tzinfo=None, microsecond=0)
    _add(info, "CreatTime", made_at.isoformat())  # the specification spells it so
    _add(info, "MsgType", envelope.kind)
    _add(root, "Data", base64.b64encode(envelope.body).decode())
    return xml.dump(root)


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    node = etree.SubElement(parent, f"{{{DXP}}}{name}")
    node.text = text or None
    return node


def unwrap_all(body: bytes) -> list[Envelope]:
    """Read an envelope, or a bundle of them (`DxpMsgs`, as the drawer hands over several).

    Raises: BadXml, if it is none, or its data cannot be read.
    """
    root = xml.parse(body)
    if root.tag == f"{{{DXP}}}DxpMsgs":
        return [_read(node) for node in root]
    return [_read(root)]


def _read(root: etree._Element) -> Envelope:
    if root.tag != f"{{{DXP}}}DxpMsg":
        raise xml.BadXml(f"{root.tag} is no envelope")

    def text(name: str) -> str:
        return xml.text(root, f".//dxp:{name}", NAMES)

    try:
        made_at = datetime.fromisoformat(text("CreatTime"))
        data = base64.b64decode(text("Data"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise xml.BadXml(f"envelope: {error}") from error
    receivers = [(node.text or "").strip() for node in root.iterfind(".//dxp:ReceiverId", NAMES)]
    made_at = made_at if made_at.tzinfo else made_at.replace(tzinfo=BEIJING)
    return Envelope(text("CopMsgId"), text("SenderId"), receivers, made_at, text("MsgType"), data)
