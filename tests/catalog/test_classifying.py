"""Tariff codes found in three languages, and what they ask."""

from datetime import date

import pytest

from catalog import classifying
from catalog.models import HsCode, Kind

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
# Common High Priority List, edition of 23 February 2024: what of it goods of this shop may carry.
HIGH_PRIORITY = {"851762", "851769", "850440", "847180", "852589", "852691", "853669", "853690"}


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("", "phone", "8517130000"),
        ("", "tablet", "8471301000"),
        ("", "power_bank", "8507600090"),
        ("", "keyboard", "8471607100"),
        ("", "case", "3926909090"),
        ("смартфоны", "", "8517130000"),
        ("наушников", "headphones", "8518300000"),
        ("беспроводные наушники", "earbuds", "8517629400"),
        ("充电宝", "", "8507600090"),
        ("数据线", "cable", "8544421900"),
        ("wireless charger", "charger", "8504409999"),
        ("кожа чехол", "case", "4202310090"),
        ("8471.60", "keyboard", "8471607100"),
        ("8517 13", "", "8517130000"),
        ("повербанк", "", "8507600090"),
    ],
)
def test_the_likeliest_code_is_found_first(text, kind, first):
    assert classifying.search(text, kind)[0].code == first


def test_digits_are_the_beginning_of_a_code():
    assert {row.code[:4] for row in classifying.search("4202")} == {"4202"}
    assert classifying.search("0202") == []


def test_what_nobody_calls_so_is_not_found():
    assert classifying.search("трактор") == []


def test_every_kind_has_likely_codes_before_all_others():
    for kind in Kind.values:
        rows = classifying.search("", kind)
        likely = classifying.likely(kind)
        assert likely, kind
        assert rows[: len(likely)] == likely
        assert len(rows) == HsCode.objects.count()


def test_code_says_what_it_asks():
    smart_watch, bank, cable = (
        classifying.find(code) for code in ("8517629900", "8507600090", "8544421900")
    )

    assert [one.key for one in classifying.demands(smart_watch, on=ON)] == ["fsb", "high_priority"]
    assert [one.key for one in classifying.demands(bank, on=ON)] == ["power-bank-hs-air"]
    assert classifying.demands(cable, on=ON) == []
    assert classifying.find("0000000000") is None


def test_table_is_honest_of_its_source_and_of_the_high_priority_list():
    rows = list(HsCode.objects.all())

    assert len(rows) >= 60
    assert {row.code[:6] for row in rows if row.is_high_priority} == HIGH_PRIORITY
    for row in rows:
        assert row.is_high_priority == (row.code[:6] in HIGH_PRIORITY), row.code
        assert row.is_high_priority == ("CHPL" in row.source), row.code
        assert row.unit_1, row.code
        assert all((row.title_ru, row.title_zh, row.title_en)), row.code
