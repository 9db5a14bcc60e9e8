"""From what was typed to the goods that were meant."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from catalog import search
from catalog.models import Kind, Product, Word
from catalog.search import ranking, reading, texts, vocabulary
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

TITLES = {
    "mouse": ("Logitech", "", "Мышь беспроводная logitech m185 черн. 910-002238"),
    "flash": ("Kingston", "", "Флэш-диск USB 32gb kingston datatraveler 100 dt100g3/32gb"),
    "headset": (
        "Plantronics",
        "headphones",
        "Гарнитура plantronics backbeat bluetooth noise canceling",
    ),
    "headphones": ("Defender", "headphones", "Наушники defender hn-751 проводные розовые"),
    "case": ("Belkin", "case", "Чехол belkin для iphone 5 силиконовый синий"),
    "cable": ("Gembird", "cable", "Кабель hdmi gembird 1.8м cc-hdmi4-6"),
    "toner": ("Kyocera", "", "Тонер kyocera tk-1130 для fs-1030mfp"),
}


def listed(brand: str, model: str, title: str, **facts) -> Product:
    variant_facts = {name: facts.pop(name) for name in VARIANT if name in facts}
    offer_facts = {name: facts.pop(name) for name in ("article",) if name in facts}
    owner = make.Brand.objects.filter(name__iexact=brand).first() or make.brand(name=brand)
    product = make.product(
        brand=owner, model=model, title_ru=title, title_zh="", title_en="", **facts
    )
    make.offer("100.00", variant=make.variant(product=product, **variant_facts), **offer_facts)
    search.index(product, now=NOW)
    product.refresh_from_db()
    return product


VARIANT = ("ram_gb", "storage_gb", "barcode", "colour_ru", "colour_en")


@pytest.fixture
def shop() -> dict[str, Product]:
    goods = {
        name: listed(brand, title, title, kind=kind, specs={}, ram_gb=None, storage_gb=None)
        for name, (brand, kind, title) in TITLES.items()
    }
    phone = {"kind": Kind.PHONE}
    specs = {"screen_inch": 6.67, "battery_mah": 5000, "refresh_hz": 120, "nfc": True}
    goods["redmi"] = listed(
        *("Redmi", "Redmi Note 13 Pro", "Смартфон Redmi Note 13 Pro"),
        **phone, ram_gb=8, storage_gb=256, specs=specs, barcode="6941812756256",
    )  # fmt: skip
    goods["iphone"] = listed(
        *("Apple", "iPhone 15", "Смартфон Apple iPhone 15"), **phone, storage_gb=128, specs={}
    )
    goods["a54"] = listed(
        *("Samsung", "Galaxy A54", "Смартфон Samsung Galaxy A54"),
        **phone, specs={"battery_mah": 4000}, article="SM-A546B/DS",
    )  # fmt: skip
    return goods


def found(shop: dict[str, Product], text: str) -> list[str]:
    names = {product.pk: name for name, product in shop.items()}
    return [names[product.pk] for product in search.find(search.Query(text=text)).products]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("логитек мышка", "mouse"),
        ("логитеч", "mouse"),
        ("мышь черная", "mouse"),
        ("910-002238", "mouse"),
        ("910002238", "mouse"),
        ("myshka logitech", "mouse"),
        ("vsim logitech", "mouse"),
        ("флешка 32гб", "flash"),
        ("кингстон 32 gb", "flash"),
        ("кингтон 32 gb", "flash"),
        ("dt100g3", "flash"),
        ("дататревелер", "flash"),
        ("наушники с шумоподавлением", "headset"),
        ("плантроникс блютус", "headset"),
        ("наушники дефендер розовые", "headphones"),
        ("hn751", "headphones"),
        ("чехол на айфон 5", "case"),
        ("chehol dlya iphone 5", "case"),
        ("xt[jk fqajy 5", "case"),
        ("кабель хдми 1,8 метра", "cable"),
        ("гембирд кабель", "cable"),
        ("тк-1130", "toner"),
        ("ТK1130", "toner"),
        ("киосера тонер", "toner"),
        ("сяоми редми нот 13 про 8/256", "redmi"),
        ("redminote13", "redmi"),
        ("редми 8+256", "redmi"),
        ("смартфон 6.7 дюйма", "redmi"),
        ("телефон 5000 мач", "redmi"),
        ("телефон 120 гц", "redmi"),
        ("телефон с nfc", "redmi"),
        ("6941812756256", "redmi"),
        ("69418127", "redmi"),
        ("айфон 15 128", "iphone"),
        ("айфон15", "iphone"),
        ("15 айфон", "iphone"),
        ("купить айфон 15 недорого", "iphone"),
        ("苹果15", "iphone"),
        ("cfvceyu ф54", "a54"),
        ("самсунг А54", "a54"),
        ("sm-a546", "a54"),
        ("a546b", "a54"),
        ("галакси а54 абракадабра", "a54"),
    ],
)
def test_people_find_what_they_mean(shop, text, name):
    assert found(shop, text)[:1] == [name]


NAMED = {
    "x7": ("POCO", "X7 Pro", "phone"),
    "tab": ("Samsung", "Galaxy Tab S9", "tablet"),
    "watch": ("Honor", "Watch GS Pro", "watch"),
    "xa": ("Sony", "Xperia XA", "phone"),
    "9x": ("Honor", "9X", "phone"),
    "s3": ("Samsung", "Galaxy S III Mini", "phone"),
    "slip": ("Other", "Motorolla charger", ""),
    "milestone": ("Motorola", "Milestone", "phone"),
    "playbook": ("BlackBerry", "Playbook HSPA", "tablet"),
    "a4tech": ("A4tech", "Мышь A4tech g9-540 серая", ""),
    "board": ("Asus", "Мат плата Asus n3050m", ""),
    "typo": ("Other", "Матплата без имени", ""),
    "toy": ("Play", "Игрушка барабан", ""),
    "chain": ("Dell", "Потолок зеркало", ""),
    "memory": ("Asus", "Видеокарта Asus 1024мб r7240", ""),
    "dv6": ("Asus", "Ноутбук asus dv 6 core i 7", ""),
    "dv7": ("Asus", "Asus dv7-3105ea core", ""),
    "charger": ("Other", "Зарядка ipadmini", ""),
    "ipad": ("Apple", "iPad mini", "tablet"),
    "three": ("Oxion", "Кабель USB 3 в 1", ""),
    "cable": ("Oxion", "Кабель USB am-bm 3м", ""),
}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pocox7pro", "x7"),  # letters run on a name belong to the number after them
        ("galaxytabs9", "tab"),
        ("хонор вотч джи эс про", "watch"),  # letters said one by one
        ("сони иксперия ха", "xa"),  # two Cyrillic letters that look like Latin ones
        ("[jyjh 9[", "9x"),  # signs that are letters on the other keyboard
        ("галакси 3 мини", "s3"),  # Roman numbers
        ("motorolla milestone", "milestone"),  # a slip that some goods have too
        ("блэкбери плейбук", "playbook"),  # heard as one word rather than parted
        ("мышь а4теч серая", "a4tech"),  # a spoken name with a digit
        ("матплата asus", "board"),  # run together, though some goods have it so
        ("игрушечный барабан", "toy"),
        ("потолочное зеркало", "chain"),
        ("видеокарта 1gb", "memory"),  # another unit
        ("ноутбук asus dv7", "dv7"),  # dv and 7 far from each other are no dv7
        ("айпадмини", "ipad"),  # two names rather than a word heard alike
        ("кабель usb и 3", "three"),  # no и3
        ("кабель для принтера usb am-bm 3м", "cable"),  # what it is for counts less
        ("кабель usb 3м motorola xperia", "cable"),  # one of the last readings
    ],
)
def test_the_ways_people_write_names(text, name):
    goods = {
        key: listed(brand, model, model, kind=kind, specs={}, ram_gb=None, storage_gb=None)
        for key, (brand, model, kind) in NAMED.items()
    }
    assert found(goods, text)[:1] == [name]


SPOKEN = {
    "pixel": ("Google", "Pixel 3", "phone"),
    "pixel4": ("Google", "Pixel 4", "phone"),
    "desire": ("HTC", "Desire", "phone"),
    "desire s": ("HTC", "Desire S", "phone"),
    "mate7": ("Huawei", "Ascend Mate7", "phone"),
    "se": ("Apple", "iPhone SE", "phone"),
    "music": ("Nokia", "5530 XpressMusic", "phone"),
    "honor": ("Honor", "8X", "phone"),
    "plain": ("Alcatel", "1X", "phone"),
    "cooler": ("Cooler Master", "Кулер cooler master cp6-9hdsa", ""),
    "tower": ("Cooler Master", "Корпус cooler master storm", ""),
    "era": ("Эра", "Зарядное устройство Эра c-201 4x2300 mah", "charger"),
    "player": ("", "Akira DVD pd-4238r", ""),
    "sony": ("Sony", "DVD плеер sony dvp-ns78h", ""),
    "ink": ("Hewlett Packard", "Ink cartridge 73 matte Black", ""),
    "leef": ("Leef", "Usb 32gb leef spark lfspk-032wbr", ""),
}


def test_names_as_people_say_them():
    goods = {
        key: listed(brand or "Other", model, model, kind=kind, specs={}, storage_gb=None)
        for key, (brand, model, kind) in SPOKEN.items()
    }
    for text, name in {
        "пиксель три": "pixel",  # numbers as words
        "хтс дизайр с": "desire s",  # a letter that ends a name is no preposition
        "хуавей мейт 7": "mate7",  # one word in the name of the maker
        "iphonese": "se",  # letters of the model run on the name
        "нокиа экспресс мьюзик": "music",  # two words heard as one
        "хонор8x": "honor",  # not a code in letters that look like Latin ones
        "alcatel 1 x": "plain",  # a letter after its number
        "кулер cooler master": "cooler",  # a word of the maker is not the kind
        "эра с аккумуляторами": "era",  # no letter of a model by its stem; what comes with it
        "двд плеер akira": "player",  # a Latin name says more than the kind
        "картридж hp 73 черный": "ink",  # another name of the maker; черный is no чернила
        "lfspk 03": "leef",  # the beginning of an article number in two words
    }.items():
        assert found(goods, text)[:1] == [name], text


def test_what_a_thing_is_for_is_no_kind_that_is_asked_for(shop):
    (named, *_rest) = reading.understand("чехол для планшета")
    assert [term.kinds for term in named.terms] == [("case",), ()]


def test_what_was_left_out_is_said(shop):
    answer = search.find(search.Query(text="галакси а54 абракадабра"))

    assert (answer.dropped, answer.corrected) == (("абракадабра",), "")


def test_spoken_names_are_no_slips(shop):
    for text in ("логитек мышка", "айфон 15", "кабель хдми", "myshka logitech", "三星"):
        assert search.find(search.Query(text=text)).corrected == ""


def test_what_is_said_to_be_meant_is_what_is_looked_for(shop):
    assert reading.understand("cfvceyu ф54")[0].corrected == "самсунг a54"
    assert reading.understand("кингтон 32 gb")[0].corrected == "кингстон 32 gb"
    assert reading.understand("кингстон 32 gb")[0].corrected == ""


def test_readings_begin_with_all_words_and_are_few(shop):
    readings = reading.understand("сяоми редми нот 13 про 8/256 синий щщъъ чехол")

    assert readings[0].dropped == ()
    assert readings[1].dropped == ("щщъъ",)
    assert len(readings) <= reading.MOST_READINGS
    assert all(each.terms for each in readings)


def test_a_query_of_signs_has_no_reading():
    assert reading.understand("!!! --- ...") == []
    assert reading.near("!!!") is None


def test_near_goods_are_of_the_named_kind_or_maker(shop):
    answer = search.find(search.Query(text="наушники щъщъ"))
    assert answer.dropped == ("щъщъ",)

    assert reading.near("щъщъ щщщ") is None
    assert reading.near("наушники") is not None


@pytest.mark.parametrize(
    ("text", "statements"), [("айфон 15", 1), ("логитек мышь", 1), ("щъщъщъ", 2)]
)
def test_a_text_costs_one_statement_and_a_riddle_two(
    shop, text, statements, django_assert_num_queries
):
    reading.understand("warm")

    with django_assert_num_queries(statements):
        reading.understand(text)


def test_words_are_learned_once_and_counted():
    vocabulary.learn(["кабель", "cable", "a54", "三星", "я"])
    vocabulary.learn(["кабель"])

    assert set(Word.objects.values_list("word", flat=True)) == {"кабель", "cable"}
    assert Word.objects.get(word="cable").sounds == ["KPL", "SPL"]


def test_frequencies_are_measured_on_the_goods(shop):
    vocabulary.count_again()

    assert Word.objects.get(word="смартфон").goods == 3
    assert Word.objects.get(word="гарнитура").goods == 1


def test_frequencies_are_measured_once_a_day(shop):
    def of_the_word(day: datetime) -> int:
        search.index(shop["redmi"], now=day)
        search.restack(now=day)
        return Word.objects.get(word="redmi").goods

    of_the_word(NOW)
    Word.objects.update(goods=777)

    assert of_the_word(NOW + timedelta(hours=1)) == 777
    assert of_the_word(NOW + timedelta(days=1)) == 1


def test_the_words_for_ranking_are_short(shop):
    long = listed("Apple", "iPhone", "Смартфон " + "очень длинное название " * 8, specs={})
    long.specs = {f"key_{n}": f"значение{n}" for n in range(60)}

    assert len(texts.likeness(long, [])) <= texts.LONGEST
    assert shop["redmi"].search_text.startswith("redmi|redmi note 13 pro|смартфон")


def candidate(pk: int, text: str, **facts) -> ranking.Candidate:
    plain = {"kind": "phone", "harbin_quantity": 0, "transit_days": 20, "rating": None}
    return ranking.Candidate(pk, text, **{**plain, "sold_quantity": 0, **facts})


def arranged(text: str, *rows: ranking.Candidate) -> list[int]:
    return ranking.arrange(rows, reading.understand(text)[0])


def test_the_model_asked_for_comes_before_longer_ones(shop):
    whole = candidate(1, "apple|iphone 15|смартфон apple iphone 15|")
    longer = candidate(2, "apple|iphone 15 pro max|смартфон apple iphone 15 pro max|")
    belonging = candidate(3, "belkin|чехол|чехол для iphone 15|", kind="case")

    assert arranged("айфон 15", belonging, longer, whole) == [1, 2, 3]
    assert arranged("чехол айфон 15", belonging, longer, whole)[0] == 3


@pytest.mark.parametrize(
    "better",
    [
        {"harbin_quantity": 5},
        {"transit_days": 4},
        {"rating": Decimal("4.9")},
        {"sold_quantity": 50},
    ],
)
def test_of_equals_the_nearer_quicker_better_comes_first(shop, better):
    text = "apple|iphone 15|смартфон apple iphone 15|"

    assert arranged("айфон 15", candidate(2, text), candidate(1, text, **better)) == [1, 2]


def test_words_to_go_on_with(shop):
    assert "смартфон" in [each.text for each in search.complete("смар")]
    assert [each.kind for each in search.complete("самс")][:1] == ["brand"]
    assert search.complete("a") == []
    assert search.complete("телефон 54") == []
    assert all(each.text.startswith("чехол ") for each in search.complete("чехол белк"))
