"""What people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import words

BRANDS = {"сяоми": "xiaomi", "самсунг": "samsung", "三星": "samsung", "джи би эль": "jbl"}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Ёлка  ", "елка"),
        ("Note 14 Pro+", "note 14 pro plus"),
        ("12/256 ГБ", "12 256 гб"),
        ("ｉＰｈｏｎｅ　１６", "iphone 16"),
        ("a_b-c", "a b c"),
    ],
)
def test_texts_become_plain_words(text, folded):
    assert words.fold(text) == folded


def test_the_other_keyboard():
    assert words.other_keyboard("cfvceyu") == "самсунг"
    assert words.other_keyboard("шзрщту") == "iphone"


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1))
def test_the_other_keyboard_twice_is_the_same(text):
    assert words.other_keyboard(words.other_keyboard(text)) == text


def phrases(text: str) -> list[tuple[str, ...]]:
    return [term.phrases for term in words.read(text, BRANDS)]


def test_models_typed_in_cyrillic_are_read_both_ways():
    assert phrases("с25") == [("с25", "c25", "s25")]
    assert phrases("а54 256гб") == [("а54", "a54"), ("256гб", "256")]


def test_brands_are_known_by_all_their_names():
    assert phrases("сяоми") == [("сяоми", "xiaomi")]
    assert phrases("джи би эль") == [("jbl",)]
    assert phrases("三星手机") == [("samsung",), ("手机",)]


def test_the_last_word_may_be_a_beginning_but_a_number_only_while_typing():
    assert [term.is_prefix for term in words.read("айфон про", BRANDS)] == [False, True]
    assert [term.is_prefix for term in words.read("айфон 16", BRANDS)] == [False, False]
    assert [term.is_prefix for term in words.read("айфон 1", BRANDS, typing=True)] == [False, True]


def test_mending_leaves_words_that_have_no_near_one():
    assert words.mend("самсуег 54", {"самсуег": ["самсунг", "смарт"]}) == "самсунг 54"
    assert words.mend("абракадабра", {}) == "абракадабра"


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_query_of_words(text):
    terms = words.read(text, BRANDS)

    assert len(terms) <= words.MOST_WORDS
    assert all(phrase.replace(" ", "").isalnum() for term in terms for phrase in term.phrases)
