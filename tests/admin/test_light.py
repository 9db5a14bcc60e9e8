"""Desks are as light as pages of the shop: what is sent in the place of Unfold's heavy files."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests import icons

SHADOWS = icons.ROOT / "storefront/shadows"
SENT = [
    path.relative_to(SHADOWS)
    for path in sorted(SHADOWS.rglob("*"))
    if path.suffix in {".css", ".js", ".woff2"}
]


@pytest.mark.parametrize("file", SENT, ids=str)
def test_each_light_file_stands_before_a_heavy_one(file: Path) -> None:
    """An Unfold or Django that names its file otherwise would send the heavy one again."""
    first, *others = finders.find(str(file), find_all=True)
    assert Path(first) == SHADOWS / file
    assert others
    assert Path(others[0]).stat().st_size > Path(first).stat().st_size


def test_every_icon_that_is_named_is_in_the_font() -> None:
    kept = set(icons.NAMES.read_text(encoding="utf-8").split())
    missing = icons.named(icons.installed()) - kept
    assert not missing, f"{missing}: run tests/icons.py, as it says"


def test_an_icon_is_found_wherever_it_is_named() -> None:
    lines = (
        'icon="check"',
        '"icon": "gavel"',
        '"SITE_SYMBOL": "waves"',
        'entry(_("Orders"), "receipt_long", "orders.order")',
        '<span class="material-symbols-outlined md-18">search</span>',
        '.date-icon:after{content:"calendar_today"}',
    )
    found = {"".join(groups) for line in lines for groups in icons.NAMED.findall(line)}
    assert found == {"check", "gavel", "waves", "receipt_long", "search", "calendar_today"}
