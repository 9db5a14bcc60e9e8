"""The families buyers choose colours by."""

import pytest

from catalog import colours
from storefront.lib import csvs


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("曜石黑", "black"),
        ("тёмно-серый", "grey"),
        ("серебристо-голубой", "blue"),
        ("Space Gray", "grey"),
        ("星河银", "silver"),
        ("钛金属灰", "grey"),
        ("Titan Blue", "blue"),
        ("алый", "red"),
        ("Mystic Lilac", "purple"),
        ("фисташковый", "green"),
        ("Phantom Silver", "silver"),
        ("ZX-81", ""),
        ("", ""),
    ],
)
def test_name_in_any_language_tells_its_family(name, family):
    colour = colours.read(name)

    assert colours.family(colour.colour_key, colour.colour_hex) == family


def test_unknown_name_is_painted_like_its_family():
    assert colours.read("Mystic Lilac").colour_hex == colours.read("purple").colour_hex
    assert colours.read("ZX-81").colour_hex == colours.GREY[0]


@pytest.mark.parametrize(
    ("paint", "family"),
    [("#000000", "black"), ("#FFFFFF", "white"), ("#ff0000", "red"), ("#zzz", ""), ("#8a8f98", "")],
)
def test_paint_alone_tells_the_nearest_family(paint, family):
    assert colours.family(paint) == family


def test_every_known_colour_has_a_family_that_exists():
    known = {each.key for each in colours.families()}

    assert {row["family"] for row in csvs.read(colours.FOLDER / "colours.csv")} <= known
    assert len(known) == 14
