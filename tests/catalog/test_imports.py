"""A seller's table is taken in, row by row, and again."""

import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import sheets
from catalog.imports import Fate
from catalog.models import Offer, OfferEvent, Product, Variant
from logistics.models import Stock, StockMove
from storefront.flows import selling
from tests.catalog import gsmarena
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DATA = Path(os.environ.get("SHARED_DATA", "../shared/data"))
PHONES = DATA / "phones_a_gsmarena2021" / "gsmarena.csv.gz"


def phones() -> Path:
    if not PHONES.exists():
        reason = f"{PHONES} is not there; set SHARED_DATA"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return PHONES


def take(body: bytes, seller, **options):
    sheet = sheets.read(body)
    return selling.take_in(sheet, seller=seller, actor="task:import", now=NOW, **options)


def test_thousands_of_real_rows_are_taken_in_once():
    boris = make.seller()
    body = gsmarena.convert(phones())
    t = time.time()
    report = take(body, boris)
    print(time.time() - t)
    reasons = Counter((p.column, p.code) for _row, problems in report.refused for p in problems)
    print(report.counts, reasons, report.unknown, report.keeps_card)
    print(Counter(Offer.objects.values_list("state", flat=True)))
    for row, problems in report.refused:
        for p in problems:
            if p.code not in ("needed",):
                print(row.line, p)
    t = time.time()
    again = take(body, boris)
    print(time.time() - t)
    print(again.counts)
    assert 0
