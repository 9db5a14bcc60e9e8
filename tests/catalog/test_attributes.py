"""Properties as people write them, and as they are shown."""

import pytest
from django.utils import translation

from catalog import attributes, cards
from catalog.cells import BadCell
from catalog.models import Attribute, AttributeChoice, Kind
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "key", "text", "value"),
    [
        ("phone", "screen_inch", "6,67″", 6.67),
        ("phone", "screen_inch", "6.7 inches, 109.8 cm2 (~88% screen-to-body ratio)", 6.7),
        ("phone", "screen_inch", "6.7 дюйма", 6.7),
        ("phone", "screen_inch", '6.7"', 6.7),
        ("phone", "screen_inch", "6.1英寸", 6.1),
        ("phone", "battery_mah", "5000 мА·ч", 5000),
        ("phone", "battery_mah", "5,000mAh", 5000),
        ("phone", "refresh_hz", "120 Гц", 120),
        ("phone", "charge_w", "67W", 67),
        ("charger", "charge_w", "22,5 Вт", 22.5),
        ("cable", "cable_m", "200 cm", 2),
        ("cable", "cable_m", "1,5 м", 1.5),
        ("cable", "data_gbps", "480 Mbps", 0.48),
        ("phone", "five_g", "支持", True),
        ("phone", "nfc", "нет", False),
        ("phone", "screen_kind", "Super AMOLED", "amoled"),
        ("phone", "water", "ip68", "ip68"),
        ("phone", "sim", "双卡", "2-nano"),
        ("charger", "ports", "双C口", "2-usb-c"),
        ("case", "material", "Силикон", "silicone"),
        ("case", "material", "芳纶纤维", "aramid"),
        ("cable", "cable_b", "Type-C", "usb-c"),
        ("earbuds", "bluetooth", "5.3", "bt-5-3"),
        ("phone", "chipset", "  Snapdragon  8 ", "Snapdragon 8"),
        ("", "charge_w", "65", 65),
    ],
)
def test_value_is_read_however_it_is_written(kind, key, text, value):
    read = attributes.read(kind, key, text)

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "key", "text", "code"),
    [
        ("phone", "screen_inch", "large", "not_a_number"),
        ("phone", "battery_mah", "5000 parsecs", "unknown_unit"),
        ("phone", "battery_mah", "-5", "out_of_range"),
        ("phone", "five_g", "maybe", "not_yes_or_no"),
        ("phone", "screen_kind", "картон", "not_a_choice"),
        ("phone", "cable_m", "1", "other_kind"),
        ("phone", "horsepower", "1", "unknown_property"),
        ("phone", "chipset", "x" * 121, "too_long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(kind, key, text, code):
    with pytest.raises(BadCell) as refusal:
        attributes.read(kind, key, text)

    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ru", ["6,7″", "5000\u00a0мА·ч", "1,5\u00a0м", "кожа", "да"]),
        ("zh-hans", ["6.7\u00a0英寸", "5000\u00a0mAh", "1.5\u00a0米", "真皮", "是"]),
        ("en", ["6.7\u00a0in", "5000\u00a0mAh", "1.5\u00a0m", "leather", "yes"]),
    ],
)
def test_value_is_shown_in_the_readers_language_with_its_unit(language, texts):
    keys = {"screen_inch": 6.7, "battery_mah": 5000, "cable_m": 1.5, "material": "leather"}
    rows = {row.key: row for row in Attribute.objects.all()}

    with translation.override(language):
        shown = [attributes.show(value, rows[key]) for key, value in keys.items()]
        shown.append(attributes.show(True, rows["nfc"]))

    assert shown == texts


def test_heading_is_known_in_three_languages():
    for heading in ("屏幕尺寸", "Диагональ экрана", "Screen size", "screen_inch"):
        assert attributes.find(heading) == "screen_inch"
    assert attributes.find("no such thing") is None


def test_every_kind_has_properties_of_its_own():
    for kind in Kind.values:
        own = [row for row in attributes.of(kind) if set(row.kinds) != set(Kind.values)]
        assert len(own) >= 3, kind


def test_every_number_has_a_unit_that_is_read_and_every_choice_its_values():
    assert Attribute.objects.exists()
    for row in Attribute.objects.all():
        if row.data_type == Attribute.Type.NUMBER and row.unit_en:
            assert row.unit_en in attributes.UNITS, row.key
            for unit in (row.unit_ru, row.unit_zh, row.unit_en):
                assert attributes.read(row.kinds[0], row.key, f"2 {unit}") == 2, (row.key, unit)
        if row.data_type == Attribute.Type.CHOICE:
            assert attributes.choices(row.key), row.key


def test_every_spelling_of_a_choice_means_that_choice():
    assert AttributeChoice.objects.exists()
    for row in AttributeChoice.objects.select_related("attribute"):
        for text in (row.key, row.title_ru, row.title_zh, row.title_en):
            meant = attributes.meant(row.attribute.key, text)
            assert meant == row, (row.attribute.key, text)


def test_page_of_goods_shows_what_is_known_of_them():
    specs = {"material": "silicone", "magnetic": True, "for_model": "iPhone 16", "cover": ""}
    variant = make.variant(product=make.product(kind="case", specs=specs))

    with translation.override("ru"):
        facts = {fact.title: fact.text for fact in cards.facts(variant.product, variant)}

    assert facts["Материал"] == "силикон"
    assert facts["Магнитное крепление"] == "да"
    assert facts["Для модели"] == "iPhone 16"
    assert facts["Вес"] == "190\u00a0г"
    assert "Вид чехла" not in facts
