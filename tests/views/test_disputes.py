"""A buyer confirms what he has or disputes it, his seller answers, others see nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog.models import Offer, SellerMember
from orders.models import Order
from payments import disputes, ledger
from payments.models import Dispute, DisputeEvent, DisputeFile
from storefront.accounts.models import User
from storefront.lib import clock, kept
from tests.factories import orders, payments
from tests.factories.tables import picture
from tests.views.shelf import listed

pytestmark = pytest.mark.django_db
LATER = orders.NOW + timedelta(days=6)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture(autouse=True)
def _a_week_later(db, settings, tmp_path) -> Iterator[None]:
    settings.PAPERS_ROOT = tmp_path
    payments.rate()
    with clock.simulated(LATER):
        yield


@pytest.fixture
def offer() -> Offer:
    return listed()


@pytest.fixture
def anna() -> User:
    return User.objects.create(email="anna@example.com", language="ru")


@pytest.fixture
def order(offer: Offer, anna: User) -> Order:
    made = orders.order(offer, user_id=anna.pk)
    payments.paid(made)
    payments.delivered(made)
    return made


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def boris(offer: Offer) -> Client:
    user = User.objects.create(email=f"boris@{offer.seller.slug}.example.com")
    SellerMember.objects.create(user=user, seller=offer.seller, role="LISTING")
    return client_of(user)


def at(name: str, **where) -> str:
    with translation.override("en"):
        return reverse(name, kwargs=where)


def upload(body: bytes, name: str = "photo.jpg"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, body)


def claim(order: Order, user: User, **given):
    plain = {
        "line": order.lines.get().pk,
        "kind": "DAMAGED",
        "wanted": "PARTIAL",
        "text": "Разбит угол, коробка мокрая.",
    }
    address = at("dispute_open", number=order.number, position=1)
    return client_of(user).post(address, {**plain, **given})


def test_a_content_buyer_lets_the_money_go_at_once(order, anna):
    page = client_of(anna).get(at("order", number=order.number))
    address = at("order_received", number=order.number, position=1)
    assert address in page.content.decode()

    for _twice in range(2):
        client_of(anna).post(address)

    order.refresh_from_db()
    assert order.state == "COMPLETED"
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0
    assert order.events.filter(kind="RECEIVED").count() == 1


def test_a_claim_with_a_picture_is_a_dispute_that_stops_the_money(order, anna):
    answer = claim(order, anna, papers=[upload(picture("JPEG")), upload(PDF, "act.pdf")])

    dispute = Dispute.objects.get()
    assert answer.url == at("dispute", number=order.number, pk=dispute.pk)
    assert (dispute.state, dispute.kind, dispute.seller) == (
        "OPEN",
        "DAMAGED",
        order.lines.get().seller,
    )
    assert sorted(dispute.files.values_list("name", "side")) == [
        ("act.pdf", "BUYER"),
        ("photo.jpg", "BUYER"),
    ]
    client_of(anna).post(at("order_received", number=order.number, position=1))
    order.refresh_from_db()
    assert order.state == "PAID"


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_written(order, anna):
    answer = claim(order, anna, papers=[upload(b"MZ...", "act.pdf")])

    assert answer.status_code == 200
    assert "act.pdf:" in answer.content.decode()
    assert "Разбит угол" in answer.content.decode()
    assert not Dispute.objects.exists()


def test_a_second_dispute_of_a_delivery_is_refused(order, anna):
    claim(order, anna)

    answer = claim(order, anna)

    assert answer.status_code == 200
    assert Dispute.objects.count() == 1


def test_nobody_else_sees_a_dispute_or_its_files(order, anna, offer):
    claim(order, anna, papers=[upload(PDF, "act.pdf")])
    dispute, file = Dispute.objects.get(), DisputeFile.objects.get()
    gleb = client_of(User.objects.create(email="gleb@example.com"))
    other = boris(listed())
    mine = {"number": order.number, "pk": dispute.pk}

    for client in (gleb, Client(), other):
        assert client.get(at("dispute", **mine)).status_code == 404
        assert client.get(at("dispute_file", **mine, file=file.pk)).status_code == 404
        assert client.post(at("dispute_withdraw", **mine)).status_code == 404
        assert client.post(at("dispute_add", **mine)).status_code == 404
    assert other.get(at("seller_dispute", pk=dispute.pk)).status_code == 404
    theirs = at("seller_dispute_file", pk=dispute.pk, file=file.pk)
    assert other.get(theirs).status_code == 404
    given = boris(offer).get(theirs)
    assert b"".join(given.streaming_content) == PDF
    assert given["Content-Disposition"].startswith("attachment")


def test_the_seller_answers_and_his_buyer_reads_it(order, anna, offer):
    claim(order, anna)
    dispute, desk = Dispute.objects.get(), boris(offer)
    assert "Разбит угол" in desk.get(at("seller_dispute", pk=dispute.pk)).content.decode()
    assert str(dispute) in desk.get(at("seller_disputes")).content.decode()

    desk.post(
        at("seller_dispute", pk=dispute.pk),
        {"text": "箱子出库时完好", "papers": [upload(picture("PNG"), "box.png")]},
    )

    page = client_of(anna).get(at("dispute", number=order.number, pk=dispute.pk))
    assert "箱子出库时完好" in page.content.decode()
    assert "box.png" in page.content.decode()
    kinds = DisputeEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["OPENED", "ANSWERED"]


def test_a_withdrawn_dispute_lets_the_delivery_be_confirmed(order, anna):
    claim(order, anna)
    dispute = Dispute.objects.get()

    client_of(anna).post(at("dispute_withdraw", number=order.number, pk=dispute.pk))

    page = client_of(anna).get(at("order", number=order.number))
    assert at("order_received", number=order.number, position=1) in page.content.decode()


def test_a_decision_and_its_refund_are_on_the_pages_of_the_buyer(order, anna):
    claim(order, anna)
    dispute = Dispute.objects.get()
    disputes.answer(dispute, "完好", actor="user:2", now=LATER)
    verdict = disputes.Verdict("FULL", "Фото убеждают", "SELLER")
    disputes.decide(dispute, verdict, actor="user:3", now=LATER)

    page = client_of(anna).get(at("dispute", number=order.number, pk=dispute.pk))
    whole = client_of(anna).get(at("order", number=order.number))

    assert "Фото убеждают" in page.content.decode()
    assert "Dispute decided for the buyer" in whole.content.decode()
    assert "16 990" in whole.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_a_decision_that_waits_for_a_second_person_is_not_shown(order, anna):
    from orders.models import Term

    Term.objects.create(
        key="dispute_second_rubles", value=1, unit="rubles", valid_from="2026-01-01", source="test"
    )
    kept.forget()
    claim(order, anna)
    dispute = Dispute.objects.get()
    disputes.answer(dispute, "完好", actor="user:2", now=LATER)
    verdict = disputes.Verdict("FULL", "Фото убеждают", "SELLER")
    disputes.decide(dispute, verdict, actor="user:3", now=LATER)

    page = client_of(anna).get(at("dispute", number=order.number, pk=dispute.pk))

    assert "Фото убеждают" not in page.content.decode()
