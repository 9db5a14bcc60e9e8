"""Reviews: who may write, who may read, what the average is made of."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from PIL import Image

from catalog import uploads
from catalog.models import Offer
from orders import reviews
from orders.models import OrderLine, Review, ReviewPicture
from tests.factories import catalog as make
from tests.factories import orders, payments

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=6)
State = Review.State


@pytest.fixture(autouse=True)
def _own_room(settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield


def received(offer: Offer) -> OrderLine:
    order = orders.order(offer)
    payments.paid(order)
    payments.delivered(order)
    return order.lines.get()


def write(line: OrderLine, rating: int = 5, **facts) -> Review:
    return reviews.write(line, reviews.Opinion(rating, **facts), now=LATER)


def snap(colour: str) -> uploads.Upload:
    paper = io.BytesIO()
    Image.new("RGB", (900, 700), colour).save(paper, "JPEG")
    return uploads.encode(paper.getvalue())


def figures(offer: Offer) -> tuple[Decimal | None, int]:
    product = offer.variant.product
    product.refresh_from_db()
    return product.rating, product.rating_count


def test_review_of_received_goods_is_shown_at_once_and_counted():
    offer = make.offer()

    first = write(received(offer), 5, title="Отлично", text="Экран яркий.")
    write(received(offer), 4)

    assert first.state == State.SHOWN
    assert figures(offer) == (Decimal("4.5"), 2)
    assert reviews.of_seller(offer.seller) == reviews.Figures(Decimal("4.5"), 2)
    assert [row.rating for row in reviews.shown(offer.variant.product_id)] == [4, 5]


def test_who_has_not_received_does_not_write_and_who_has_writes_once():
    offer = make.offer()
    order = orders.order(offer)
    with pytest.raises(reviews.NotReceived):
        write(order.lines.get())
    line = received(offer)
    write(line)
    with pytest.raises(reviews.NotReceived):
        write(line, 1)

    assert Review.objects.count() == 1
    assert figures(offer) == (Decimal("5.0"), 1)


@pytest.mark.parametrize(
    "text", ["Пишите www.example.com", "Звоните 8 912 345 67 89", "Полная хуйня", "加微信 lianhua"]
)
def test_words_that_a_rule_wonders_at_wait_for_a_person(text):
    offer = make.offer()

    review = write(received(offer), 1, text=text)

    assert review.state == State.PENDING
    assert figures(offer) == (0, 0)
    assert list(reviews.shown(offer.variant.product_id)) == []


def test_review_with_pictures_waits_and_keeps_each_picture_once():
    offer = make.offer()
    red, blue = snap("red"), snap("blue")

    review = write(received(offer), pictures=(red, blue, red))

    assert review.state == State.PENDING
    assert review.pictures.count() == 2
    reviews.show(review)
    (shown,) = reviews.shown(offer.variant.product_id)
    sources = reviews.sources(shown)
    assert len(sources) == 2
    assert all(each.webp_srcset and each.jpeg_srcset for each in sources)
    assert (sources[0].width, sources[0].height) == (900, 700)


def test_five_pictures_are_too_many_and_write_nothing():
    line = received(make.offer())
    colours = ("red", "blue", "green", "white", "black")

    with pytest.raises(reviews.TooManyPictures):
        write(line, pictures=tuple(snap(colour) for colour in colours))

    assert not Review.objects.exists()
    assert not ReviewPicture.objects.exists()


def test_average_is_of_what_is_shown_only(django_assert_num_queries):
    offer, other = make.offer(), make.offer()
    for rating in (5, 5, 4):
        write(received(other), rating)
    good, bad = write(received(offer), 5), write(received(offer), 1)
    assert figures(offer) == (Decimal("3.0"), 2)

    reviews.hide(bad, reason="Не о товаре")
    assert figures(offer) == (Decimal("5.0"), 1)
    assert Review.objects.get(pk=bad.pk).hidden_because == "Не о товаре"
    reviews.hide(good, reason="-")
    assert figures(offer) == (0, 0)
    assert reviews.of_seller(offer.seller) == reviews.Figures(None, 0)

    reviews.show(bad)
    assert figures(offer) == (Decimal("1.0"), 1)
    with django_assert_num_queries(1):
        found = reviews.of_sellers([offer.seller_id, other.seller_id])
    assert found[offer.seller_id] == reviews.Figures(Decimal("1.0"), 1)
    assert found[other.seller_id] == reviews.Figures(Decimal("4.7"), 3)
    assert Review.objects.get(pk=bad.pk).hidden_because == ""


def test_what_is_not_a_move_is_refused():
    review = write(received(make.offer()))
    with pytest.raises(reviews.WrongState):
        reviews.show(review)
    reviews.hide(review, reason="-")
    with pytest.raises(reviews.WrongState):
        reviews.hide(review, reason="-")


def test_only_the_seller_of_the_line_answers_and_may_mend_it():
    offer = make.offer()
    rival = make.offer(variant=offer.variant)
    review = write(received(offer), 2)

    with pytest.raises(reviews.BadAnswer, match="Only who sold"):
        reviews.answer(review, rival.seller, "谢谢", actor="user:1", now=LATER)
    reviews.answer(review, offer.seller, "谢谢", actor="user:2", now=LATER)
    reviews.answer(review, offer.seller, "谢谢您的反馈", actor="user:2", now=LATER)

    review.refresh_from_db()
    assert (review.answer, review.answered_by) == ("谢谢您的反馈", "user:2")


@pytest.mark.parametrize("text", ["", "  ", "加微信 lianhua", "x" * 2001])
def test_answer_that_may_not_be_shown_is_refused(text):
    offer = make.offer()
    review = write(received(offer))
    with pytest.raises(reviews.BadAnswer):
        reviews.answer(review, offer.seller, text, actor="user:2", now=LATER)
    reviews.hide(review, reason="-")
    with pytest.raises(reviews.WrongState):
        reviews.answer(review, offer.seller, "谢谢", actor="user:2", now=LATER)
    assert Review.objects.get().answer == ""


def test_reviews_of_a_seller_are_of_what_he_sold_unanswered_first():
    offer = make.offer()
    rival = make.offer(variant=offer.variant)
    first, second = write(received(offer)), write(received(offer))
    write(received(rival))
    reviews.answer(second, offer.seller, "谢谢", actor="user:2", now=LATER)

    assert list(reviews.for_seller(offer.seller)) == [first, second]


@pytest.mark.parametrize("count", [1, 12])
def test_reviews_with_pictures_cost_one_query(count, django_assert_num_queries):
    offer = make.offer()
    for _number in range(count):
        reviews.show(write(received(offer), pictures=(snap("red"),)))

    with django_assert_num_queries(1):
        rows = reviews.latest(offer.variant.product_id)
        assert all(reviews.sources(row) and row.line.seller.name for row in rows)

    assert len(rows) == min(count, reviews.PAGE_SIZE)
