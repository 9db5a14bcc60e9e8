"""What people type."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from catalog import words
from catalog.words import codes, keyboards, numerals, parsing, sounds, spoken, stems, terms, units

BRANDS = {"сяоми": "xiaomi", "галакси": "samsung", "джи би эль": "jbl", "новинка": "nova brand"}


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


def test_chinese_is_indexed_in_pairs():
    assert words.indexed("三星手机 A54").split() == ["三星手机", "三星", "星手", "手机", "a54"]


def test_the_other_keyboard():
    assert words.other_keyboard("cfvceyu") == "самсунг"
    assert words.other_keyboard("шзрщту") == "iphone"
    assert words.other_keyboard("xt[jk") == "чехол"
    assert words.other_keyboard("RF<TKM") == "кабель"


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1))
def test_the_other_keyboard_twice_is_the_same(text):
    assert keyboards.other_keyboard(keyboards.other_keyboard(text)) == text


RUSSIAN = """наушники беспроводные чехлы чехол черного телефонами смартфонов зарядка зарядное
шумоподавлением струйный лазерная принтеров картриджи мышка клавиатуре умные часы внешний
аккумулятор силиконового прозрачная водонепроницаемый быстрейший накладные кожаный скоростью
возможность проводной работающая подставки розовые синего золотистый флешки памяти диски
жесткого твердотельный материнской совместимые оригинал увеличивший сделавшись объективы"""


@pytest.mark.django_db
def test_stems_are_those_of_postgresql():
    asked = RUSSIAN.split()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ts_lexize('russian_stem', word) FROM unnest(%s) AS word", [asked]
        )
        theirs = {word: stem[0] for word, stem in cursor.fetchall()}

    assert {word: stems.stem(word) for word in asked} == theirs


@pytest.mark.parametrize(
    ("russian", "latin"),
    [
        ("самсунг", "samsung"),
        ("логитек", "logitech"),
        ("трансенд", "transcend"),
        ("бразер", "brother"),
        ("кингстон", "kingston"),
        ("ксерокс", "xerox"),
        ("хонор", "honor"),
        ("онор", "honor"),
        ("картридж", "cartridge"),
        ("наушники", "naushniki"),
        ("чехол", "chehol"),
        ("скрайб", "scribe"),
        ("икскавер", "xcover"),
    ],
)
def test_a_word_sounds_the_same_in_both_scripts(russian, latin):
    assert set(sounds.keys(russian)) & set(sounds.keys(latin))
    assert sounds.closeness(russian, latin) > 0.6


def test_other_words_sound_otherwise():
    assert not set(sounds.keys("самсунг")) & set(sounds.keys("xiaomi"))
    assert sounds.closeness("кабель", "кактус") < 0.6


def test_one_measure_is_told_in_other_units():
    assert list(units.same("u1gb")) == ["u1024mb"]
    assert list(units.same("u2048mb")) == ["u2gb"]
    assert not list(units.same("u5in"))


def test_slips_are_counted():
    assert sounds.distance("самсунг", "самсунг") == 0
    assert sounds.distance("самсунг", "сасмунг") == 1
    assert sounds.distance("galaxy", "galxy") == 1
    assert sounds.distance("", "abc") == 3


@given(st.text(max_size=30), st.text(max_size=30))
def test_slips_are_the_same_both_ways(one, other):
    assert sounds.distance(one, other) == sounds.distance(other, one)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("256гб", ["u256gb"]),
        ("256 GB", ["u256gb"]),
        ("8/256", ["u8gb", "u256gb"]),
        ("8+256 гб", ["u8gb", "u256gb"]),
        ("12гб/1тб", ["u12gb", "u1tb"]),
        ("6,7 дюйма", ["u6d7in"]),
        ('6.67"', ["u6d67in"]),
        ("15.6inch", ["u15d6in"]),
        ("5000 мач", ["u5000mah"]),
        ("20 000 мА·ч", ["u20000mah"]),
        ("120 гц", ["u120hz"]),
        ("65вт", ["u65w"]),
        ("3 метра", ["u3m"]),
        ("108 мп", ["u108mp"]),
        ("sb32gb-w", []),
        ("10/100", []),
        ("айфон 15", []),
    ],
)
def test_numbers_with_units_are_one_word(text, found):
    assert [
        word for measure in units.measures(words.plain(text)) for word in measure.words
    ] == found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("флешка тридцать два гига", "флешка 32 гига"),
        ("пять тысяч двести мач", "5200 мач"),
        ("galaxy s двадцать один", "galaxy s 21"),
        ("galaxy s восемь", "galaxy s 8"),
        ("шесть дюймов", "6 дюймов"),
        ("айфон семь плюс", "айфон семь плюс"),
        ("семь восемь", "семь восемь"),
    ],
)
def test_numbers_said_in_words_are_written_in_digits(text, written):
    assert numerals.in_digits(text) == written


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4 006381 333931", ["4006381333931"]),
        ("чехол 4 006381 333931", ["4006381333931"]),
        ("чехол 4 006381 333932", ["4", "006381", "333932"]),
        ("8 256 512", ["8", "256", "512"]),
    ],
)
def test_a_barcode_is_read_as_it_is_printed(text, numbers):
    assert [item.text for item in parsing.parse(text) if item.sort == "number"] == numbers


def test_a_noun_and_an_adjective_of_one_stem_are_told_apart():
    assert stems.stem("чернила") == stems.stem("черный")
    assert (stems.is_adjective("черный"), stems.is_adjective("чернила")) == (True, False)


def test_a_measure_is_found_by_what_people_say_for_it():
    assert list(units.near("u6d67in")) == ["u6d67in", "u6d7in", "u6in"]
    assert "u1024gb" in units.near("u1tb")


def test_codes_are_indexed_from_each_of_their_steps():
    found = codes.indexed("sm-a546b/ds")

    assert {"sma546bds", "a546bds", "546bds", "sm", "546"} <= set(found)
    assert "протон" in codes.indexed("протон-311")
    assert codes.indexed("просто слова") == []


def test_codes_typed_in_cyrillic_are_read_by_look_and_by_sound():
    assert codes.ways("с25") == ["с25", "c25", "s25"]
    assert codes.ways("а54") == ["а54", "a54"]
    assert codes.ways("a54") == ["a54"]


def test_a_text_is_taken_apart():
    items = parsing.parse("айфон 15 про 8/256, sm-a546 三星")

    assert [(item.sort, item.text) for item in items] == [
        ("word", "айфон"),
        ("number", "15"),
        ("word", "про"),
        ("measure", "8/256"),
        ("code", "sm-a546"),
        ("chinese", "三星"),
    ]


def test_spoken_names_are_known_by_all_their_forms():
    table = spoken.with_brands(BRANDS)

    assert [group.key for group in table.by_form["айфон",]] == ["iphone"]
    assert [group.key for group in table.by_form["ми",]] == ["xiaomi"]
    assert [group.key for group in table.by_form["новинк",]] == ["nova brand"]
    assert {group.key for group in table.by_form["наушник",]} == {"earbuds", "headphones"}


def test_a_series_is_not_the_whole_brand():
    assert [g.key for g in spoken.with_brands(BRANDS).by_form["галакс",]] == ["galaxy"]


def test_each_kind_of_the_shop_has_names():
    assert "телефон" in words.KIND_WORDS["phone"].split()
    assert "повербанк" in words.KIND_WORDS["power_bank"].split()


def test_terms_are_written_for_the_index():
    term = terms.Term("наушники", (terms.Way(("наушники",)), terms.Way(("noise", "cancelling"))))

    assert (
        terms.query([term])
        == "((наушник | наушники) | ((noise | noises) & (cancelling | cancellings)))"
    )
    assert terms.query([terms.Term("a5", (terms.Way(("a5",), is_prefix=True),))]) == "(a5:*)"
    assert terms.query([terms.Term("a5", (terms.Way(("a5",)),))], strong=True) == "(ъa5)"


@given(st.text(max_size=300))
def test_whatever_is_typed_is_taken_apart_into_words(text):
    items = parsing.parse(text)

    assert len(items) <= parsing.MOST_ITEMS
    assert all(
        piece.isalnum() for item in items for piece in item.pieces or (item.text[:0] or "x",)
    )


def test_what_finds_nothing_more_is_not_asked():
    alone, with_maker = terms.Way(("redmi",)), terms.Way(("xiaomi", "redmi"))
    begun = terms.Way(("redm",), is_prefix=True)
    asked = terms.query([terms.Term("редми", (with_maker, alone, begun))])
    assert asked == "((redmi | redmis) | redm:*)"
