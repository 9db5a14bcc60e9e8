"""Goods that may not go a certain way."""

from datetime import date

import pytest
from django.utils import translation

from catalog import restrictions
from catalog.models import Battery, Restriction
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)


def power_bank():
    return make.variant(battery_kind=Battery.ALONE, hs_code="8507600090")


def test_a_power_bank_does_not_fly_but_goes_by_rail():
    bank = power_bank()

    assert restrictions.forbidden(bank, mode="air", on=ON).rule == "lithium-alone-air"
    assert restrictions.forbidden(bank, mode="rail", on=ON) is None


def test_a_phone_flies():
    assert restrictions.forbidden(make.variant(), mode="air", on=ON) is None


def test_a_rule_holds_only_in_its_time():
    Restriction.objects.create(
        rule="flood",
        mode="river",
        source="test",
        valid_from=date(2027, 4, 10),
        valid_until=date(2027, 5, 1),
        **{f"reason_{language}": "flood" for language in ("ru", "zh", "en")},
    )
    days = [date(2027, 4, 9), date(2027, 4, 10), date(2027, 4, 30), date(2027, 5, 1)]

    closed = [restrictions.forbidden(make.variant(), mode="river", on=day) for day in days]

    assert [bool(rule) for rule in closed] == [False, True, True, False]


def test_a_rule_for_every_way_closes_every_way():
    rule = Restriction(rule="all", hs_prefix="8517", mode="*")

    assert restrictions.forbidden(make.variant(), mode="river", on=ON, rules=[rule]) == rule
    assert restrictions.forbidden(power_bank(), mode="river", on=ON, rules=[rule]) is None


def test_the_refusal_gives_the_reason_in_the_readers_language():
    phone, bank = make.variant(), power_bank()

    with translation.override("en"), pytest.raises(restrictions.Restricted) as refusal:
        restrictions.check([phone, bank], mode="air", on=ON)

    assert "UN 3480" in str(refusal.value)
    assert refusal.value.facts["variant"] == bank.slug
    restrictions.check([phone, bank], mode="rail", on=ON)


def test_closed_ways_are_told_by_the_facts_alone():
    closed = restrictions.modes_forbidden(
        battery_kind="alone",
        hs_code="8507600090",
        modes=("air", "rail", "road", "river"),
        rules=restrictions.rules(ON),
    )

    assert closed == {"air"}
