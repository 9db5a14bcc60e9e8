"""The form of CEB messages: which elements, in which order, how long.

Source: the field tables of DOMAIN.md 1.4 (official schema of May 2022), as customs/ceb_fields.csv;
the messages and their answers as customs/ceb_messages.csv.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from lxml import etree

NS = "http://www.chinaport.gov.cn/ceb"
_GUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\Z")
_TAIL = ("BaseTransfer", "BaseSubscribe", "Signature", "ExtendMessage")


@dataclass(frozen=True)
class Element:
    """One element of a node: its name, its form in the notation of the specification."""

    name: str
    form: str
    is_needed: bool


@dataclass(frozen=True)
class Form:
    """One message: its business node and the node that answers it."""

    node: str
    head: str
    line: str
    answer: str
    answer_node: str
    is_signed: bool


@dataclass(frozen=True)
class Node:
    """One business node: head and lines as texts, and the first thing wrong with it."""

    head: dict[str, str]
    lines: list[dict[str, str]]
    wrong: str


@cache
def elements(node: str) -> list[Element]:
    """List the elements of a node in their order; none, if there is no such node."""
    table = Path(__file__).with_name("ceb_fields.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        return [
            Element(row["element"], row["form"], row["needed"] == "M")
            for row in csv.DictReader(lines)
            if row["node"] == node
        ]


@cache
def forms() -> dict[str, Form]:
    """List the messages that are taken, by their kind."""
    table = Path(__file__).with_name("ceb_messages.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        return {
            row["kind"]: Form(
                row["node"],
                row["head"],
                row["line"],
                row["answer"],
                row["answer_node"],
                row["is_signed"] == "1",
            )
            for row in csv.DictReader(lines)
        }


def kind_of(root: etree._Element) -> str:
    """Name the message, CEB303 and so on; no text if it is none of those taken here."""
    name = etree.QName(root)
    short = name.localname.removesuffix("Message")
    known = name.namespace == NS and name.localname == f"{short}Message" and short in forms()
    return short if known else ""


def is_guid(text: str) -> bool:
    """Check the form of an id: 36 characters, capital letters."""
    return bool(_GUID.match(text))


def nodes(root: etree._Element) -> list[Node]:
    """Read the business nodes of a message."""
    kind = kind_of(root)
    form = forms()[kind]
    frame = _frame(root, form.node)
    return [_node(form, child, frame) for child in root if _local(child) == form.node]


def _frame(root: etree._Element, business: str) -> str:
    """Check what stands around the business nodes."""
    names = [_local(child) for child in root]
    count = names.count(business)
    if not 1 <= count <= 100:
        return f"{business}: must stand 1..100 times"
    if names[:count] != [business] * count:
        return f"{business}: must come before everything else"
    tail = names[count:]
    if tail.count("BaseTransfer") != 1:
        return "BaseTransfer: must stand once"
    if sorted(tail, key=_rank) != tail or not set(tail) <= set(_TAIL):
        return f"{tail[-1]}: is not expected here"
    transfer = next(child for child in root if _local(child) == "BaseTransfer")
    return _check(transfer, "BaseTransfer")


def _rank(name: str) -> int:
    return _TAIL.index(name) if name in _TAIL else len(_TAIL)


def _node(form: Form, element: etree._Element, frame: str) -> Node:
    if not form.head:
        return Node(_texts(element), [], frame or _check(element, form.node))
    children = list(element)
    heads = [child for child in children if _local(child) == form.head]
    lines = [child for child in children if _local(child) == form.line]
    head = _texts(heads[0]) if heads else {}
    wrong = frame
    if len(heads) != 1 or _local(children[0]) != form.head:
        wrong = wrong or f"{form.head}: must stand first, once"
    elif not 1 <= len(lines) <= 100 or len(lines) != len(children) - 1:
        wrong = wrong or f"{form.line}: must stand 1..100 times"
    for child, name in [*((h, form.head) for h in heads), *((c, form.line) for c in lines)]:
        wrong = wrong or _check(child, name)
    is_numbered = any(one.name == "gnum" for one in elements(form.line))
    return Node(head, [_texts(child) for child in lines], wrong or (_numbered(lines) * is_numbered))


def _numbered(lines: list[etree._Element]) -> str:
    numbers = [_texts(line).get("gnum") for line in lines]
    expected = [str(n) for n in range(1, len(lines) + 1)]
    return "" if numbers == expected else "gnum: lines must be numbered from 1"


def _check(parent: etree._Element, node: str) -> str:
    """Check the elements of one node; say the first thing that is wrong."""
    texts = _texts(parent)
    order = [element.name for element in elements(node)]
    given = [_local(child) for child in parent]
    strange = [name for name in given if name not in order]
    if strange:
        return f"{strange[0]}: is not expected in {node}"
    places = [order.index(name) for name in given]
    for before, after in pairwise(places):
        if after <= before:
            return f"{order[after]}: stands out of order"
    for element in elements(node):
        wrong = _form(element, texts.get(element.name))
        if wrong:
            return f"{element.name}: {wrong}"
    return ""


def _form(element: Element, text: str | None) -> str:
    if text is None:
        return "is missing" if element.is_needed else ""
    if not text and (not element.is_needed or element.form.startswith("C0")):
        return ""
    if not re.fullmatch(_pattern(element.form), text, re.DOTALL):
        return f"{text[:40]!r} does not fit {element.form}"
    if element.name == "guid" and not is_guid(text):
        return "is not an id in capital letters"
    return ""


@cache
def _pattern(form: str) -> str:
    """Turn the notation of the specification into a pattern: C14, C..60, C3..4, N9, N19,5."""
    if form.startswith("N"):
        digits, _, places = form[1:].partition(",")
        fraction = rf"(\.\d{{1,{places}}})?" if places else ""
        whole = int(digits) - int(places or 0)
        return rf"\d{{1,{whole}}}{fraction}"
    least, dots, most = form[1:].partition("..")
    if not dots:
        return f".{{{least}}}"
    return f".{{{least or 1},{most}}}"


def _texts(parent: etree._Element) -> dict[str, str]:
    return {_local(child): (child.text or "").strip() for child in parent}


def _local(element: etree._Element) -> str:
    name = etree.QName(element)
    known = name.namespace == NS or name.localname == "Signature"
    return name.localname if known else f"{{{name.namespace}}}{name.localname}"
