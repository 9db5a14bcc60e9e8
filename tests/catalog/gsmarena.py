"""Turns phones of a public specification table (2021) into a seller's table.

The source has no packaging, no customs facts and prices in euros, so these are assumed, the same
for all: 7.8 yuan for a euro, 150 g and a few centimetres of packaging, made in China, 3.8 V
cells. Weights stay as they were written: reading them is the importer's business.
"""

import csv
import gzip
import io
import re
from calendar import month_name
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

YUAN_FOR_EURO = Decimal("7.8")
PACKAGING_G = 150
BOX_MM = (12, 12, 35)
VOLTS = Decimal("3.8")
MONTHS = list(month_name)[1:]
COLUMNS = (
    *("article", "brand", "model", "kind", "title_en", "colour", "ram_gb", "storage_gb"),
    *("price_cny", "quantity", "hs_code", "origin", "net_weight_g", "weight_g"),
    *("length_mm", "width_mm", "height_mm", "battery_kind", "battery_wh", "fsb_notification"),
    *("device_length_mm", "device_width_mm", "thickness_mm", "screen_inch", "battery_mah"),
    *("main_camera_mp", "five_g", "nfc", "os", "chipset", "released"),
)
HS = {"phone": "8517130000", "tablet": "8471301000", "watch": "8517629900"}
PLAIN_PHONE = "8517140000"  # telephones that are no smartphones


def convert(source: Path) -> bytes:
    """The whole table as CSV in UTF-8."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        return write([row_of(each) for each in csv.DictReader(file)])


def write(rows: list[dict[str, str]]) -> bytes:
    paper = io.StringIO(newline="")
    out = csv.DictWriter(paper, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return paper.getvalue().encode()


def row_of(each: dict[str, str]) -> dict[str, str]:
    brand, _, model = each["name"].partition(" ")
    key = re.search(r"-(\d+)\.php$", each["url"])[1]
    kind = _kind(each["name"])
    return {
        "article": f"GSM-{key}",
        "brand": brand,
        "model": model,
        "kind": kind,
        "title_en": each["name"],
        "colour": each["colors"].split(",")[0].strip(),
        "price_cny": _yuan(each["price"]),
        "quantity": "3",
        "hs_code": HS[kind] if each["os"] or kind != "phone" else PLAIN_PHONE,
        "origin": "CN",
        "net_weight_g": each["weight"],
        "weight_g": _gross(each["weight"]),
        "fsb_notification": f"ДЕМО-G{key}",
        "main_camera_mp": _first(r"([\d.]+) MP", each["main-camera"]),
        "screen_inch": _first(r"^([\d.]+) inches", each["size"]),
        "five_g": "1" if "5G" in each["technology"] else "0",
        "nfc": "1" if each["nfc"].startswith("Yes") else "0",
        "os": each["os"][:120],
        "chipset": each["chipset"][:120],
        "released": _released(each["announced"]),
        **_memory(each["internal"]),
        **_size(each["dimensions"]),
        **_battery(each["battery-type"]),
    }


def _kind(name: str) -> str:
    if re.search(r"\b(watch|gear s|gear fit|gear live)", name, re.IGNORECASE):
        return "watch"
    return (
        "tablet"
        if re.search(r"\b(tab|ipad|mediapad|pad|xoom|xyboard|tablet)\b", name, re.I)
        else "phone"
    )


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _yuan(price: str) -> str:
    euro = _first(r"About ([\d.]+) EUR", price) or _first(r"€\s*([\d.,]+)", price)
    if not euro:
        return ""
    yuan = Decimal(euro.replace(",", "")) * YUAN_FOR_EURO
    return str(yuan.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _gross(weight: str) -> str:
    net = re.match(r"([\d.]+)\s*(kg)?", weight)
    if not net:
        return ""
    grams = Decimal(net[1]) * (1000 if net[2] else 1)
    return str(round(grams) + PACKAGING_G)


def _released(text: str) -> str:
    year, month = _first(r"(\d{4})", text), _first(r"\d{4}, ([A-Z][a-z]+)", text)
    return f"{year}-{MONTHS.index(month) + 1:02d}" if month in MONTHS else year


def _memory(internal: str) -> dict[str, str]:
    found = re.match(r"(\d+)GB(?: (\d+)GB RAM)?", internal)
    return {"storage_gb": found[1], "ram_gb": found[2] or ""} if found else {}


def _size(text: str) -> dict[str, str]:
    found = re.match(r"([\d.]+) x ([\d.]+) x ([\d.]+) mm", text)
    if not found:
        return {}
    device = dict(
        zip(("device_length_mm", "device_width_mm", "thickness_mm"), found.groups(), strict=True)
    )
    box = [
        str(round(Decimal(side)) + extra)
        for side, extra in zip(found.groups(), BOX_MM, strict=True)
    ]
    return {**device, **dict(zip(("length_mm", "width_mm", "height_mm"), box, strict=True))}


def _battery(text: str) -> dict[str, str]:
    mah = _first(r"(\d+) mAh", text)
    if not mah:
        return {"battery_kind": "built_in"}
    hours = (Decimal(mah) * VOLTS / 1000).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return {"battery_kind": "built_in", "battery_wh": str(hours), "battery_mah": mah}


def rows(source: Path) -> Iterator[dict[str, str]]:
    """The rows as they are converted, one by one."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        yield from map(row_of, csv.DictReader(file))
