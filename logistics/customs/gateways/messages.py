"""The form of CEB messages as one table, and the one builder that follows it.

Names, order, lengths and types of every element stand in ceb_fields.csv, the messages in
ceb_messages.csv; another edition of the specification is another table.

Source: field tables of the message specification of May 2022 (design notes 1.3 and 1.4).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from lxml import etree

from storefront.lib import csvs
from storefront.lib.refusal import Refusal

from .receipts import NS

BEIJING = ZoneInfo("Asia/Shanghai")
MOST_LINES = 100  # Source: design notes 1.4 and the schema of 2018, lines under one head
MOST_NODES = 100  # Source: design notes 1.3, business nodes of one message
TRANSFER = "BaseTransfer"
NAMESPACES = {"ceb": NS}
Facts = Mapping[str, object]


class WrongPaper(Refusal):
    """A message is not as it must be; `facts["field"]` names the element."""

    code = "wrong_paper"


class BadField(WrongPaper):
    """One element is missing or does not fit its form."""

    code = "bad_field"


@dataclass(frozen=True)
class Field:
    """One element: its name and its form in the notation of the specification."""

    name: str
    form: str
    is_needed: bool

    @property
    def may_be_empty(self) -> bool:
        return self.form.startswith("C0")


@dataclass(frozen=True)
class Form:
    """One message: its business node, what answers it, and the status that ends it well."""

    kind: str
    node: str
    head: str
    line: str
    answer: str
    answer_node: str
    is_signed: bool
    good: int


@dataclass(frozen=True)
class Node:
    """What one business node says, by the names of its elements; lines get their numbers here."""

    head: Facts
    lines: Sequence[Facts] = field(default_factory=tuple)


@cache
def fields(table: str) -> tuple[Field, ...]:
    """The elements of a node in their order."""
    rows = csvs.read(Path(__file__).with_name("ceb_fields.csv"))
    return tuple(
        Field(row["element"], row["form"], row["needed"] == "M")
        for row in rows
        if row["node"] == table
    )


@cache
def forms() -> Mapping[str, Form]:
    """Every message that is sent, by its kind."""
    rows = csvs.read(Path(__file__).with_name("ceb_messages.csv"))
    plain = ("kind", "node", "head", "line", "answer", "answer_node")
    return {
        row["kind"]: Form(
            **{name: row[name] for name in plain},
            is_signed=row["is_signed"] == "1",
            good=int(row["good"]),
        )
        for row in rows
    }


def build(kind: str, nodes: Sequence[Node], *, guid: str, sender: Facts) -> etree._Element:
    """A message of the table, from facts named as its elements.

    A fact that no element asks for is left out: one set of facts serves several messages.
    Raises: BadField.
    """
    form = forms()[kind]
    if not 1 <= len(nodes) <= MOST_NODES:
        raise _bad(form.node, _("it must stand 1 to 100 times"))
    root = etree.Element(f"{{{NS}}}{kind}Message", nsmap=NAMESPACES)
    root.set("guid", guid)
    root.set("version", "1.0")
    for node in nodes:
        body = _element(root, form.node)
        if not form.head:
            _fill(body, form.node, node.head)
            continue
        if not 1 <= len(node.lines) <= MOST_LINES:
            raise _bad(form.line, _("it must stand 1 to 100 times"))
        _fill(_element(body, form.head), form.head, node.head)
        for number, line in enumerate(node.lines, start=1):
            _fill(_element(body, form.line), form.line, {**line, "gnum": number})
    _fill(_element(root, TRANSFER), TRANSFER, {"dxpMode": "DXP", **sender})
    return root


def _element(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NS}}}{name}")


def _fill(parent: etree._Element, table: str, facts: Facts) -> None:
    for one in fields(table):
        text = show(facts.get(one.name))
        if not text and not (one.is_needed and one.may_be_empty):
            if one.is_needed:
                raise _bad(one.name, _("it is missing"))
            continue
        if text and not pattern(one.form).fullmatch(text):
            wrong = {"text": text[:40], "form": one.form}
            raise _bad(one.name, _("“%(text)s” does not fit %(form)s") % wrong)
        _element(parent, one.name).text = text


def show(value: object) -> str:
    """A value as a message carries it: plain decimals, Beijing time, no empty edges."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).strip()


@cache
def pattern(form: str) -> re.Pattern[str]:
    """The notation of the specification as a pattern: C14, C..60, C3..4, N9, N19,5."""
    if form.startswith("N"):
        digits, _comma, places = form[1:].partition(",")
        fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
        return re.compile(rf"[0-9]{{1,{int(digits) - int(places or 0)}}}{fraction}")
    least, dots, most = form[1:].partition("..")
    if not dots:
        return re.compile(f".{{{least}}}", re.DOTALL)
    return re.compile(f".{{{int(least or 1)},{most}}}", re.DOTALL)


def _bad(name: str, why: str) -> BadField:
    text = _("%(field)s: %(why)s") % {"field": name, "why": why}
    return BadField(text, field=name)


def parts(lines: Sequence[Facts]) -> list[Sequence[Facts]]:
    """Lines in parts that one node may carry."""
    return [lines[start : start + MOST_LINES] for start in range(0, len(lines), MOST_LINES)]
