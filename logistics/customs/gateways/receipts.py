"""What the Chinese window answers: receipts, and what several of them come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from storefront.lib import xml

NS = "http://www.chinaport.gov.cn/ceb"

# Source: design notes 1.5, after the message specification of May 2022
RELEASED = frozenset({800, 899})
REFUSED = frozenset({501, 502, 503, 599, 700})
HELD = frozenset({300, 500, 505, 600})
ACCEPTED = frozenset({120, 399})
DUPLICATES = frozenset({-301010, -301011, -401007, -401008, -504012, -504015, -504016, -621004})
STALE = frozenset({-301014, -401012})


@dataclass(frozen=True)
class Receipt:
    """One answer of the window."""

    status: int
    at: datetime
    info: str
    number: str
    body: str

    @property
    def key(self) -> str:
        """The same receipt sent twice has the same key."""
        return f"{self.status}@{self.at:%Y%m%d%H%M%S}"


def read(body: bytes) -> list[Receipt]:
    """The receipts in an answer, as they stand there.

    Raises: BadXml, if the root is no receipt or a node lacks its status or time.
    """
    root = xml.parse(body)
    if not str(root.tag).startswith(f"{{{NS}}}CEB"):
        raise xml.BadXml(f"{root.tag} is no receipt")
    return [_receipt(node) for node in root]


def _receipt(node: etree._Element) -> Receipt:
    names = {"ceb": NS}
    try:
        moment = xml.text(node, "ceb:returnTime", names)[:14] + "+0800"
        at = datetime.strptime(moment, "%Y%m%d%H%M%S%z")
        status = int(xml.text(node, "ceb:returnStatus", names))
    except ValueError as error:
        raise xml.BadXml(str(error)) from error
    return Receipt(
        status=status,
        at=at,
        info=xml.text(node, "ceb:returnInfo", names),
        number=xml.text(node, "ceb:invtNo", names),
        body=etree.tostring(node, encoding="unicode"),
    )


def verdict(statuses: Iterable[int]) -> str:
    """What the statuses of receipts say together, in whatever order and number they came.

    `released`, `refused`, `rejected`, `held`, `accepted` or `pending`. A duplicate means that
    the document is there already; a stale one means nothing.
    """
    known = set(statuses) - STALE
    bad = {code for code in known - DUPLICATES if code == 100 or code < 0}
    words = (
        ("released", RELEASED),
        ("refused", REFUSED),
        ("rejected", bad),
        ("held", HELD),
        ("accepted", ACCEPTED | DUPLICATES),
    )
    return next((word for word, codes in words if known & codes), "pending")
