"""A seller sends tables and pictures, sees what they would do, says yes, mends what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog import sheets
from catalog.models import ColumnMapping, ImportJob, Offer, Picture, RefusedRow, SellerMember
from logistics.models import Stock
from storefront import tasks
from storefront.accounts.models import User
from storefront.forms import uploads as limits
from storefront.lib import clock, kept
from tests.factories import catalog as make
from tests.factories import tables

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
State = ImportJob.State


@pytest.fixture(autouse=True)
def _monday_noon(db, settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT, settings.PAPERS_ROOT = tmp_path / "media", tmp_path / "papers"
    with clock.simulated(NOW):
        yield


@pytest.fixture
def boris():
    return make.seller()


def visitor(seller=None, email="boris@example.com", role="OWNER") -> Client:
    user = User.objects.create(email=email)
    if seller:
        SellerMember.objects.create(user=user, seller=seller, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(boris) -> Client:
    return visitor(boris)


def at(name: str, language: str = "en", **where) -> str:
    with translation.override(language):
        return reverse(f"seller_{name}", kwargs=where)


def text(answer) -> str:
    return answer.content.decode()


def send(desk, body: bytes, *, kind="GOODS", name="goods.csv", language="en"):
    field = "archive" if kind == "PICTURES" else "table"
    file = SimpleUploadedFile(name, body)
    return desk.post(at("imports", language), {"kind": kind, field: file})


def sent(desk, body: bytes, **more) -> ImportJob:
    answer = send(desk, body, **more)
    assert answer.status_code == 302, text(answer)
    return ImportJob.objects.latest("pk")


def choices(job: ImportJob, **otherwise: str) -> dict[str, str]:
    """The columns form as it comes, with some things chosen otherwise."""
    said = job.mapping["columns"]
    plain = {f"c{at}": next(iter(names), "") for at, names in enumerate(said)}
    return {**plain, **otherwise}


def work(job: ImportJob) -> ImportJob:
    """What the worker does until nothing is due."""
    for _slice in range(200):
        tasks.import_table(id=job.pk)
        job.refresh_from_db()
        if job.due_at is None:
            return job
    raise AssertionError("the import does not end")


def tried(desk, body: bytes, **more) -> ImportJob:
    job = sent(desk, body, **more)
    if job.kind != "PICTURES":
        answer = desk.post(at("import_try", pk=job.pk), choices(job))
        assert answer.status_code == 302, text(answer)
    return work(job)


def taken(desk, body: bytes, **more) -> ImportJob:
    job = tried(desk, body, **more)
    assert job.state == State.CHECKED, job.reason
    desk.post(at("import_start", pk=job.pk))
    return work(job)


def test_table_is_tried_shown_and_taken_in_only_after_a_yes(desk):
    job = sent(desk, tables.table(*tables.phones(3), {"article": "A-4", "price_cny": "free"}))
    assert job.state == State.UPLOADED
    page = text(desk.get(at("import", pk=job.pk)))
    assert "What the columns say" in page
    assert "191 g" in page

    desk.post(at("import_try", pk=job.pk), choices(job))
    job = work(job)

    assert (job.state, job.rows_total) == (State.CHECKED, 4)
    assert job.counts == {"imported": 3, "refused": 1}
    assert not Offer.objects.exists()
    page = text(desk.get(at("import", pk=job.pk)))
    assert "Take it in like this?" in page
    assert "Not a number: “free”." in page
    assert "Xiaomi Model 2" in page

    desk.post(at("import_start", pk=job.pk))
    job = work(job)

    assert (job.state, job.rows_done) == (State.DONE, 4)
    assert Offer.objects.count() == 3
    assert Stock.objects.filter(on_hand=5).count() == 3
    assert RefusedRow.objects.count() == 1


def test_same_file_again_changes_nothing_and_says_so_before(desk):
    body = tables.table(*tables.phones(3))
    taken(desk, body)

    again = sent(desk, body)
    page = text(desk.get(at("import", pk=again.pk)))
    assert "taken in already" in page
    desk.post(at("import_try", pk=again.pk), choices(again))

    assert work(again).counts == {"unchanged": 3}
    page = text(desk.get(at("import", pk=again.pk)))
    assert "There is nothing to take in" in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_refused_rows_come_back_as_a_file_that_touches_only_them(desk, form):
    rows = [*tables.phones(2), {"article": "A-3", "model": "+Plus", "price_cny": "free"}]
    names = tables.HEADINGS.split(",")
    body = tables.table(*rows)
    if form == "xlsx":
        body = tables.book([names, *([{**tables.ROW, **row}[n] for n in names] for row in rows)])
    job = taken(desk, body, name=f"goods.{form}")
    assert job.counts == {"imported": 2, "refused": 1}

    answer = desk.get(at("import_refused", pk=job.pk, form=form))
    given = b"".join(answer.streaming_content)

    sheet = sheets.read(given)
    (row,) = sheet.rows()
    assert sheet.headings == [*names, "refused_because"]
    assert row.cells[-1] == "line 4: Price, ¥: Not a number: “free”."
    mended = [cell.replace("free", "1500") for cell in row.cells]
    Offer.objects.update(state="LIVE")
    again = taken(desk, sheets.write(sheet.headings, [mended]), name="goods.refused.csv")
    assert again.counts == {"imported": 1}
    assert Offer.objects.get(article="A-3").price.amount == Decimal(1500)
    assert Offer.objects.filter(state="LIVE").count() == 2


def test_columns_are_chosen_by_hand_remembered_and_explained_when_wrong(desk, boris):
    body = "编号,名字,多少钱\nA-1,x,100\n".encode("gb18030")
    job = sent(desk, body, kind="PRICES")
    assert job.mapping["columns"] == [[], [], []]
    answer = desk.post(
        at("import_try", pk=job.pk), {"c0": "", "c1": "price_cny", "c2": "price_cny"}
    )
    page = text(answer)
    assert "Say which column holds the article number." in page
    assert "“名字” is read as this already." in page
    job.refresh_from_db()
    assert job.state == State.UPLOADED

    desk.post(at("import_try", pk=job.pk), {"c0": "article", "c1": "", "c2": "price_cny bare"})
    assert work(job).counts == {"refused": 1}  # no such article

    rows = ColumnMapping.objects.filter(seller=boris).order_by("pk")
    assert [(row.heading, row.column, row.how) for row in rows] == [
        ("编号", "article", ""),
        ("名字", "", ""),
        ("多少钱", "price_cny", "bare"),
    ]
    job = sent(desk, body + b"A-2,y,200", kind="PRICES")
    assert job.mapping["columns"] == [["article"], [], ["price_cny bare"]]


def test_values_for_all_rows_fill_what_the_table_lacks(desk):
    headings = tables.HEADINGS.replace(",hs_code,origin", "").replace(",kind", "")
    job = sent(desk, tables.table({}, headings=headings))
    wrong = {"f_category": "smartphones", "f_hs_code": "8517130000", "f_origin": "Atlantis"}
    answer = desk.post(at("import_try", pk=job.pk), choices(job, **wrong))
    assert "Two letters are needed" in text(answer)

    desk.post(at("import_try", pk=job.pk), choices(job, **{**wrong, "f_origin": "中国"}))
    desk.post(at("import_start", pk=work(job).pk))

    assert work(job).counts == {"imported": 1}
    offer = Offer.objects.get()
    assert (offer.variant.origin, offer.variant.hs_code) == ("CN", "8517130000")
    assert offer.state == "REVIEW"
    assert sent(desk, b"article\nA-1").mapping["fixed"]["category"] == "smartphones"


def test_prices_and_stock_alone_touch_nothing_else(desk, boris):
    taken(desk, tables.table(*tables.phones(2)))
    Offer.objects.update(state="LIVE")

    body = b"article,price_cny,quantity,weight_g\nA-1,888.50,9,1\nA-2,,5,1\nA-9,1,1,1\nA-1,2,,"
    job = tried(desk, body, kind="PRICES", name="prices.csv")

    assert job.counts == {"updated": 1, "unchanged": 1, "refused": 2}
    page = text(desk.get(at("import", pk=job.pk)))
    assert '<s class="muted">1001.00</s>' in page
    assert "You have no goods with this article number." in page
    assert "Line 2 has this article number already." in page
    desk.post(at("import_start", pk=job.pk))
    work(job)
    offer = Offer.objects.get(article="A-1")
    assert (offer.price.amount, offer.state) == (Decimal("888.50"), "LIVE")
    assert offer.variant.weight_g == 426
    assert Stock.objects.get(offer=offer).on_hand == 9


def test_pictures_come_from_an_archive_by_article(desk):
    taken(desk, tables.table(*tables.phones(2)))
    body = tables.archive(
        {
            "A-1.png": tables.picture(colour="red"),
            "A-1_2.jpg": tables.picture("JPEG", colour="blue"),
            "shoot/a-2/front.webp": tables.picture("WEBP"),
            "shoot/a-2/back.webp": tables.picture("WEBP", colour="black"),
            "A-9.png": tables.picture(),
            "A-1 (2).png": tables.picture(colour="green"),
            "A-2_7.jpg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "../A-2.png": tables.picture(colour="white"),
            "__MACOSX/._A-1.png": b"x",
        }
    )

    job = tried(desk, body, kind="PICTURES", name="pictures.zip")

    assert job.counts == {"imported": 4, "refused": 4}
    assert not Picture.objects.exists()
    page = text(desk.get(at("import", pk=job.pk)))
    for told in ("A-9.png", "../A-2.png", "The name leads out of the archive."):
        assert told in page
    desk.post(at("import_start", pk=job.pk))
    assert work(job).counts == {"imported": 4, "refused": 4}
    one = Offer.objects.get(article="A-1").variant
    assert one.pictures.count() == 2
    answer = desk.get(at("import_refused", pk=job.pk, form="csv"))
    given = b"".join(answer.streaming_content).decode()
    assert 'A-2_7.jpg,"line 7: Not a JPEG, PNG or WebP picture."' in given

    repeat = tried(desk, body, kind="PICTURES", name="pictures.zip")
    assert repeat.counts == {"unchanged": 4, "refused": 4}


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"", "empty.csv", "The submitted file is empty."),
        (b'article,price\n"A-1,5', "cut.csv", "Line 2 cannot be read"),
        (b"PK\x03\x04 cut", "cut.xlsx", "The workbook is cut or damaged."),
        (b"article\0", "nul.csv", "Line 1 holds a NUL"),
    ],
)
def test_unreadable_file_is_told_beside_the_field_and_nothing_is_kept(
    desk, body, name, words, settings
):
    answer = send(desk, body, name=name)

    assert answer.status_code == 200
    assert words in text(answer)
    assert not ImportJob.objects.exists()
    assert not [one for one in settings.PAPERS_ROOT.rglob("*") if one.is_file()]


def test_upload_that_is_too_large_is_not_read_to_its_end(desk, monkeypatch):
    monkeypatch.setitem(limits.MOST, "table", 3 * 1024 * 1024)
    body = b"article\n" + b"x" * (8 * 1024 * 1024)

    answer = send(desk, body)

    assert "The file is larger than 3 MB." in text(answer)
    assert answer.wsgi_request.FILES == {}
    assert not ImportJob.objects.exists()


def test_import_can_be_given_up_at_any_time_and_then_does_nothing_more(desk):
    job = sent(desk, tables.table(*tables.phones(3)))
    desk.post(at("import_try", pk=job.pk), choices(job))
    desk.post(at("import_drop", pk=job.pk))

    tasks.import_table(id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.rows_done) == (State.DROPPED, 0)
    answer = desk.post(at("import_start", pk=job.pk), follow=True)
    assert "The import is “given up”: this cannot be done now." in text(answer)


def test_second_import_waits_for_the_first(desk):
    first = tried(desk, tables.table(*tables.phones(3)))
    second = tried(desk, tables.table({"article": "B-1", "model": "B"}))
    desk.post(at("import_start", pk=first.pk))
    desk.post(at("import_start", pk=second.pk))

    tasks.import_table(id=second.pk)

    second.refresh_from_db()
    assert second.rows_done == 0
    assert "It waits until “goods.csv” is done." in text(desk.get(at("import", pk=second.pk)))
    assert work(first).state == State.DONE
    with clock.simulated(NOW):
        ImportJob.objects.filter(pk=second.pk).update(due_at=clock.wall())
        assert work(second).state == State.DONE


def test_progress_is_a_fragment_and_ends_with_the_page(desk):
    job = sent(desk, tables.table(*tables.phones(3)))
    desk.post(at("import_try", pk=job.pk), choices(job))
    answer = desk.get(at("import_progress", pk=job.pk), headers={"HX-Request": "true"})
    assert "The file is being tried" in text(answer)
    assert "<html" not in text(answer)
    assert "HX-Refresh" not in answer

    work(job)

    answer = desk.get(at("import_progress", pk=job.pk), headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_reasons_are_told_in_the_language_of_the_one_who_sends(desk, language):
    kept.forget()
    job = sent(desk, tables.table({"price_cny": "0"}), language=language)
    assert job.language == language
    desk.post(at("import_try", language, pk=job.pk), choices(job))
    work(job)

    row = RefusedRow.objects.get()
    expected = {"ru": "Цена", "zh-hans": "价格", "en": "The price must be above zero."}
    assert expected[language] in row.problems[0][1]
    assert desk.get(at("import", language, pk=job.pk)).status_code == 200


def test_others_see_no_such_pages(desk, boris):
    job = tried(desk, tables.table({}))
    gleb = visitor(make.seller(), "gleb@example.com")
    accountant = visitor(boris, "money@example.com", role="FINANCE")

    for client in (gleb, accountant):
        for name in ("import", "import_progress"):
            assert client.get(at(name, pk=job.pk)).status_code == 404
        for name in ("import_try", "import_start", "import_drop"):
            assert client.post(at(name, pk=job.pk)).status_code == 404
        assert client.get(at("import_refused", pk=job.pk, form="csv")).status_code == 404
    assert accountant.get(at("imports")).status_code == 404
    assert accountant.get(at("export", kind="goods", form="csv")).status_code == 404
    assert Client().get(at("imports")).status_code == 302


def test_list_asks_a_fixed_number_of_queries(desk, django_assert_num_queries):
    sent(desk, tables.table({}))
    desk.get(at("imports"))
    with django_assert_num_queries(4):
        desk.get(at("imports"))
    for n in range(5):
        sent(desk, tables.table({"article": f"B-{n}"}))
    with django_assert_num_queries(4):
        assert text(desk.get(at("imports"))).count(">goods.csv<") == 6


def test_a_file_in_which_nothing_is_known_is_called_a_wrong_one(desk):
    people = "姓名,电话\n王梅,13800138000\n".encode()

    strange = text(desk.get(at("import", pk=sent(desk, people, name="people.csv").pk)))
    fine = text(desk.get(at("import", pk=sent(desk, tables.table(*tables.phones(1))).pk)))

    assert "Is it the right file?" in strange
    assert at("export", kind="goods", form="xlsx") in strange
    assert "Is it the right file?" not in fine
