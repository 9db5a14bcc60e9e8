"""The life of an application, its checks and papers, and the people of the seller it becomes."""

import io
from datetime import UTC, datetime

import pytest
from django.core import mail
from PIL import Image

from catalog import applications, checking, papers
from catalog.applications import Paper
from catalog.models import (
    ApplicationEvent,
    Margin,
    Seller,
    SellerApplication,
    SellerMember,
)
from storefront.accounts.models import User
from storefront.notifications import tasks
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MEI = {"actor": "user:1", "now": NOW}
VERA = {"actor": "user:7", "now": NOW}
Kind = applications.Kind
FACTS = {
    "name_zh": "深圳市明途数码有限公司",
    "name_en": "Shenzhen Mingtu Digital",
    "uscc": make.uscc(901),
    "licence": "ДЕМО-440305-00009",
    "city": "Shenzhen",
    "legal_person": "演示人甲",
    "contact_name": "演示人乙",
    "contact_phone": "+86 138 0013 8000",
    "cnaps": "103584004034",
    "bank_name": "中国农业银行深圳分行",
    "bank_account": "1035840000000090017",
}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.PAPERS_ROOT = tmp_path / "papers"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def mei() -> User:
    return User.objects.create(email="mei@example.com")


def image(form="PNG", size=(60, 40)) -> bytes:
    sheet = io.BytesIO()
    Image.new("RGB", size, "teal").save(sheet, form)
    return sheet.getvalue()


def draft(user: User, **facts) -> SellerApplication:
    return applications.save(user.pk, {**FACTS, **facts}, **MEI)


def complete(user: User, **facts) -> SellerApplication:
    row = draft(user, **facts)
    for kind in checking.NEEDED:
        paper = Paper(kind, f"{kind}.png", papers.read(image()))
        applications.add_paper(row, paper, now=NOW)
    return row


def failed(row: SellerApplication) -> list[str]:
    return [check.field for check in applications.checks(row) if not check.passed]


def test_what_is_typed_is_kept_whatever_it_is_worth(mei):
    row = applications.save(mei.pk, {"name_zh": "x", "uscc": "not a code"}, **MEI)
    again = applications.save(mei.pk, {"city": "Harbin"}, **MEI)

    assert (again.pk, again.uscc, again.city, again.state) == (
        row.pk,
        "not a code",
        "Harbin",
        "DRAFT",
    )
    assert [event.kind for event in row.events.all()] == ["BEGUN"]


def test_an_incomplete_application_is_not_sent_and_says_what_is_wrong(mei):
    row = draft(mei, uscc=FACTS["uscc"][:-1] + "@", cnaps="103584004035", name_en="")

    with pytest.raises(applications.NotComplete) as refusal:
        applications.submit(row, **MEI)

    told = [check.field for check in refusal.value.failed]
    assert told == ["name_en", "uscc", "cnaps", "paper_licence", "paper_bank", "paper_identity"]
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("DRAFT", None)


def test_a_second_sending_is_the_same_as_one(mei):
    row = complete(mei)

    first, second = applications.submit(row, **MEI), applications.submit(row, **MEI)

    assert (first.state, second.state) == ("SUBMITTED", "SUBMITTED")
    assert row.events.filter(kind="SUBMITTED").count() == 1


def test_what_is_with_the_desk_is_not_changed(mei):
    row = complete(mei)
    applications.submit(row, **MEI)

    with pytest.raises(applications.WrongState):
        applications.save(mei.pk, {"city": "Harbin"}, **MEI)
    with pytest.raises(applications.WrongState):
        applications.drop_paper(row.papers.first())
    row.refresh_from_db()
    assert (row.city, row.papers.count()) == ("Shenzhen", 3)


def test_an_application_is_mended_sent_again_and_approved(mei):
    row = complete(mei)
    applications.submit(row, **MEI)
    applications.give_back(row, reason="营业执照不清晰", **VERA)
    row.refresh_from_db()
    assert (row.state, row.reason, row.decided_by) == ("RETURNED", "营业执照不清晰", "user:7")

    applications.save(mei.pk, {"city": "Harbin"}, **MEI)
    applications.submit(row, **MEI)
    seller = applications.approve(row, **VERA)

    row.refresh_from_db()
    assert (row.state, row.seller_id, row.reason) == ("APPROVED", seller.pk, "")
    kinds = list(row.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["BEGUN", "SUBMITTED", "RETURNED", "SUBMITTED", "APPROVED"]
    assert (seller.slug, seller.commission_bps, seller.joined_on.isoformat()) == (
        "shenzhen-mingtu-digital",
        800,
        "2026-11-23",
    )
    seat = SellerMember.objects.get(user=mei)
    assert (seat.seller_id, seat.role) == (seller.pk, "OWNER")
    told = list(seller.events.order_by("pk").values_list("kind", flat=True))
    assert told == ["JOINED", "SEATED"]


def test_nothing_is_decided_twice_and_a_refused_firm_may_apply_anew(mei):
    row = complete(mei)
    applications.submit(row, **MEI)
    applications.refuse(row, reason="不符合要求", **VERA)

    for verb in (applications.approve, applications.submit):
        with pytest.raises(applications.WrongState):
            verb(row, **VERA)
    assert not Seller.objects.exists()

    again = draft(mei)
    assert again.pk != row.pk
    assert applications.of(mei.pk) == again


def test_two_firms_of_one_name_have_two_addresses(mei):
    make.seller(slug="shenzhen-mingtu-digital")
    row = complete(mei)
    applications.submit(row, **MEI)

    slug = applications.approve(row, **VERA).slug

    assert slug == f"shenzhen-mingtu-digital-{FACTS['uscc'][-6:].lower()}"


def test_a_firm_without_an_english_name_gets_an_address_of_its_code(mei):
    row = complete(mei, name_en="", name_ru="Минту")
    applications.submit(row, **MEI)

    seller = applications.approve(row, **VERA)

    assert seller.slug == f"firm-{FACTS['uscc'][-10:].lower()}"
    assert (seller.name_en, seller.name_ru) == ("Минту", "Минту")


def test_a_firm_that_is_known_here_does_not_apply_again(mei):
    other = User.objects.create(email="hao@example.com")
    theirs = complete(other)
    row = complete(mei)
    assert failed(row) == []

    applications.submit(theirs, actor="user:2", now=NOW)
    assert failed(row) == ["uscc"]
    with pytest.raises(applications.NotComplete):
        applications.submit(row, **MEI)

    applications.refuse(theirs, reason="x", **VERA)
    assert failed(row) == []
    make.seller(uscc=FACTS["uscc"])
    assert failed(row) == ["uscc"]


def test_the_database_takes_a_firm_once_at_a_time(mei, monkeypatch):
    other = User.objects.create(email="hao@example.com")
    applications.submit(complete(other), actor="user:2", now=NOW)
    row = complete(mei)
    monkeypatch.setattr(applications, "_is_known", lambda row: False)

    with pytest.raises(applications.NotComplete) as refusal:
        applications.submit(row, **MEI)

    assert [check.field for check in refusal.value.failed] == ["uscc"]
    row.refresh_from_db()
    assert row.state == "DRAFT"


def test_without_a_commission_nobody_joins(mei):
    row = complete(mei)
    applications.submit(row, **MEI)
    Margin.objects.filter(kind="commission").update(valid_until=NOW.date())

    with pytest.raises(applications.NoCommission):
        applications.approve(row, **VERA)
    assert not Seller.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name_zh": "Mingtu"}, "name_zh"),
        ({"name_en": "明途", "name_ru": ""}, "name_en"),
        ({"uscc": make.uscc(901)[:-1] + "0"}, "uscc"),
        ({"licence": "1234-56"}, "licence"),
        ({"city": ""}, "city"),
        ({"zone": "Moon"}, "zone"),
        ({"legal_person": "甲"}, "legal_person"),
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"contact_phone": "call me"}, "contact_phone"),
        ({"cnaps": "103584004035"}, "cnaps"),
        ({"cnaps": "10358400403"}, "cnaps"),
        ({"bank_name": "银行"}, "bank_name"),
        ({"bank_name": "中国银行深圳分行"}, "bank_name"),
        ({"bank_account": "1234567"}, "bank_account"),
        ({"bank_account": "00000000000"}, "bank_account"),
        ({"bank_account": "6222020200112233446"}, "bank_account"),
    ],
)
def test_each_check_finds_its_fault_and_no_other(mei, facts, field):
    assert failed(complete(mei)) == []

    row = applications.save(mei.pk, facts, **MEI)

    assert set(failed(row)) == {field}


def test_hints_for_the_desk_stop_nobody(mei):
    row = complete(mei, bank_name="某城市商业银行", bank_account="6222020200112233446")

    hints = [check for check in applications.checks(row) if not check.passed]

    assert [check.is_needed for check in hints] == [False, False]
    assert applications.submit(row, **MEI).state == "SUBMITTED"


@pytest.mark.parametrize("digit", range(10))
def test_of_ten_last_digits_of_a_cnaps_code_one_is_right(mei, digit):
    row = applications.save(mei.pk, {**FACTS, "cnaps": f"10358400403{digit}"}, **MEI)

    assert ("cnaps" in failed(row)) is (digit != 4)


def test_papers_lie_outside_of_what_everybody_sees(mei, settings):
    row = draft(mei)
    document = papers.read(image("JPEG"))

    paper = applications.add_paper(row, Paper(Kind.LICENCE, "执照.exe", document), now=NOW)

    assert paper.name == "执照.jpg"
    assert paper.file.path.startswith(str(settings.PAPERS_ROOT))
    with pytest.raises(ValueError, match="owner"):
        _ = paper.file.url
    again = applications.add_paper(row, Paper(Kind.LICENCE, "b.jpg", document), now=NOW)
    assert (again.pk, row.papers.count()) == (paper.pk, 1)


def test_a_paper_taken_out_leaves_no_file(mei, settings, django_capture_on_commit_callbacks):
    row = draft(mei)
    kept, other = (
        applications.add_paper(row, Paper(kind, "a.png", papers.read(image())), now=NOW)
        for kind in (Kind.LICENCE, Kind.BANK)
    )

    with django_capture_on_commit_callbacks(execute=True):
        applications.drop_paper(other)

    files = [path for path in settings.PAPERS_ROOT.rglob("*") if path.is_file()]
    assert [str(path) for path in files] == [kept.file.path]


def test_there_is_room_for_so_many_papers(mei):
    row = draft(mei)
    for width in range(applications.MOST_PAPERS):
        paper = Paper(Kind.OTHER, "a.png", papers.read(image(size=(20 + width, 20))))
        applications.add_paper(row, paper, now=NOW)

    paper = Paper(Kind.OTHER, "a.png", papers.read(image(size=(99, 20))))
    with pytest.raises(applications.TooManyPapers):
        applications.add_paper(row, paper, now=NOW)
    assert row.papers.count() == applications.MOST_PAPERS


def test_the_applicant_hears_of_every_step_in_chinese(mei):
    row = complete(mei)
    for verb, subject in (
        (lambda: applications.submit(row, **MEI), 0),
        (lambda: applications.give_back(row, reason="请补交执照", **VERA), 1),
        (lambda: applications.submit(row, **MEI), 2),
        (lambda: applications.approve(row, **VERA), 3),
    ):
        verb()
        tasks.tell_applicant(id=row.pk)
        assert len(mail.outbox) == subject + 1

    assert {letter.to[0] for letter in mail.outbox} == {"mei@example.com"}
    assert "请补交执照" in mail.outbox[1].body
    assert "/zh-hans/seller/apply/" in mail.outbox[1].body
    assert mail.outbox[3].body.strip().endswith("/zh-hans/seller/")
    tasks.tell_applicant(id=row.pk)
    assert len(mail.outbox) == 4


def test_history_of_applications_is_kept_for_ever(mei):
    draft(mei)

    with pytest.raises(Exception, match="catalog_applicationevent"):
        ApplicationEvent.objects.update(kind="X")
