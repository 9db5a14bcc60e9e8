"""Every form of every page, read from the pages themselves, and what no field should choke on."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from lxml import html

HALF = b"\xed\xa0\x80"  # of a pair of UTF-16: bytes that are no text
VALUES: tuple[bytes, ...] = (
    b"",
    b"a\0b",
    HALF,
    b"\xff\xfe",
    b"9" * 5000,
    b"9" * 19,
    b"-1",
    b"1e400",
    b"NaN",
    b"-Infinity",
    "²".encode(),
    "٣".encode(),
    b"0.1.2",
    b"[]",
    b'{"a": 1}',
    b"null",
    b"' OR 1=1 --",
    b"%s%s{0}{{7*7}}",
    b"<script>alert(1)</script>",
    b"2026-02-30",
    b"0001-01-01T00:00",
    b"9999-12-31T23:59:59",
    b"00000000-0000-0000-0000-000000000000",
    b"\r\nSet-Cookie: a=b",
    "\u202e\ufeff\u0301".encode(),
    b"../../../etc/passwd",
    b"a" * 20_000,
)
Pair = tuple[str, bytes]


@dataclass(frozen=True)
class Form:
    """Where a form goes, how, and what stands in it."""

    path: str
    method: str
    fields: tuple[Pair, ...]

    def bodies(self) -> Iterator[tuple[str, bytes, list[Pair]]]:
        """The form with one hostile value in one field, the others as they stand, and doubled."""
        for name in dict.fromkeys(name for name, _value in self.fields):
            others = [pair for pair in self.fields if pair[0] != name]
            for value in VALUES:
                yield name, value, [*others, (name, value)]
            yield name, b"twice", [*self.fields, (name, b"1"), (name, b"-1")]
            yield name, b"gone", others


def encoded(pairs: list[Pair]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs).encode()


def forms(path: str, page: bytes) -> Iterator[Form]:
    """Forms of a page, and its links that narrow or order it, which are forms of one field."""
    if not page.strip().startswith(b"<"):
        return
    tree = html.fromstring(page)
    for form in tree.iter("form"):
        target = urlsplit(urljoin(path, form.get("action") or path)).path
        method = (form.get("method") or "get").upper()
        yield Form(target, method, tuple(_fields(form)))
    known: dict[str, bytes] = {}
    for link in tree.iter("a"):
        where = urlsplit(urljoin(path, link.get("href") or ""))
        if where.path == path:
            known |= {name: value.encode() for name, value in parse_qsl(where.query)}
    yield Form(path, "GET", tuple(known.items()))


def _fields(form: html.HtmlElement) -> Iterator[Pair]:
    for field in form.xpath(".//input | .//select | .//textarea | .//button"):
        name, kind = field.get("name"), field.get("type")
        if not name or name == "csrfmiddlewaretoken" or kind == "file":
            continue
        yield name, _standing(field).encode()


def _standing(field: html.HtmlElement) -> str:
    if field.tag == "textarea":
        return str(field.text or "")
    if field.tag == "select":
        chosen = field.xpath(".//option[@selected]") or field.xpath(".//option")
        return str(chosen[0].get("value") or "") if chosen else ""
    return str(field.get("value") or "")
