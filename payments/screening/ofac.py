"""OFAC's lists of fixed columns: sdn, alt, add and comments, and their cons_ twins.

Source: OFAC, "SDN data formats: delimited files"; null is -0-, a file may end with 0x1A.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from .entries import CRAFT, FIRM, PERSON, STRONG, WEAK, BadList, Draft, Entry

COLUMNS = {12: "main", 5: "names", 6: "addresses", 2: "comments"}
KINDS = {"individual": PERSON, "vessel": CRAFT, "aircraft": CRAFT}
NULL = "-0-"
BIRTH = re.compile(r"(?:^|;|\()\s*(?:alt\. )?DOB ([^;.)]+)")
ALIAS = re.compile(r"[afn]\.k\.a\. '([^']+(?:'[^';.]+)*)'")
COUNTRY = re.compile(r"(?:nationality|citizen) ([^;.]+)")
NUMBER = re.compile(
    r"((?:[A-Z][\w.'/()-]* ){0,5}(?:No\.|Number|ID|Passport|Code|USCCC\)|RFC|C\.U\.R\.P\.|"
    r"Cedula No\.|D\.N\.I\.)) ?#? ?([A-Z0-9][A-Z0-9/()-]{4,24})(?= |;|\.|$)"
)
DAYS = ("%d %b %Y",)


def read(bodies: list[bytes]) -> Iterator[Entry]:
    """The entries of one list; each file is known by its number of columns.

    Raises: BadList.
    """
    tables: dict[str, list[list[str]]] = {name: [] for name in COLUMNS.values()}
    for body in bodies:
        rows = list(_rows(body))
        if not rows:
            raise BadList("a file is empty")
        width = len(rows[0])
        if width not in COLUMNS:
            raise BadList(f"a file has {width} columns; OFAC's have 12, 5, 6 or 2")
        tables[COLUMNS[width]] += rows
    if not tables["main"]:
        raise BadList("sdn.csv or cons_prim.csv, of 12 columns, is missing")
    yield from filter(None, (draft.made() for draft in _drafts(tables)))


def _rows(body: bytes) -> Iterator[list[str]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    width = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text.replace("\x00", ""))), start=1):
            if not row or row[0].strip() in ("", "\x1a"):
                continue
            width = width or len(row)
            if len(row) != width:
                raise BadList(f"row {number} has {len(row)} columns, the first has {width}")
            if not row[0].strip().isdigit():
                raise BadList(f"row {number} does not begin with a number")
            yield ["" if cell.strip() == NULL else cell.strip(" \x1a") for cell in row]
    except csv.Error as error:
        raise BadList(f"not a table: {error}") from error


def _drafts(tables: dict[str, list[list[str]]]) -> Iterator[Draft]:
    longer = {row[0]: row[1] for row in tables["comments"]}
    drafts: dict[str, Draft] = {}
    for row in tables["main"]:
        uid, name, kind, programmes, title, *rest = row
        draft = drafts[uid] = Draft(uid, KINDS.get(kind.lower(), FIRM))
        draft.name(_ordered(name, draft.kind))
        draft.add("programmes", programmes.split("] ["))
        draft.remarks = f"{title} {rest[-1]}{longer.get(uid, '')}"
        _remarked(draft, rest[-1] + longer.get(uid, ""))
    for uid, _number, _kind, name, remark in tables["names"]:
        if uid in drafts:
            quality = WEAK if "weak" in remark.lower() else STRONG
            drafts[uid].name(_ordered(name, drafts[uid].kind), quality)
    for row in tables["addresses"]:
        if row[0] in drafts:
            drafts[row[0]].add("countries", [row[4]])
    yield from drafts.values()


def _ordered(name: str, kind: str) -> str:
    """A person's names as they are said: `PUTIN, Vladimir` is Vladimir PUTIN."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and kind == PERSON else name


def _remarked(draft: Draft, remarks: str) -> None:
    for found in BIRTH.findall(remarks):
        draft.born_on(_iso(found))
    for found in ALIAS.findall(remarks):
        draft.name(found, WEAK)
    draft.add("countries", COUNTRY.findall(remarks))
    for kind, number in NUMBER.findall(remarks):
        if any(letter.isdigit() for letter in number):
            draft.number(kind, number)


def _iso(text: str) -> str:
    for form in DAYS:
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007  a day
        except ValueError:
            continue
    return text
