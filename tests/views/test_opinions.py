"""Reviews, questions and answers as pages take and show them."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from catalog import questions
from catalog.models import Offer, Question, SellerMember
from orders import reviews, tokens
from orders.models import Order, Review
from storefront.accounts import groups
from storefront.accounts.models import User
from storefront.lib import clock
from tests.factories import orders, payments
from tests.views.shelf import listed, product_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=6)
ASKED = "Подойдёт ли зарядка к российской розетке?"


@pytest.fixture(autouse=True)
def _a_week_later(db, settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(LATER):
        yield


@pytest.fixture
def offer() -> Offer:
    payments.rate()
    return listed()


@pytest.fixture
def anna() -> User:
    return User.objects.create(email="anna@example.com", language="ru")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def desk_of(offer: Offer, role: str = "LISTING") -> Client:
    user = User.objects.create(email=f"{role}@{offer.seller.slug}.example.com".lower())
    SellerMember.objects.create(user=user, seller=offer.seller, role=role)
    return client_of(user)


def received(offer: Offer, user: User) -> Order:
    order = orders.order(offer, user_id=user.pk)
    payments.paid(order)
    payments.delivered(order)
    return order


def at(name: str, language: str = "en", **where) -> str:
    with translation.override(language):
        return reverse(name, kwargs=where)


def text(answer) -> str:
    return answer.content.decode()


def snap(name: str = "snap.jpg", body: bytes = b"") -> io.BytesIO:
    paper = io.BytesIO(body)
    if not body:
        Image.new("RGB", (700, 500), "teal").save(paper, "JPEG")
        paper.seek(0)
    paper.name = name
    return paper


def send(order: Order, user: User, **given):
    address = at("order_review", number=order.number)
    plain = {
        "line": order.lines.get().pk,
        "rating": "5",
        "title": "Отлично",
        "text": "Экран яркий.",
    }
    return client_of(user).post(address, {**plain, **given}, follow=True)


def test_review_is_on_the_page_of_all_reviews_at_once(offer, anna):
    order = received(offer, anna)

    answer = send(order, anna)

    assert "Your review is on the page of the goods." in text(answer)
    page = text(Client().get(at("product_reviews", slug=product_of(offer).slug)))
    assert '<h3 lang="ru">Отлично</h3>' in page
    assert "anna@" not in page


def test_review_with_pictures_waits_and_its_buyer_sees_that(offer, anna):
    order = received(offer, anna)

    answer = send(order, anna, pictures=[snap(), snap("b.jpg")])

    assert "shown once a person has seen it" in text(answer)
    assert "Your review waits for a person to look at it." in text(answer)
    address = at("product_reviews", slug=product_of(offer).slug)
    assert "Отлично" not in text(Client().get(address))
    reviews.show(Review.objects.get())
    page = text(Client().get(address))
    assert "<picture>" in page
    assert 'type="image/webp"' in page
    reviews.hide(Review.objects.get(), reason="Чужой снимок")
    assert "Чужой снимок" in text(client_of(anna).get(at("order", number=order.number)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rating": ""}, "Choose from one to five stars."),
        ({"rating": "6"}, "not one of the available choices"),
        ({"pictures": [snap(f"{n}.jpg") for n in range(5)]}, "At most 4 pictures."),
        ({"pictures": [snap("x.svg", b"<svg/>")]}, "x.svg: Not a JPEG, PNG or WebP picture."),
    ],
)
def test_what_is_wrong_with_a_review_is_said_and_its_words_stay(offer, anna, given, words):
    answer = send(received(offer, anna), anna, **given)

    assert answer.status_code == 200
    assert words in text(answer)
    assert "Экран яркий.</textarea>" in text(answer)
    assert not Review.objects.exists()


def test_line_of_another_order_is_not_reviewed(offer, anna):
    order = received(offer, anna)
    foreign = received(offer, User.objects.create(email="gleb@example.com"))

    assert send(order, anna, line=foreign.lines.get().pk).status_code == 404
    assert send(foreign, anna).status_code == 404
    assert not Review.objects.exists()


def test_guest_reviews_through_the_link_of_his_order_and_only_once(offer):
    order = orders.order(offer)
    payments.paid(order)
    payments.delivered(order)
    given = {"line": order.lines.get().pk, "rating": "5", "text": "Экран яркий."}
    address = at("order_review", number=order.number)
    assert Client().post(address, given).status_code == 404
    guest = Client()
    guest.get(at("order_guest", token=tokens.guest(order.form_key)))

    guest.post(address, given)
    again = guest.post(address, {**given, "rating": "1"}, follow=True)

    assert "can be reviewed, once" in text(again)
    assert Review.objects.get().rating == 5


def ask(user: User, offer: Offer, words: str = ASKED, **options):
    address = at("product_ask", slug=product_of(offer).slug)
    return client_of(user).post(address, {"text": words}, **options)


def test_question_goes_to_the_sellers_and_comes_back_answered(offer, anna):
    answer = ask(anna, offer)
    assert answer["Location"] == at("product", slug=product_of(offer).slug) + "#questions"
    desk = desk_of(offer)
    question = Question.objects.get()
    assert ASKED in text(desk.get(at("seller_opinions")))

    desk.post(at("seller_answer", kind="questions", pk=question.pk), {"text": "可以的。"})

    question.refresh_from_db()
    assert (question.state, question.answer) == ("SHOWN", "可以的。")
    page = text(desk.get(at("seller_opinions")))
    assert 'lang="zh-Hans"' in page


def test_guest_is_sent_to_sign_in_and_asks_nothing(offer):
    answer = Client().post(at("product_ask", slug=product_of(offer).slug), {"text": ASKED})

    assert answer.status_code == 302
    assert answer["Location"].startswith(at("account_login"))
    assert not Question.objects.exists()


def test_markup_is_text(offer, anna):
    words = "Есть ли <script>alert(1)</script> в комплекте?"
    ask(anna, offer, words)
    page = text(desk_of(offer).get(at("seller_opinions")))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("words", ["Да?", "x" * 601, "Пишите на example.com пожалуйста"])
def test_refused_question_keeps_its_words_for_the_next_page(offer, anna, words):
    client = client_of(anna)
    client.post(at("product_ask", slug=product_of(offer).slug), {"text": words})

    assert not Question.objects.exists()
    assert client.session["question"] == words[: questions.LONGEST]


def test_answer_that_is_refused_stays_in_its_field(offer, anna):
    ask(anna, offer)
    question = Question.objects.get()
    desk = desk_of(offer)

    answer = desk.post(
        at("seller_answer", kind="questions", pk=question.pk), {"text": "加微信 lianhua"}
    )

    assert answer.status_code == 200
    assert "加微信 lianhua</textarea>" in text(answer)
    assert "a way to talk outside of the shop" in text(answer)
    question.refresh_from_db()
    assert question.answer == ""


def test_seller_answers_reviews_of_what_he_sold_and_no_other(offer, anna):
    send(received(offer, anna), anna)
    review = Review.objects.get()
    address = at("seller_answer", kind="reviews", pk=review.pk)
    rival = listed("Galaxy A55")

    assert desk_of(rival).post(address, {"text": "谢谢"}).status_code == 404
    assert desk_of(offer, "FINANCE").post(address, {"text": "谢谢"}).status_code == 404
    desk_of(offer).post(address, {"text": "谢谢"})

    review.refresh_from_db()
    assert review.answer == "谢谢"
    page = text(Client().get(at("product_reviews", slug=product_of(offer).slug)))
    assert "谢谢" in page
    assert offer.seller.name_en in page


def test_operator_shows_and_takes_down_with_a_reason_and_others_may_not(offer, anna):
    send(received(offer, anna), anna, pictures=[snap()])
    review = Review.objects.get()
    groups.load()
    vera = User.objects.create(email="vera@example.com", is_staff=True)
    finance = User.objects.create(email="finance@example.com", is_staff=True)
    vera.groups.add(Group.objects.get(name="operator"))
    finance.groups.add(Group.objects.get(name="finance"))
    show, hide = (
        reverse(f"admin:orders_review_{name}", args=[review.pk]) for name in ("show", "hide")
    )

    assert client_of(finance).post(show, {"sure": "1"}).status_code == 403
    client_of(vera).post(show, {"sure": "1"})
    review.refresh_from_db()
    assert review.state == Review.State.SHOWN
    client_of(vera).post(hide, {"sure": "1", "text": ""})
    review.refresh_from_db()
    assert review.state == Review.State.SHOWN
    client_of(vera).post(hide, {"sure": "1", "text": "Чужой снимок"})
    review.refresh_from_db()
    assert (review.state, review.hidden_because) == (Review.State.HIDDEN, "Чужой снимок")


@pytest.mark.parametrize("count", [1, 20])
def test_desk_costs_the_same_with_more_rows(offer, anna, count, django_assert_num_queries):
    for number in range(count):
        Question.objects.create(
            product=product_of(offer), asker=anna, text=f"{number}", asked_at=NOW
        )
    desk = desk_of(offer)
    desk.get(at("seller_opinions"))

    with django_assert_num_queries(7):
        desk.get(at("seller_opinions"))
