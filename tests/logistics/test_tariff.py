"""Which rule of duty holds on a day."""

from datetime import date

import pytest

from logistics.customs import tariff
from logistics.models import DutyRule

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("on", "rule", "free"),
    [
        (date(2018, 12, 31), "personal-2010", 1000),
        (date(2019, 1, 1), "personal-2019", 500),
        (date(2021, 5, 1), "personal-2020", 200),
        (date(2024, 3, 31), "personal-2022", 1000),
        (date(2024, 4, 1), "row-a", 200),
        (date(2026, 11, 23), "row-a", 200),
    ],
)
def test_the_rule_of_the_day_holds(on: date, rule: str, free: int) -> None:
    found = tariff.rule_for(on)

    assert (found.rule, found.free_eur) == (rule, free)
    assert found.source


def test_row_b_holds_from_its_day_once_it_is_switched_on() -> None:
    DutyRule.objects.filter(rule="row-b").update(is_active=True)

    assert tariff.rule_for(date(2026, 6, 30)).rule == "row-a"
    assert tariff.rule_for(date(2026, 7, 1)).rule == "row-b"


def test_a_day_before_all_rules_has_none() -> None:
    with pytest.raises(tariff.NoRule, match="for 2009-01-01"):
        tariff.rule_for(date(2009, 1, 1))


def test_a_rule_is_found_by_its_name_whatever_the_day() -> None:
    kept, paper = tariff.named("personal-2019")

    assert (kept.free_eur, paper) == (500, DutyRule.objects.get(rule="personal-2019").paper_kind)
    with pytest.raises(tariff.NoRule, match="named row-c"):
        tariff.named("row-c")
