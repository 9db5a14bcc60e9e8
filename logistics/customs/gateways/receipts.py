"""What the Chinese window answers: receipts, and what a set of them comes to.

The table of statuses with what to do about each is ceb_answers.csv.
Source: design notes 1.5, after the message specification of May 2022.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from lxml import etree

from storefront.lib import csvs, xml

NS = "http://www.chinaport.gov.cn/ceb"
# What a remedy comes to. A duplicate means that the document is there already.
WORDS = {
    "released": "released",
    "blocked": "refused",
    "fix": "rejected",
    "hold": "held",
    "good": "accepted",
    "duplicate": "accepted",
    "wait": "pending",
    "stale": "pending",
}
RANK = ("released", "refused", "rejected", "held", "accepted", "pending")
assert set(WORDS.values()) == set(RANK)


@dataclass(frozen=True)
class Answer:
    """One status of the table, in words for a person."""

    code: int
    remedy: str
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Receipt:
    """One answer of the window; `part` is the part of a message it is about."""

    status: int
    at: datetime
    info: str
    number: str
    body: str
    part: str = ""
    port_number: str = ""

    @property
    def key(self) -> str:
        """The same receipt sent twice has the same key."""
        part = f"#{self.part}" if self.part else ""
        return f"{self.status}@{self.at:%Y%m%d%H%M%S}{part}"


@dataclass(frozen=True)
class Outcome:
    """What a set of receipts comes to, whatever their order and number."""

    word: str
    at: datetime | None = None
    info: str = ""
    status: int = 0
    number: str = ""
    port_number: str = ""


@cache
def answers() -> Mapping[int, Answer]:
    """Every status that is known."""
    rows = csvs.read(Path(__file__).with_name("ceb_answers.csv"))
    return {
        int(row["code"]): Answer(
            int(row["code"]),
            row["remedy"],
            {name: row[f"title_{name}"] for name in ("ru", "zh", "en")},
        )
        for row in rows
    }


def word(status: int) -> str:
    """What one status means: a negative one that nobody knows is a rejection."""
    known = answers().get(status)
    if known is None:
        return "rejected" if status < 0 else "pending"
    if known.remedy == "retry":
        return "rejected" if status < 0 else "pending"
    return WORDS[known.remedy]


def read(body: bytes) -> list[Receipt]:
    """The receipts in an answer, as they stand there.

    Raises: BadXml, if the root is no receipt or a node lacks its status or time.
    """
    root = xml.parse(body)
    if not str(root.tag).startswith(f"{{{NS}}}CEB"):
        raise xml.BadXml(f"{root.tag} is no receipt")
    return [_receipt(node) for node in root]


def again(kept: str) -> Receipt:
    """A receipt from the text it was kept as.

    Raises: BadXml.
    """
    return _receipt(xml.parse(kept.encode()))


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
        number=xml.text(node, "ceb:invtNo", names) or xml.text(node, "ceb:sumNo", names),
        body=etree.tostring(node, encoding="unicode"),
        part=xml.text(node, "ceb:msgSeqNo", names),
        port_number=xml.text(node, "ceb:preNo", names),
    )


def verdict(statuses: Iterable[int]) -> str:
    """What statuses say together: the strongest word of them all.

    `released`, `refused`, `rejected`, `held`, `accepted` or `pending`.
    """
    return min((word(status) for status in statuses), key=RANK.index, default="pending")


def outcome(found: Iterable[Receipt]) -> Outcome:
    """What receipts come to: a function of their set alone.

    The word is the strongest of all; the first receipt that said it gives instant and text.
    """
    known = sorted({one.key: one for one in found}.values(), key=lambda one: (one.at, one.key))
    said = verdict(one.status for one in known)
    first = next((one for one in known if word(one.status) == said), None)
    number = next((one.number for one in known if one.number), "")
    port_number = next((one.port_number for one in known if one.port_number), "")
    if first is None:
        return Outcome(said, number=number, port_number=port_number)
    return Outcome(said, first.at, first.info, first.status, number, port_number)
