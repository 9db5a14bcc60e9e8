"""The desk that reads sellers' texts."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from catalog.models import CardText, Product
from tests.factories import catalog

GIVEN, REVIEWED, COMPOSED = "GIVEN", "REVIEWED", "COMPOSED"


def deed(card, name: str) -> str:
    return reverse(f"admin:catalog_cardtext_{name}", args=[card.pk])


LIST = "admin:catalog_cardtext_changelist"


@pytest.fixture
def card(desks: None) -> CardText:
    brand = catalog.brand(name="Xiaomi", name_zh="小米")
    made = catalog.product(
        brand=brand,
        model="17",
        title_ru="Телефон хороший",
        title_zh="小米17",
        russian_text=GIVEN,
        chinese_text=GIVEN,
    )
    catalog.variant(product=made)
    return CardText.objects.get(pk=made.pk)


def test_queue_holds_what_waits_for_a_reader(operator, card):
    catalog.product(title_zh="没有人写过")

    page = operator.get(reverse(LIST), {"waiting": "1"}).content.decode()

    assert "Телефон хороший" in page
    assert "没有人写过" not in page


def test_texts_stand_side_by_side_with_what_would_be_composed(operator, card):
    page = operator.get(reverse("admin:catalog_cardtext_change", args=[card.pk])).content.decode()

    for words in ("Телефон хороший", "小米17", "Смартфон Xiaomi 17", 'lang="zh-Hans"'):
        assert words in page


def test_text_is_mended_with_a_note_in_the_log(operator, card):
    asked = operator.get(deed(card, "read_ru")).content.decode()
    assert "Телефон хороший" in asked

    answer = operator.post(
        deed(card, "read_ru"),
        {"sure": "1", "title": "Смартфон Xiaomi 17", "description": "", "note": "no praise"},
    )

    assert answer.status_code == 302
    card.refresh_from_db()
    assert (card.title_ru, card.russian_text) == ("Смартфон Xiaomi 17", REVIEWED)
    assert card.chinese_text == GIVEN
    entry = LogEntry.objects.latest("pk")
    assert "no praise" in entry.change_message
    assert "Телефон хороший → Смартфон Xiaomi 17" in entry.change_message


def test_empty_title_is_refused_beside_its_field(operator, card):
    answer = operator.post(deed(card, "read_zh"), {"sure": "1", "title": "", "description": "x"})

    assert answer.status_code == 200
    card.refresh_from_db()
    assert (card.title_zh, card.chinese_text) == ("小米17", GIVEN)


def test_many_texts_stand_as_they_are(operator, card):
    data = {"action": "read_all", "_selected_action": [card.pk], "sure": "1"}

    answer = operator.post(reverse(LIST), data)

    card.refresh_from_db()
    assert (card.russian_text, card.chinese_text) == (REVIEWED, REVIEWED)
    assert card.title_ru == "Телефон хороший"
    assert list(get_messages(answer.wsgi_request))


def test_text_is_given_back_to_the_composer(operator, card):
    operator.post(deed(card, "compose"), {"sure": "1"})

    card.refresh_from_db()
    assert (card.russian_text, card.title_ru) == (COMPOSED, "Смартфон Xiaomi 17")


@pytest.mark.parametrize("role", ["authority", "customs", "finance"])
def test_who_may_not_read_texts_finds_no_desk(sign_in, card, role):
    client = sign_in(role)

    assert client.get(reverse(LIST)).status_code == 403
    answer = client.post(deed(card, "read_ru"), {"sure": "1", "title": "X"})
    assert answer.status_code in (302, 403, 404)
    assert Product.objects.get(pk=card.pk).title_ru == "Телефон хороший"
