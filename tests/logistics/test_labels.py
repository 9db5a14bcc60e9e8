"""Labels as they are printed: what PDF and ZPL say, and that every barcode reads as its number."""

import base64
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from reportlab.graphics.barcode import code128

from logistics import labels
from logistics.labels import sheets
from logistics.models import Bag, Departure
from logistics.states import State
from storefront.lib import clock, identifiers
from tests.logistics import story
from tests.logistics.conftest import *
from tests.logistics.story import Outside

PATTERNS = {pattern: value for value, pattern in code128._patterns.items()}
LITERAL = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
ESCAPES = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
RECT = re.compile(rb"n ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f")
KNOWN = "XA XZ CI PW LL LH FO FS FD FH A0 A@ GB BY BC"


def pages(pdf: bytes) -> list[bytes]:
    """The drawings of a PDF, page by page."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [zlib.decompress(base64.a85decode(one.strip().removesuffix(b"~>"))) for one in streams]


def texts(page: bytes) -> str:
    """Everything written on a page, run after run."""
    found = []
    for literal in LITERAL.findall(page):
        plain = ESCAPES.sub(
            lambda m: bytes([int(m[1], 8)]) if len(m[1]) == 3 else SINGLE.get(m[1], m[1]), literal
        )
        found.append(plain.decode("utf-16-be"))
    return "".join(found)


SINGLE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def barcodes(page: bytes) -> list[str]:
    """What a scanner reads: the filled bars of each height, back through the table of Code 128."""
    rows: dict[tuple[bytes, bytes], list[tuple[float, float]]] = {}
    for x, y, width, height in RECT.findall(page):
        rows.setdefault((y, height), []).append((float(x), float(width)))
    return [read(bars) for bars in rows.values()]


def read(bars: list[tuple[float, float]]) -> str:
    ordered = sorted(bars)
    end = ordered[-1][0] + ordered[-1][1]
    values = code_values(ordered, (end - ordered[0][0]))
    *body, check, stop = values
    assert stop == 106
    assert (body[0] + sum(n * value for n, value in enumerate(body))) % 103 == check
    return "".join(letters(body))


def code_values(bars: list[tuple[float, float]], whole: float) -> list[int]:
    """Six widths a letter, seven the last: 11 modules each and two more."""
    letters_in = (len(bars) - 1) // 3
    module = whole / (letters_in * 11 + 2)
    widths = []
    for (x, width), following in zip(bars, [*bars[1:], None], strict=True):
        widths.append(round(width / module))
        if following:
            widths.append(round((following[0] - x - width) / module))
    groups = [widths[at : at + 6] for at in range(0, len(widths) - 7, 6)] + [widths[-7:]]
    return [PATTERNS["".join(map(shape, enumerate(group)))] for group in groups]


def shape(at: tuple[int, int]) -> str:
    place, width = at
    letter = chr(ord("a") + width - 1)
    return letter if place % 2 else letter.upper()


def letters(body: list[int]) -> Iterator[str]:
    subset = {103: "A", 104: "B", 105: "C"}[body[0]]
    for value in body[1:]:
        if value in (99, 100, 101) and not (value == 99 and subset == "C"):
            subset = {99: "C", 100: "B", 101: "A"}[value]
        else:
            yield f"{value:02d}" if subset == "C" else chr(value + 32)


def commands(zpl: bytes) -> list[str]:
    """The commands of ZPL, each with its parameters; unknown ones are refused."""
    found = [one.strip("\n") for one in zpl.decode().split("^")[1:]]
    assert all(one[:2] in KNOWN for one in found)
    return found


def said(zpl: bytes) -> str:
    """The texts of a ZPL label, its hexadecimal letters read."""
    data = "|".join(one[2:] for one in commands(zpl) if one.startswith("FD"))
    return re.sub(r"_([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), data)


def test_lines_are_broken_between_words_and_cut_with_dots():
    street = "ул. Ленина, 24, кв. 7, домофон не работает, звонить заранее"

    lines = sheets.wrapped(street, 4, 60, 3)
    short = sheets.wrapped(street, 4, 60, 1)

    assert " ".join(lines) == street
    assert short == [short[0]]
    assert short[0].endswith("…")
    assert sheets.wrapped("含锂电池含锂电池", 4, 16, 2) == ["含锂电池", "含锂电池"]


@pytest.fixture
def aboard(outside: Outside, settings: Any, db: None) -> Any:
    order = story.paid_order()
    story.run(story.is_in(order, State.LOADED))
    return order


def printed(kind: str, number: str) -> tuple[list[bytes], bytes]:
    made = labels.make(kind, number, now=clock.now())
    return pages(labels.render(made, "pdf")), labels.render(made, "zpl")


def test_every_paper_says_what_it_must_in_both_languages_of_printers(aboard: Any):
    parcel = story.parcel(aboard)
    bag, departure = Bag.objects.get(), Departure.objects.get()
    expected = {
        ("parcel", parcel.number): [aboard.recipient, aboard.postcode, "收件人", aboard.street],
        ("cn23", parcel.number): ["CN 23", "Содержимое", aboard.lines.get().title_zh, "销售货物"],
        ("bag", bag.number): [bag.seal, departure.number, parcel.lane.terminal.title_ru],
        ("manifest", departure.number): [bag.number, bag.seal, parcel.number, "舱单", "Итого"],
    }
    assert {kind for kind, _number in expected} == set(labels.PAPERS)
    for (kind, number), words in expected.items():
        drawn, zpl = printed(kind, number)

        assert len(drawn) == zpl.count(b"^XA") == zpl.count(b"^XZ") == 1
        assert barcodes(drawn[0]) == [number]
        assert f"FD{number}" in commands(zpl)
        for word in words:
            assert word, kind
            assert word in texts(drawn[0]), (kind, word)
            assert word in said(zpl), (kind, word)
    assert identifiers.is_s10(parcel.number)


def test_zpl_stays_on_its_label_and_lets_no_command_in(aboard: Any):
    type(aboard).objects.filter(pk=aboard.pk).update(recipient="^XZ~JA_^XA Анна")
    drawn, zpl = printed("parcel", story.parcel(aboard).number)
    told = commands(zpl)

    width, height = 800, 1200
    assert f"PW{width}" in told
    assert f"LL{height}" in told
    places = [tuple(map(int, one[2:].split(","))) for one in told if one.startswith("FO")]
    assert all(0 <= x < width and 0 <= y < height for x, y in places)
    assert "^XZ~JA_^XA Анна" in said(zpl)
    assert zpl.count(b"^XA") == 1
    assert "^XZ~JA_^XA Анна" in texts(drawn[0])
    module = int(next(one for one in told if one.startswith("BY"))[2:].split(",")[0])
    assert module >= 2
    assert module * sheets.modules(story.parcel(aboard).number) <= width - 160


def test_every_paper_is_asked_for_by_a_button():
    pages = [*(settings.BASE_DIR / "templates" / "staff").glob("*.html")]
    pages += (settings.BASE_DIR / "logistics" / "stations").glob("*.py")  # what a scan answers
    told = "".join(page.read_text(encoding="utf-8") for page in pages)

    for kind in labels.PAPERS:
        assert f'kind="{kind}"' in told or f'("{kind}", ' in told, kind


@pytest.mark.parametrize("kind", [*labels.PAPERS, "poster"])
def test_there_is_no_paper_for_what_is_not_there(db: None, kind: str):
    with pytest.raises(labels.NoSuchLabel):
        labels.make(kind, "LX300000008CN", now=story.NOW)
