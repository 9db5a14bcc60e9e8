"""Commission: the rule of the category and day, else of the one above, else the seller's own."""

from datetime import date

import pytest

from catalog import commissions
from catalog.models import Category, CommissionRule
from storefront.lib import kept
from tests.factories import catalog as goods

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)


def rule(
    slug: str, bps: int, *, since: date = date(2026, 11, 1), until: date | None = None
) -> None:
    CommissionRule.objects.create(
        category=Category.objects.get(slug=slug),
        rate_bps=bps,
        valid_from=since,
        valid_until=until,
        source="test",
    )
    kept.forget()


def taken(slug: str, *, on: date = ON) -> int:
    seller = goods.seller(commission_bps=700)
    return commissions.bps(seller, Category.objects.get(slug=slug).pk, on=on)


def test_without_a_rule_it_is_what_was_agreed_with_the_seller() -> None:
    assert taken("smartphones") == 700


def test_a_rule_of_the_category_counts_before_the_sellers() -> None:
    rule("smartphones", 450)

    assert taken("smartphones") == 450
    assert taken("tablets") == 700


def test_parts_follow_the_category_above_until_they_have_a_rule() -> None:
    rule("audio", 900)
    assert taken("earbuds") == 900

    rule("earbuds", 1_200)
    assert taken("earbuds") == 1_200
    assert taken("speakers") == 900


def test_rules_hold_from_their_day_until_theirs() -> None:
    rule("smartphones", 450, since=date(2026, 11, 20), until=date(2026, 11, 24))
    rule("smartphones", 500, since=date(2026, 11, 24))

    days = [date(2026, 11, day) for day in (19, 20, 23, 24)]
    assert [taken("smartphones", on=day) for day in days] == [700, 450, 450, 500]


def test_the_houses_rules_are_loaded_with_their_source() -> None:
    assert taken("cases") == 1_000
    assert taken("cables") == 900
    assert not CommissionRule.objects.filter(source="").exists()
