"""Files that sellers send: rows of goods in any form, workbooks, archives of pictures."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from PIL import Image

HEADINGS = (
    "article,brand,model,kind,colour,ram_gb,storage_gb,price_cny,quantity,hs_code,origin,"
    "net_weight_g,weight_g,length_mm,width_mm,height_mm,battery_kind,battery_wh,fsb_notification"
)
ROW = {
    "article": "A-1",
    "brand": "Xiaomi",
    "model": "17",
    "kind": "phone",
    "colour": "黑色",
    "ram_gb": "12",
    "storage_gb": "256",
    "price_cny": "3999.00",
    "quantity": "5",
    "hs_code": "8517130000",
    "origin": "CN",
    "net_weight_g": "191 g",
    "weight_g": "426",
    "length_mm": "163",
    "width_mm": "86",
    "height_mm": "54",
    "battery_kind": "built_in",
    "battery_wh": "27.09",
    "fsb_notification": "ДЕМО-0001",
}


def table(
    *rows: Mapping[str, str],
    headings: str = HEADINGS,
    separator: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    """A CSV table; each row says what it has otherwise than the plain one."""
    names = headings.split(",")
    lines = [names, *([{**ROW, **row}[name] for name in names] for row in rows)]
    return "\n".join(separator.join(cells) for cells in lines).encode(encoding)


def phones(count: int, **facts: str) -> list[dict[str, str]]:
    """So many different phones."""
    return [
        {"article": f"A-{n}", "model": f"Model {n}", "price_cny": str(1000 + n), **facts}
        for n in range(1, count + 1)
    ]


def book(rows: Iterable[Sequence[Any]], *, formats: Mapping[str, str] | None = None) -> bytes:
    """An Excel workbook of one sheet; `formats` by cell."""
    made = Workbook()
    sheet = made.active
    for row in rows:
        sheet.append(list(row))
    for place, style in (formats or {}).items():
        sheet[place].number_format = style
    paper = io.BytesIO()
    made.save(paper)
    return paper.getvalue()


def picture(form: str = "PNG", size: tuple[int, int] = (60, 40), colour: Any = "teal") -> bytes:
    paper = io.BytesIO()
    Image.new("RGB", size, colour).save(paper, form)
    return paper.getvalue()


def archive(files: Mapping[str, bytes], target: Path | None = None) -> bytes:
    """A ZIP archive of these files."""
    paper = io.BytesIO()
    with zipfile.ZipFile(paper, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(name, body)
    if target:
        target.write_bytes(paper.getvalue())
    return paper.getvalue()
