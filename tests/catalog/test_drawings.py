"""Pictures of devices are whole, small, harmless and the same each time."""

from dataclasses import replace
from itertools import product

import pytest
from lxml import etree

from catalog import drawings
from catalog.drawings import Shape
from catalog.drawings.cameras import lenses

SVG = "{http://www.w3.org/2000/svg}"
LIMIT_BYTES = 6 * 1024
MEASURES = {
    "phone": (161.2, 74.2, 8.0, 6.67),
    "tablet": (251.2, 173.4, 6.2, 11.2),
    "earbuds": (62.2, 47.2, 21.8, 0),
    "headphones": (200, 170, 80, 0),
    "watch": (46, 39, 9.7, 1.96),
    "band": (46.5, 21.6, 10.9, 1.62),
    "charger": (67, 38, 38, 0),
    "power_bank": (144.9, 69.9, 15.7, 0),
    "cable": (180, 60, 15, 0),
    "stylus": (166, 8.9, 8.9, 0),
    "keyboard": (250, 120, 8, 0),
    "case": (152, 74, 11, 0),
    "hub": (110, 40, 14, 0),
    "speaker": (178, 72, 68, 0),
}


def shape(kind: str = "phone", **changes: object) -> Shape:
    length, width, thickness, screen = MEASURES[kind]
    values = {"length_mm": length, "width_mm": width, "thickness_mm": thickness}
    return Shape(kind=kind, **{**values, "screen_inch": screen, **changes})


def parse(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode(), parser)


def check(text: str) -> None:
    tree = parse(text)
    assert tree.tag == f"{SVG}svg"
    assert tree.get("viewBox") == "0 0 400 400"
    assert len(text.encode()) <= LIMIT_BYTES
    names = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(names) == len(set(names))
    for element in tree.iter():
        assert element.tag not in {f"{SVG}style", f"{SVG}script", f"{SVG}image"}
        for key, value in element.items():
            assert key not in {"style", "class"}
            assert not key.startswith("on")
            for part in value.split("url(#")[1:]:
                assert part.partition(")")[0] in names
            if key == "href":
                assert value.removeprefix("#") in names


@pytest.mark.parametrize(("kind", "view"), list(product(drawings.KINDS, drawings.VIEWS)))
def test_every_kind_is_drawn_in_every_view(kind, view):
    check(drawings.draw(shape(kind), view=view))


@pytest.mark.parametrize(
    ("layout", "cameras", "kind"),
    list(product(drawings.LAYOUTS, (0, 1, 2, 3, 4, 5), ("phone", "tablet"))),
)
def test_every_camera_layout_is_drawn(layout, cameras, kind):
    seen = shape(kind, camera_layout=layout, cameras=cameras, front_cut="island")

    text = drawings.draw(seen)

    check(text)
    plain = drawings.draw(replace(seen, cameras=0))
    drawn = 0 if layout == "none" else cameras
    assert text.count("<use ") - plain.count("<use ") == drawn


@pytest.mark.parametrize("layout", drawings.LAYOUTS)
def test_phone_that_opens_like_a_book_keeps_its_cameras_off_the_spine(layout):
    book = shape(length_mm=156.6, width_mm=144.1, cameras=4, camera_layout=layout)

    check(drawings.draw(book))
    if layout not in {"bar", "strip", "island"}:
        assert all(x + 6 < book.width_mm / 2 for x, _ in lenses(book))


@pytest.mark.parametrize("cut", drawings.CUTS)
def test_every_cut_of_the_screen_looks_different(cut):
    plain = drawings.draw(shape(front_cut="none"), view="front")

    text = drawings.draw(shape(front_cut=cut), view="front")

    check(text)
    assert (marks(text) == marks(plain)) == (cut == "none")


def marks(text: str) -> list[tuple[str, str | None]]:
    return [(element.tag, element.get("d")) for element in parse(text).iter()]


def test_same_shape_gives_the_same_picture():
    one = drawings.draw(shape(camera_layout="ring", cameras=4))

    assert drawings.draw(shape(camera_layout="ring", cameras=4)) == one


def test_two_pictures_share_no_names_on_one_page():
    pictures = [drawings.draw(shape(colour=colour)) for colour in ("#aa0000", "#00aa00")]

    names = [
        {element.get("id") for element in parse(text).iter() if element.get("id")}
        for text in pictures
    ]

    assert names[0].isdisjoint(names[1])


def test_longer_phone_is_drawn_taller():
    heights = []
    for length in (140.0, 165.0):
        tree = parse(drawings.draw(shape(length_mm=length), view="back"))
        moves = [element.get("transform", "") for element in tree.iter(f"{SVG}g")]
        scale = next(move for move in moves if "scale(" in move).split("scale(")[1].rstrip(")")
        heights.append(length * float(scale))

    assert heights[0] < heights[1] <= drawings.ROOM_HIGH


def test_side_shows_the_true_thickness():
    wide = {}
    for thickness in (6.0, 12.0):
        tree = parse(drawings.draw(shape(thickness_mm=thickness), view="side"))
        found = [element.get("height") for element in tree.iter(f"{SVG}rect")]
        wide[thickness] = str(int(thickness)) in found

    assert wide == {6.0: True, 12.0: True}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "toaster"},
        {"camera_layout": "heap"},
        {"front_cut": "hatch"},
        {"colour": "red"},
        {"colour_2": '#000000"/><script>'},
        {"length_mm": 0},
        {"cameras": 6},
    ],
)
def test_what_makes_no_picture_is_refused(wrong):
    values = {"kind": "phone", "length_mm": 160, "width_mm": 75, "thickness_mm": 8}

    with pytest.raises(ValueError, match=r"."):
        Shape(**{**values, **wrong})


def test_unknown_view_is_refused():
    with pytest.raises(ValueError, match="from above"):
        drawings.draw(shape(), view="from above")


def test_views_of_a_kind_differ():
    for kind in drawings.KINDS:
        pictures = [drawings.draw(shape(kind), view=view) for view in drawings.views(kind)]
        bodies = [text.replace(text[text.index(' id="') :][5:14], "") for text in pictures]
        assert len(set(bodies)) == len(bodies)
