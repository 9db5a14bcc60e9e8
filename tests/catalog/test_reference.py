"""The reference rows of the catalogue."""

import pytest

from catalog import reference
from catalog.models import Attribute, Brand, Category, HsCode, Margin, Restriction
from storefront.lib import identifiers
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


def test_loading_again_changes_nothing():
    first = {model: list(model.objects.order_by("pk").values()) for model in TABLES}

    reference.load()

    assert {model: list(model.objects.order_by("pk").values()) for model in TABLES} == first
    assert all(first.values())


TABLES = [Attribute, Brand, Category, HsCode, Margin, Restriction]


def test_parts_of_a_category_point_to_it():
    assert Category.objects.get(slug="earbuds").parent.slug == "audio"


def test_every_tariff_row_has_a_source_and_a_well_formed_code():
    assert HsCode.objects.exists()
    for row in HsCode.objects.all():
        assert row.source
        assert identifiers.is_hs(row.code)


def test_every_margin_and_restriction_has_a_source():
    assert not Margin.objects.filter(source="").exists()
    assert not Restriction.objects.filter(source="").exists()


def test_the_factory_makes_a_seller_with_a_true_credit_code():
    assert identifiers.is_uscc(make.seller().uscc)
