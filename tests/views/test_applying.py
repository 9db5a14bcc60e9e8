"""The application page as a firm, and everybody else, gets it."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from catalog import applications
from catalog.models import ApplicationPaper, SellerApplication, SellerMember
from storefront.accounts.models import User
from storefront.lib import clock
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TYPED = {
    "name_zh": "深圳市明途数码有限公司",
    "name_en": "Shenzhen Mingtu Digital",
    "name_ru": "",
    "about_zh": "主营平板电脑",
    "uscc": make.uscc(901)[:9].lower() + " " + make.uscc(901)[9:],
    "licence": "ДЕМО-440305-00009",
    "city": "Shenzhen",
    "zone": "Harbin",
    "legal_person": "演示人甲",
    "contact_name": "演示人乙",
    "contact_phone": "+86 138 0013 8000",
    "cnaps": "1035 8400 4034",
    "bank_name": "中国农业银行深圳分行",
    "bank_account": "1035840000000090017",
}


@pytest.fixture(autouse=True)
def _monday_noon(db, settings, tmp_path) -> Iterator[None]:
    settings.PAPERS_ROOT = tmp_path / "papers"
    with clock.simulated(NOW):
        yield


def visitor(email="mei@example.com") -> Client:
    client = Client()
    client.force_login(
        User.objects.get_or_create(email=email)[0],
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.fixture
def mei() -> Client:
    return visitor()


def at(language="en", name="seller_apply", **where) -> str:
    with translation.override(language):
        return reverse(name, kwargs=where)


def scan(name="scan.png", form="PNG", size=(60, 40)) -> SimpleUploadedFile:
    sheet = io.BytesIO()
    Image.new("RGB", size, "teal").save(sheet, form)
    return SimpleUploadedFile(name, sheet.getvalue(), "application/octet-stream")


def three() -> dict:
    return {f"paper_{kind}": scan(f"{kind}.png") for kind in ("licence", "bank", "identity")}


def mine() -> SellerApplication:
    return SellerApplication.objects.latest("pk")


def text(answer) -> str:
    return answer.content.decode()


def test_a_stranger_signs_in_first_and_comes_back(settings):
    answer = Client().get(at("zh-hans"))

    assert answer.status_code == 302
    assert answer["Location"] == "/zh-hans/account/login/?next=/zh-hans/seller/apply/"


def test_the_sellers_desk_leads_who_has_none_to_the_application(mei):
    answer = mei.get(at("zh-hans", "seller_today"))

    assert (answer.status_code, answer["Location"]) == (302, at("zh-hans"))
    assert mei.get(at("zh-hans", "seller_products")).status_code == 404


def test_who_sells_here_goes_to_his_desk(mei):
    user = User.objects.get()
    SellerMember.objects.create(user=user, seller=make.seller(), role="FINANCE")

    assert mei.get(at())["Location"] == at(name="seller_today")


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_the_page_opens_in_every_language_and_state(mei, language):
    assert mei.get(at(language)).status_code == 200
    mei.post(at(language), {**TYPED, **three(), "action": "save"})
    assert mei.get(at(language)).status_code == 200
    for state in ("SUBMITTED", "RETURNED", "REFUSED", "APPROVED"):
        SellerApplication.objects.update(state=state, reason="补交执照")
        answer = mei.get(at(language))
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"


def test_a_draft_keeps_everything_however_wrong(mei):
    wrong = {**TYPED, "uscc": "wrong", "cnaps": "12", "name_en": ""}

    answer = mei.post(at(), {**wrong, "paper_bank": scan(), "action": "save"})

    assert answer["Location"] == at()
    row = mine()
    assert (row.state, row.uscc, row.cnaps, row.bank_account) == (
        "DRAFT",
        "WRONG",
        "12",
        TYPED["bank_account"],
    )
    page = text(mei.get(at()))
    for name in ("name_zh", "licence", "contact_phone", "bank_account"):
        assert f'name="{name}" value="{TYPED[name]}"' in page, name
    assert "scan.png" in page
    assert "Not a CNAPS code" in page


def test_sending_says_beside_each_field_what_is_wrong_and_loses_nothing(mei):
    wrong = {**TYPED, "uscc": TYPED["uscc"][:-1] + "@", "name_en": ""}

    answer = mei.post(at(), {**wrong, "paper_licence": scan(), "action": "submit"})

    assert answer.status_code == 200
    form = answer.context["form"]
    assert set(form.errors) == {"uscc", "name_en", "paper_bank", "paper_identity"}
    assert f'name="uscc" value="{wrong["uscc"]}"' in text(answer)
    assert (mine().state, mine().papers.count()) == ("DRAFT", 1)


def test_an_application_is_sent_once(mei):
    for _time in range(2):
        answer = mei.post(at(), {**TYPED, **three(), "action": "submit"}, follow=True)

    row = mine()
    assert (row.state, row.uscc, row.cnaps) == ("SUBMITTED", make.uscc(901), "103584004034")
    assert row.events.filter(kind="SUBMITTED").count() == 1
    assert SellerApplication.objects.count() == 1
    assert "The application is with the desk" in text(answer)
    assert "<input" not in text(answer).partition("<main")[2].replace("csrfmiddlewaretoken", "")


def test_a_returned_application_shows_the_reason_and_is_sent_again(mei):
    mei.post(at(), {**TYPED, **three(), "action": "submit"})
    applications.give_back(mine(), reason="营业执照不清晰", actor="user:7", now=NOW)

    page = text(mei.get(at("zh-hans")))
    assert "营业执照不清晰" in page
    assert 'name="licence"' in page

    mei.post(at(), {**TYPED, "licence": "ДЕМО-440305-00010", "action": "submit"})
    assert (mine().state, mine().licence) == ("SUBMITTED", "ДЕМО-440305-00010")


def test_a_refused_firm_reads_why_and_begins_anew_with_what_it_typed(mei):
    mei.post(at(), {**TYPED, **three(), "action": "submit"})
    first = mine()
    applications.refuse(first, reason="不符合要求", actor="user:7", now=NOW)

    assert "不符合要求" in text(mei.get(at()))
    page = text(mei.get(f"{at()}?anew=1"))
    assert f'value="{TYPED["name_zh"]}"' in page
    assert mine() == first

    mei.post(f"{at()}?anew=1", {**TYPED, "action": "save"})
    assert (mine().pk != first.pk, mine().state) == (True, "DRAFT")


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a PDF, JPEG or PNG file."),
        ("a.pdf", b"<html></html>", "Not a PDF, JPEG or PNG file."),
        ("a.pdf", b"PK\x03\x04", "Not a PDF, JPEG or PNG file."),
        ("a.pdf", b"%PDF-1.4 /JavaScript %%EOF", "The PDF holds scripts"),
        ("a.png", b"x" * (8 * 1024 * 1024 + 1), "Larger than 8 MB."),
    ],
    ids=["svg", "html", "zip", "script", "heavy"],
)
def test_a_bad_paper_is_refused_beside_its_field_and_the_rest_is_kept(mei, name, body, reason):
    bad = SimpleUploadedFile(name, body, "image/png")
    given = {**TYPED, "paper_licence": bad, "paper_bank": scan(), "action": "submit"}

    answer = mei.post(at(), given)

    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"paper_licence", "paper_identity"}
    assert reason in text(answer)
    assert [paper.kind for paper in mine().papers.all()] == ["BANK"]
    assert (mine().state, mine().city) == ("DRAFT", "Shenzhen")


def test_one_paper_too_many_is_said_beside_its_field(mei):
    for number in range(applications.MOST_PAPERS):
        mei.post(at(), {**TYPED, "paper_other": scan(size=(20 + number, 20)), "action": "save"})

    answer = mei.post(at(), {**TYPED, "city": "Harbin", "paper_other": scan(), "action": "save"})

    assert set(answer.context["form"].errors) == {"paper_other"}
    assert (mine().papers.count(), mine().city) == (applications.MOST_PAPERS, "Harbin")


def test_a_paper_is_taken_out(mei):
    mei.post(at(), {**TYPED, **three(), "action": "save"})
    paper = mine().papers.get(kind="BANK")

    mei.post(at(), {**TYPED, "drop": paper.pk})

    assert set(mine().papers.values_list("kind", flat=True)) == {"LICENCE", "IDENTITY"}
    assert mei.post(at(), {**TYPED, "drop": paper.pk}).status_code == 404


def test_a_paper_is_given_to_its_owner_alone_as_a_file(mei):
    mei.post(at(), {**TYPED, "paper_licence": scan("执照.png"), "action": "save"})
    paper = ApplicationPaper.objects.get()
    address = at(name="seller_paper", pk=paper.pk)

    answer = mei.get(address)

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert Client().get(address).status_code == 302
    assert visitor("gleb@example.com").get(address).status_code == 404
    assert mei.get(f"/media/{paper.file.name}").status_code == 404


def test_nobody_reads_or_changes_the_application_of_another(mei):
    mei.post(at(), {**TYPED, **three(), "action": "save"})
    paper = mine().papers.first()
    gleb = visitor("gleb@example.com")

    assert TYPED["name_zh"] not in text(gleb.get(at()))
    assert gleb.post(at(), {**TYPED, "drop": paper.pk}).status_code == 404
    assert SellerApplication.objects.get(user__email="mei@example.com").papers.count() == 3


def test_the_form_carries_its_secret():
    careful = visitor()
    careful.handler.enforce_csrf_checks = True

    assert careful.post(at(), {**TYPED, "action": "save"}).status_code == 403
    assert not SellerApplication.objects.exists()
