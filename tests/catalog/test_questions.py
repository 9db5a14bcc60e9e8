"""Questions of buyers, and what sellers answer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import translation

from catalog import moderating, questions
from catalog.models import Offer, Question
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
State = Question.State
ASKED = "Подойдёт ли зарядка к российской розетке?"


@pytest.fixture(autouse=True)
def _plain_words() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def anna() -> int:
    return get_user_model().objects.create_user(email="anna@example.com").pk


@pytest.fixture
def offer() -> Offer:
    return make.offer()


def ask(offer: Offer, asker: int, text: str = ASKED, at: datetime = NOW) -> Question:
    return questions.ask(offer.variant.product, text, asker_id=asker, now=at)


def answer(question: Question, offer: Offer, text: str = "可以，需要转换插头。") -> Question:
    return questions.answer(question, offer.seller, text, actor="user:boris", now=NOW + DAY)


def test_question_is_shown_with_its_answer_and_not_before(offer, anna):
    question = ask(offer, anna)
    assert list(questions.shown(offer.variant.product_id)) == []
    assert questions.waiting(offer.seller) == 1

    answer(question, offer)

    (shown,) = questions.shown(offer.variant.product_id)
    assert (shown.text, shown.answer, shown.seller) == (ASKED, "可以，需要转换插头。", offer.seller)
    assert questions.waiting(offer.seller) == 0


def test_the_same_words_are_one_question(offer, anna):
    assert ask(offer, anna) == ask(offer, anna, f"  {ASKED}\n\n\n")
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "Коротко",
        "а" * 601,
        " \n " * 50,
        "Пишите мне на https://example.com пожалуйста",
        "Мой номер +7 912 345-67-89, позвоните",
        "Пишите в телеграм, скину предоплату",
        "Почта anna@example.com, жду ответа",
        "Почему эта хуйня столько стоит?",
    ],
)
def test_words_without_a_place_in_the_shop_are_refused(offer, anna, text):
    with pytest.raises(questions.BadWords) as refusal:
        ask(offer, anna, text)
    assert str(refusal.value)
    assert not Question.objects.exists()


def test_a_buyer_asks_so_many_a_day(anna):
    for number in range(questions.MOST_A_DAY):
        ask(make.offer(), anna, at=NOW + number * timedelta(hours=1))
    late = make.offer()

    with pytest.raises(questions.TooMany, match="5 questions a day"):
        ask(late, anna, at=NOW + DAY - timedelta(seconds=1))
    assert ask(late, anna, at=NOW + DAY + timedelta(seconds=1)).pk


def test_two_unanswered_questions_of_one_product_are_enough(offer, anna):
    first = ask(offer, anna)
    ask(offer, anna, "А есть ли русский язык в меню?")
    third = "Какая версия прошивки стоит?"

    with pytest.raises(questions.TooMany, match="still wait"):
        ask(offer, anna, third)
    answer(first, offer)
    assert ask(offer, anna, third).state == State.ASKED


def test_every_seller_of_the_product_sees_it_and_one_answers(offer, anna):
    rival, stranger = make.offer(variant=offer.variant), make.offer()
    question = ask(offer, anna)
    assert [questions.waiting(one.seller) for one in (offer, rival, stranger)] == [1, 1, 0]

    with pytest.raises(questions.NotYours, match="Only who sells"):
        answer(question, stranger)
    answer(question, rival)
    with pytest.raises(questions.NotYours, match="Another seller"):
        answer(question, offer)

    assert answer(question, rival, "Да, подойдёт с переходником.").answer.startswith("Да")
    assert list(questions.for_seller(offer.seller)) == []
    assert list(questions.for_seller(rival.seller)) == [question]


def test_a_drafted_offer_gives_no_say(offer, anna):
    draft = make.offer(variant=offer.variant, state=Offer.State.DRAFT)
    with pytest.raises(questions.NotYours):
        answer(ask(offer, anna), draft)


@pytest.mark.parametrize("text", ["", "加微信 abc123", "www.example.com"])
def test_answer_with_a_way_around_the_shop_is_refused(offer, anna, text):
    question = ask(offer, anna)
    with pytest.raises(questions.BadWords):
        answer(question, offer, text)
    question.refresh_from_db()
    assert (question.state, question.answer) == (State.ASKED, "")


def test_desk_takes_down_and_brings_back(offer, anna):
    question = ask(offer, anna)
    questions.hide(question, reason="Не о товаре")
    with pytest.raises(questions.WrongState):
        answer(question, offer)
    with pytest.raises(questions.WrongState):
        questions.hide(question, reason="again")
    assert questions.show(question).state == State.ASKED

    answer(question, offer)
    hidden = questions.hide(question, reason="Спор")
    assert (hidden.state, hidden.hidden_because) == (State.HIDDEN, "Спор")
    assert list(questions.shown(offer.variant.product_id)) == []
    assert questions.show(question).state == State.SHOWN


def test_waiting_questions_come_first_the_oldest_before(offer, anna):
    old = ask(offer, anna)
    new = ask(offer, anna, "А есть ли русский язык в меню?", NOW + DAY)
    done = answer(ask(make.offer(variant=offer.variant, seller=make.seller()), anna, ASKED), offer)
    assert done == old
    third = ask(offer, anna, "Какая версия прошивки стоит?", NOW + 2 * DAY)

    assert list(questions.for_seller(offer.seller)) == [new, third, old]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Экран 6,7 дюйма, 5000 мА·ч, 8/256, цена 16 990", []),
        ("Модель SM-A546B/DS, серийный 12345", []),
        ("Хуавей и хороший звук, оскорблять не буду", []),
        ("см. example.ru", ["a link"]),
        ("8 (912) 345 67 89", ["a phone number"]),
    ],
)
def test_rule_sees_what_it_should_and_nothing_else(text, found):
    assert moderating.worries(text) == found


@pytest.mark.parametrize(
    ("text", "lang"), [("可以 USB-C", "zh-Hans"), ("Да, USB-C", "ru"), ("Yes", "en")]
)
def test_words_are_known_by_their_letters(text, lang):
    assert moderating.tongue(text) == lang


def test_invisible_signs_and_runs_of_spaces_go():
    assert moderating.plain(" a\u200b  b\r\n\n\n\n\x00c ") == "a b\n\nc"
