"""Icons are whole drawings, and stars fill as far as the rating."""

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from storefront.templatetags import icons

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize("name", sorted(icons.ICONS))
def test_icon_is_hidden_from_readers(name):
    tree = etree.fromstring(icons.icon(name))

    assert tree.get("aria-hidden") == "true"
    assert tree.get("stroke") == "currentColor"
    assert tree[0].get("d").startswith("M")


def test_unknown_icon_is_an_error():
    with pytest.raises(KeyError):
        icons.icon("spaceship")


@pytest.mark.parametrize(
    ("rating", "wide"), [(Decimal("4.5"), "108.0"), (0, "0.0"), (7, "120.0"), (-1, "0.0")]
)
def test_stars_fill_as_far_as_the_rating(rating, wide):
    tree = etree.fromstring(icons.star_row(rating))

    assert tree[1].get("width") == wide


def test_templates_ask_only_for_icons_of_the_set():
    asked = set()
    for page in TEMPLATES.rglob("*.html"):
        for part in page.read_text(encoding="utf-8").split('{% icon "')[1:]:
            asked.add(part.partition('"')[0])

    assert asked
    assert asked <= set(icons.ICONS)
