"""Bins, notices and numbers of pieces, by the real functions."""

import io
from datetime import date
from itertools import count
from typing import Any

from PIL import Image

from catalog import papers
from catalog.models import Offer
from logistics.models import Advice, Bin, Layout, Stock
from logistics.stocking import advices, bins
from storefront.lib import identifiers
from tests.factories import logistics

NOW = logistics.NOW
MEI = {"actor": "user:mei", "now": NOW}
PLAN = bins.Plan(aisles=4, bonded_aisles=1, racks=5, levels=1, positions=1)
_keys = count(1)
_pieces = count(1)


def key() -> str:
    return f"key-{next(_keys)}"


def imei() -> str:
    """A new number of a telephone with the right check digit."""
    body = f"3592{next(_pieces):010d}"
    return next(body + digit for digit in "0123456789" if identifiers.is_imei(body + digit))


def picture(shade: int = 90) -> papers.Document:
    sheet = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 20, 20)).save(sheet, "JPEG")
    return papers.read(sheet.getvalue())


def advice(offer: Offer, quantity: int = 5, *, regime: str = "domestic", **said: Any) -> Advice:
    plain = {"expected_on": date(2026, 11, 25), "pieces": {offer.pk: quantity}, "key": key()}
    announced = advices.Announcement(regime=regime, **{**plain, **said})
    return advices.announce(offer.seller, announced, actor="user:boris", now=NOW)


def laid_out(plan: bins.Plan = PLAN) -> Layout:
    return bins.lay_out(logistics.place(), plan, **MEI)


def shelf(code: str) -> Bin:
    return Bin.objects.get(place=logistics.place(), code=code)


def put_away(stock: Stock, quantity: int, code: str, *, source: str = "DOCK-D") -> None:
    why = bins.Why("put away", "user:mei", NOW)
    bins.move(stock, quantity, source=shelf(source), target=shelf(code), why=why)
