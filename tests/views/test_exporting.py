"""A seller's goods go out by his pages in the form that they are taken in."""

import io

import pytest
from openpyxl import load_workbook

from catalog.models import RefusedRow
from tests.factories import tables
from tests.views.test_importing import _monday_noon, at, boris, desk, taken, tried

__all__ = ["_monday_noon", "boris", "desk"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_export_taken_in_again_changes_nothing(desk, form, language):
    phones = [*tables.phones(3), {"article": "A-4", "model": "Note", "fsb_notification": ""}]
    taken(desk, tables.table(*phones))

    answer = desk.get(at("export", language, kind="goods", form=form))
    body = b"".join(answer.streaming_content)

    assert answer["Content-Disposition"].startswith("attachment")
    job = tried(desk, body, name=f"export.{form}")
    assert job.counts == {"unchanged": 4}, list(RefusedRow.objects.values_list("problems"))
    prices = b"".join(desk.get(at("export", language, kind="prices", form=form)).streaming_content)
    assert tried(desk, prices, kind="PRICES", name=f"p.{form}").counts == {"unchanged": 4}


def test_workbook_of_the_export_computes_nothing(desk):
    taken(desk, tables.table({"model": "=cmd|'/c calc'!A1"}))

    body = b"".join(desk.get(at("export", kind="goods", form="xlsx")).streaming_content)

    sheet = load_workbook(io.BytesIO(body)).active
    assert {cell.data_type for row in sheet for cell in row if cell.value is not None} == {"s"}
    assert "'=cmd|'/c calc'!A1" in [cell.value for cell in sheet[2]]
