"""Titles and descriptions made of properties: grammar, and who stands behind a text."""

from datetime import UTC, datetime

import pytest

from catalog import composing
from catalog.composing import russian
from catalog.models import Product
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
State = Product.Text


def card(kind="phone", model="Redmi Note 13 Pro", brand=None, **specs) -> Product:
    brand = brand or make.brand(name="Xiaomi", name_zh="小米")
    composed = dict.fromkeys(composing.STATES.values(), State.COMPOSED)
    return make.product(kind=kind, model=model, brand=brand, specs=specs, **composed)


@pytest.mark.parametrize(
    ("number", "nominative", "genitive"),
    [
        (1, "1\u00a0порт", "до 1\u00a0часа"),
        (2, "2\u00a0порта", "до 2\u00a0часов"),
        (5, "5\u00a0портов", "до 5\u00a0часов"),
        (11, "11\u00a0портов", "до 11\u00a0часов"),
        (12, "12\u00a0портов", "до 12\u00a0часов"),
        (21, "21\u00a0порт", "до 21\u00a0часа"),
        (22, "22\u00a0порта", "до 22\u00a0часов"),
        (111, "111\u00a0портов", "до 111\u00a0часов"),
        (7.5, "7,5\u00a0порта", "до 7,5\u00a0часа"),
    ],
)
def test_russian_numbers_govern_their_nouns(number, nominative, genitive):
    assert russian.counted(number, "порт", "порта", "портов") == nominative
    assert russian.up_to(number, "часа", "часов") == genitive


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "с одним объективом"), (3, "с тремя объективами"), (21, "с 21 объективом")],
)
def test_lenses_stand_in_the_instrumental(number, words):
    assert russian.with_(number, "объективом", "объективами") == words


@pytest.mark.parametrize(
    ("kind", "model", "specs", "title"),
    [
        ("phone", "17", {}, "Смартфон Xiaomi 17"),
        (
            "power_bank",
            "Blade",
            {"battery_mah": 20000, "charge_w": 100},
            "Внешний аккумулятор Xiaomi Blade, 20\u202f000\u00a0мА·ч, 100\u00a0Вт",
        ),
        (
            "power_bank",
            "Power Bank 20000 33W",
            {"battery_mah": 20000, "charge_w": 33},
            "Внешний аккумулятор Xiaomi Power Bank 20000 33W",
        ),
        (
            "cable",
            "US300",
            {"cable_a": "usb-c", "cable_b": "lightning", "cable_m": 1.5, "charge_w": 30},
            "Кабель Xiaomi US300, USB-C — Lightning, 30\u00a0Вт, 1,5\u00a0м",
        ),
        (
            "cable",
            "USB-C/USB-C 100W 2 m",
            {"cable_a": "usb-c", "cable_b": "usb-c", "cable_m": 2, "charge_w": 100},
            "Кабель Xiaomi USB-C/USB-C 100W 2 m",
        ),
        (
            "earbuds",
            "Buds 6",
            {"noise_cancelling": True},
            "Беспроводные наушники Xiaomi Buds 6 с шумоподавлением",
        ),
        ("earbuds", "EP1", {"link": "jack"}, "Проводные наушники Xiaomi EP1"),
        ("charger", "C1", {"plug": "car"}, "Автомобильное зарядное устройство Xiaomi C1"),
        (
            "charger",
            "GaN 65W",
            {"charge_w": 65, "ports": "2-usb-c"},
            "Зарядное устройство Xiaomi GaN 65W, 2 × USB-C",
        ),
        (
            "case",
            "Clear",
            {"cover": "book", "for_model": "iPhone 16", "material": "leather"},
            "Чехол-книжка Xiaomi Clear для iPhone 16, кожа",
        ),
        ("hub", "Dock", {"port_count": 6}, "Хаб Xiaomi Dock, 6\u00a0портов"),
        ("band", "Band 10", {"nfc": True}, "Фитнес-браслет Xiaomi Band 10 с NFC"),
        ("band", "Band 10 NFC", {"nfc": True}, "Фитнес-браслет Xiaomi Band 10 NFC"),
    ],
)
def test_russian_title_tells_what_the_model_does_not(kind, model, specs, title):
    assert composing.titles(card(kind, model, **specs))["title_ru"] == title


def test_every_kind_has_titles_in_three_languages():
    for kind in Product._meta.get_field("kind").choices:
        titles = composing.titles(card(kind[0], "M1"))
        assert all("M1" in title for title in titles.values())
        assert "小米" in titles["title_zh"]


def test_description_of_a_phone_is_russian_prose():
    phone = card(
        screen_inch=6.3,
        screen_kind="ltpo-oled",
        refresh_hz=120,
        chipset="Snapdragon 8 Elite",
        main_camera_mp=50,
        cameras=3,
        front_camera_mp=32,
        battery_mah=7000,
        charge_w=100,
        five_g=True,
        nfc=True,
        wifi="wifi-7",
        water="ip68",
        os="Android 16",
        sim="2-nano",
    )

    assert composing.descriptions(phone)["description_ru"] == (
        "Экран LTPO OLED 6,3″ с частотой 120\u00a0Гц, процессор Snapdragon 8 Elite. "
        "Основная камера 50\u00a0Мп с тремя объективами, фронтальная — 32\u00a0Мп. "
        "Аккумулятор 7000\u00a0мА·ч, зарядка до 100\u00a0Вт. Есть 5G, NFC и Wi-Fi 7. "
        "Защита от воды и пыли IP68. Система при выпуске Android 16, карты 2 nano-SIM."
    )
    assert composing.descriptions(phone)["description_zh"] == (
        "6.3英寸 LTPO OLED屏幕，120Hz刷新率，搭载Snapdragon 8 Elite。"
        "后置5000万像素主摄，3个后置镜头，前置3200万像素。电池容量7000mAh，最高充电功率100W。"
        "支持5G、NFC，Wi-Fi 7，IP68防水防尘，出厂系统Android 16。"
    )


def test_description_of_earbuds_bends_its_hours():
    buds = card("earbuds", "Buds", wear="in-ear", hours=7.5, case_hours=31, noise_cancelling=True)

    assert composing.descriptions(buds)["description_ru"] == (
        "Внутриканальная посадка, активное шумоподавление. "
        "Работает до 7,5\u00a0часа, с футляром до 31\u00a0часа."
    )


def test_nothing_is_said_of_what_is_not_known():
    bare = card()
    odd = card(screen_inch=None, five_g="", cameras="three", battery_mah=True, hours=0)

    assert set(composing.descriptions(bare).values()) == {""}
    assert set(composing.descriptions(odd).values()) == {""}


def test_older_text_of_a_choice_is_understood():
    old = card(screen_inch=6.3, screen_kind="LTPO OLED")

    assert "Экран LTPO OLED 6,3″." in composing.descriptions(old)["description_ru"]


def test_texts_follow_the_properties_while_they_are_composed():
    bank = card("power_bank", "Blade", battery_mah=10000)
    composing.dress(bank)
    bank.specs["battery_mah"] = 20000

    changed = composing.dress(bank)

    assert "20\u202f000" in bank.title_ru
    assert {"title_ru", "title_zh", "title_en", "description_ru"} <= changed
    assert composing.dress(bank) == set()


def test_given_and_reviewed_texts_are_never_composed_over():
    bank = card("power_bank", "Blade", battery_mah=10000)
    bank.title_zh = "我的充电宝"
    composing.dress(bank, {"title_zh"})
    bank.russian_text, bank.title_ru = State.REVIEWED, "Прочитано"

    bank.specs["battery_mah"] = 20000
    composing.dress(bank)

    assert (bank.chinese_text, bank.title_zh) == (State.GIVEN, "我的充电宝")
    assert (bank.russian_text, bank.title_ru) == (State.REVIEWED, "Прочитано")
    assert bank.title_en == "Xiaomi Blade power bank, 20,000\u00a0mAh"


def test_seller_who_changes_a_reviewed_text_is_read_again():
    phone = card()
    phone.russian_text = State.REVIEWED
    phone.description_ru = "Новое"

    composing.dress(phone, {"description_ru"})

    assert phone.russian_text == State.GIVEN
    assert phone.title_ru


def test_new_card_is_composed_but_for_what_was_given():
    card = Product(
        brand=make.brand(name="Xiaomi"), kind="phone", model="17", title_zh="小米", title_en=""
    )

    composing.dress(card, {"title_zh", "specs"})

    assert (card.title_zh, card.chinese_text) == ("小米", State.GIVEN)
    assert (card.title_ru, card.russian_text) == ("Смартфон Xiaomi 17", State.COMPOSED)
    assert (card.title_en, card.english_text) == ("Xiaomi 17 phone", State.COMPOSED)


def test_cards_from_before_count_as_reviewed():
    assert make.product().russian_text == State.REVIEWED


def test_emptied_texts_are_composed_again():
    phone = card()
    phone.title_ru, phone.description_ru, phone.russian_text = "", "", State.GIVEN

    composing.dress(phone, {"title_ru", "description_ru"})

    assert (phone.russian_text, phone.title_ru) == (
        State.COMPOSED,
        "Смартфон Xiaomi Redmi Note 13 Pro",
    )


def test_review_keeps_what_was_read_and_tells_what_changed():
    phone = card()
    Product.objects.update(russian_text=State.GIVEN, title_ru="Смартфон", due_at=None)
    texts = {"title": "Смартфон Xiaomi", "description": ""}

    told = composing.review(phone, tongue="ru", texts=texts, actor="user:vera", now=NOW)

    phone.refresh_from_db()
    assert (phone.russian_text, phone.title_ru) == (State.REVIEWED, "Смартфон Xiaomi")
    assert phone.due_at is not None
    assert told["changed"] == {"title_ru": ["Смартфон", "Смартфон Xiaomi"]}


def test_review_refuses_an_empty_title_and_writes_nothing():
    phone = card()
    before = list(Product.objects.values())

    with pytest.raises(composing.NoTitle):
        composing.review(phone, tongue="zh", texts={"title": " "}, actor="user:vera", now=NOW)

    assert list(Product.objects.values()) == before


def test_text_can_be_given_back_to_the_composer():
    phone = card()
    Product.objects.update(russian_text=State.GIVEN, title_ru="Плохо")

    composing.compose_again(phone, tongue="ru")

    phone.refresh_from_db()
    assert (phone.russian_text, phone.title_ru) == (
        State.COMPOSED,
        "Смартфон Xiaomi Redmi Note 13 Pro",
    )
