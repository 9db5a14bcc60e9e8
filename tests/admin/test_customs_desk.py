"""The desk of rejects: what customs say in the reader's language, mended and sent again."""

import pytest
from django.utils import translation

from logistics.customs import declarations, filings, mending
from logistics.models import Declaration, Filing
from storefront.lib import clock
from tests.admin.test_deeds import deed, listing, me, told
from tests.logistics.test_filings import declared

REASON = "gmodel: 规格型号申报不规范"


@pytest.fixture
def rejected(desks: None) -> Declaration:
    paper = declared()
    Declaration.objects.filter(pk=paper.pk).update(
        state="REJECTED", reason=REASON, answer_code=-621001
    )
    paper.refresh_from_db()
    return paper


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "Поле списка не прошло проверку"), ("zh-hans", "清单校验失败")],
)
def test_a_reject_is_told_in_the_readers_language_with_its_element(
    sign_in, settings, rejected, language, words
):
    customs = sign_in("customs")
    customs.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    shown = customs.get(f"{listing(Declaration)}{rejected.pk}/change/").content.decode()
    rows = customs.get(listing(Declaration), {"state__exact": "REJECTED"}).content.decode()

    assert words in shown
    assert words in rows
    assert REASON in shown
    with translation.override(language):
        assert mending.advice(-621001, REASON).field == "gmodel"


def test_a_person_mends_a_reject_and_the_old_version_stays(sign_in, rejected):
    customs = sign_in("customs")
    wrong = {"sure": "1", "element": "gcode", "line": 1, "text": "8517"}
    right = {"sure": "1", "element": "gmodel", "line": 1, "text": "HONOR|X9b"}

    refused = customs.post(deed(rejected, "mend"), wrong)
    customs.post(deed(rejected, "mend"), right)
    again = customs.post(deed(rejected, "mend"), right)

    rejected.refresh_from_db()
    made = rejected.shipment.declarations.latest("attempt_number")
    assert "8517" in told(refused)[0]
    assert (rejected.state, rejected.amended) == ("REJECTED", {})
    assert (made.attempt_number, made.state) == (2, "READY")
    assert made.amended == {"gmodel/1": "HONOR|X9b"}
    assert made.shipment.events.get(source="customs.desk").actor == me("customs")
    assert rejected.shipment.declarations.count() == 2
    assert again.status_code == 302


def test_what_cannot_be_cancelled_or_come_back_is_said(sign_in, rejected):
    customs = sign_in("customs")
    Declaration.objects.filter(pk=rejected.pk).update(
        state="RELEASED", mode="9610", inventory_number="19242026E000000001", ended_at=clock.now()
    )

    customs.post(deed(rejected, "cancel_list"), {"sure": "1", "text": "a wrong address"})
    customs.post(deed(rejected, "cancel_list"), {"sure": "1", "text": "once more"})

    filing = Filing.objects.get(declaration=rejected)
    assert (filing.kind, filing.note, filing.actor) == ("CEB605", "a wrong address", me("customs"))
    assert declarations.MOVES[Declaration.State.RELEASED] == {Declaration.State.CANCELLED}


def test_a_rejected_filing_is_made_anew_once(sign_in, rejected):
    customs = sign_in("customs")
    filing = filings.cancel(rejected, reason="x", actor="user:7", now=clock.now())
    assert filing is None
    made = Filing.objects.filter(state="REJECTED").earliest("pk")

    customs.post(deed(made, "file_anew"), {"sure": "1"})
    customs.post(deed(made, "file_anew"), {"sure": "1"})

    rows = Filing.objects.filter(declaration=made.declaration).order_by("pk")
    assert [(row.attempt_number, row.state) for row in rows] == [(1, "REJECTED"), (2, "READY")]
