"""The desk of applications: the queue, the papers, and what is decided."""

import io

import pytest
from django.core import mail
from django.urls import reverse
from PIL import Image

from catalog import applications, papers
from catalog.applications import Paper
from catalog.checking import NEEDED
from catalog.models import ApplicationPaper, Seller, SellerApplication, SellerMember
from payments.models import ScreenedParty, ScreeningRun
from payments.screening import parties, running
from storefront.accounts.models import User
from storefront.lib import clock
from storefront.notifications import tasks
from tests.admin import world
from tests.admin.test_deeds import deed, listing, me, told
from tests.catalog.test_applications import FACTS


@pytest.fixture
def waiting(desks: None, settings, tmp_path) -> SellerApplication:
    settings.PAPERS_ROOT = tmp_path
    user = User.objects.create(email="mei@example.com")
    row = applications.save(user.pk, FACTS, actor="user:1", now=world.NOW)
    sheet = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(sheet, "PNG")
    for kind in NEEDED:
        document = papers.read(sheet.getvalue())
        applications.add_paper(row, Paper(kind, f"{kind}.png", document), now=world.NOW)
    sent = applications.submit(row, actor="user:1", now=world.NOW)
    ground = running.ground(on=clock.now().date())
    for party in parties.note(parties.of_firm(sent.uscc, sent.cnaps), now=world.NOW):
        running.screen(party, ground, now=world.NOW)
    return sent


def page(row) -> str:
    return reverse("admin:catalog_sellerapplication_change", args=[row.pk])


def paper_of(row) -> tuple[ApplicationPaper, str]:
    paper = row.papers.order_by("pk").first()
    return paper, reverse("admin:catalog_sellerapplication_paper", args=[paper.pk])


def test_the_queue_begins_with_who_waits_longest(operator, waiting):
    found = operator.get(listing(SellerApplication), {"state__exact": "SUBMITTED"})

    rows = list(found.context["cl"].result_list)
    assert len(rows) > 1
    assert [row.submitted_at for row in rows] == sorted(row.submitted_at for row in rows)
    assert {row.state for row in rows} == {"SUBMITTED"}


def test_the_page_shows_facts_checks_and_papers(operator, waiting):
    text = operator.get(page(waiting)).content.decode()

    for fact in (FACTS["name_zh"], FACTS["uscc"], FACTS["bank_account"], FACTS["legal_person"]):
        assert fact in text
    assert text.count('class="tag good"') >= len(applications.checks(waiting))
    assert 'class="tag bad"' not in text
    for paper in waiting.papers.all():
        assert reverse("admin:catalog_sellerapplication_paper", args=[paper.pk]) in text

    applications.give_back(waiting, reason="x", actor="user:7", now=world.NOW)
    applications.save(waiting.user_id, {"cnaps": "1"}, actor="user:1", now=world.NOW)
    assert 'class="tag bad"' in operator.get(page(waiting)).content.decode()


def test_papers_are_given_to_the_desk_as_files_and_it_is_written_down(operator, waiting):
    _paper, address = paper_of(waiting)

    answer = operator.get(address)

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    event = waiting.events.get(kind="PAPER_OPENED")
    assert (event.actor, event.detail) == (me(), {"paper": "LICENCE"})


@pytest.mark.parametrize("role", ["finance", "customs", "authority"])
def test_papers_and_firms_are_for_nobody_else(sign_in, waiting, role):
    client = sign_in(role)
    _paper, address = paper_of(waiting)

    assert client.get(address).status_code == 403
    assert client.get(page(waiting)).status_code == 403
    assert client.post(deed(waiting, "approve"), {"sure": "1"}).status_code == 403
    assert not waiting.events.filter(kind="PAPER_OPENED").exists()
    assert not Seller.objects.filter(uscc=FACTS["uscc"]).exists()


def test_an_approval_opens_a_desk_and_is_told_by_mail(operator, waiting):
    assert FACTS["uscc"] in operator.get(deed(waiting, "approve")).content.decode()

    operator.post(deed(waiting, "approve"), {"sure": "1"})

    waiting.refresh_from_db()
    seller = Seller.objects.get(uscc=FACTS["uscc"])
    assert (waiting.state, waiting.seller_id, waiting.decided_by) == ("APPROVED", seller.pk, me())
    assert SellerMember.objects.get(user=waiting.user_id, seller=seller).role == "OWNER"
    tasks.tell_applicant(id=waiting.pk)
    assert [letter.to for letter in mail.outbox] == [["mei@example.com"]]


def test_a_decision_is_made_once(operator, waiting):
    operator.post(deed(waiting, "approve"), {"sure": "1"})

    response = operator.post(deed(waiting, "refuse"), {"sure": "1", "text": "不符合"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("APPROVED", "")
    assert str(waiting) in told(response)[-1]
    text = operator.get(page(waiting)).content.decode()
    assert deed(waiting, "approve") not in text


@pytest.mark.parametrize(("verb", "state"), [("give_back", "RETURNED"), ("refuse", "REFUSED")])
def test_a_reason_is_needed_and_reaches_the_applicant(operator, waiting, verb, state):
    empty = operator.post(deed(waiting, verb), {"sure": "1", "text": " "})
    waiting.refresh_from_db()
    assert (empty.status_code, waiting.state) == (200, "SUBMITTED")

    operator.post(deed(waiting, verb), {"sure": "1", "text": "营业执照不清晰"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (state, "营业执照不清晰")
    tasks.tell_applicant(id=waiting.pk)
    assert "营业执照不清晰" in mail.outbox[0].body


def test_what_fails_now_is_not_approved(operator, waiting):
    SellerApplication.objects.filter(pk=waiting.pk).update(cnaps="103584004035")

    response = operator.post(deed(waiting, "approve"), {"sure": "1"})

    waiting.refresh_from_db()
    assert waiting.state == "SUBMITTED"
    assert len(told(response)) == 1
    assert not Seller.objects.filter(uscc=FACTS["uscc"]).exists()


def test_a_firm_is_not_approved_before_it_is_screened(operator, waiting):
    ScreenedParty.objects.filter(key=waiting.uscc).update(against="")

    response = operator.post(deed(waiting, "approve"), {"sure": "1"})

    assert "санкционным спискам" in told(response)[0]
    waiting.refresh_from_db()
    assert waiting.state == SellerApplication.State.SUBMITTED
    assert ScreeningRun.objects.filter(closed_at=None).exists()
