"""Every text can be read on every ground it stands on, in light and in dark (WCAG 2.2 AA)."""

import re
from itertools import product
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "storefront" / "static" / "storefront"
TOKENS = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "surface", "sunken")
TEXTS = ("ink", "ink-2", "ink-3", "river-ink", "good", "warn", "bad")
PAIRS = [
    *product(TEXTS, GROUNDS),
    *product(("ink", "ink-2", "ink-3", "river-ink"), ("river-tint",)),
    ("on-ember", "ember"),
    ("on-ember", "ember-hover"),
    ("on-river", "river"),
    ("on-river", "river-hover"),
    ("on-bad", "bad"),
    ("ember-ink", "ember-tint"),
    ("good", "good-tint"),
    ("warn", "warn-tint"),
    ("bad", "bad-tint"),
    ("ink", "river-line"),
]
EDGES = [
    *product(("field-line", "river", "focus"), ("paper", "surface")),
    ("good", "surface"),
    ("bad", "surface"),
]


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", text))


LIGHT = colours(TOKENS.partition("@media")[0])
DARK = LIGHT | colours(TOKENS.partition("prefers-color-scheme: dark")[2])


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(theme, text, ground):
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edge_of_a_control_can_be_seen(theme, edge, ground):
    assert contrast(theme[edge], theme[ground]) >= 3


FLOOR = {"station", "sound", "scan"}  # scripts of the centre's floor alone
ROOMS = {  # what a page loads beside the common sheets, and how much that may be in all
    ("shelves", "shop"): 44 * 1024,
    ("shop", "desk"): 56 * 1024,
}
SHEETS = [file for file in (STATIC / "css").glob("*.css") if file.stem != "admin"]


def test_style_and_behaviour_stay_small():
    sheets = {file.stem: file.stat().st_size for file in SHEETS}
    common = sum(sheets[stem] for stem in sheets.keys() - set().union(*ROOMS))
    for stems, most in ROOMS.items():
        assert common + sum(sheets[stem] for stem in stems) <= most
    sizes = {file.stem: file.stat().st_size for file in (STATIC / "js").glob("*.js")}
    assert sum(size for stem, size in sizes.items() if stem not in FLOOR) <= 12 * 1024
    assert sum(sizes[stem] for stem in FLOOR) <= 8 * 1024


def test_style_uses_only_tokens_that_exist():
    known = set(re.findall(r"--([\w-]+):", TOKENS))
    for file in SHEETS:
        asked = set(re.findall(r"var\(--([\w-]+)\)", file.read_text(encoding="utf-8")))
        assert asked <= known
