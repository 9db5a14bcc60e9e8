"""Which picture shows goods: the seller's own, or a drawing from the device's measures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.contrib.postgres.expressions import ArraySubquery
from django.core.files.storage import default_storage
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from catalog import drawings, uploads
from catalog.models import Offer, Picture, Product, Variant

# Counted up when the pen changes, so that browsers fetch drawings they keep for a year anew.
PEN = 1
FIRST_VIEW = "front_and_back"
PLAIN = {"length_mm": 150.0, "width_mm": 72.0, "thickness_mm": 8.0}
FALLBACK = 640  # the width that browsers without srcset load
SQUARE = 400


@dataclass(frozen=True)
class Sources:
    """What components/picture.html needs of one picture; without WebP it is a plain image.

    Units: `width` and `height` are those of the picture, for its proportions, px.
    """

    fallback: str
    webp_srcset: str = ""
    jpeg_srcset: str = ""
    width: int = SQUARE
    height: int = SQUARE


def sources(name: str, widths: Sequence[int] = (), *, width: int = 0, height: int = 0) -> Sources:
    """Give the addresses of a stored picture in all sizes it is kept in.

    One that was stored before sizes were kept is its own single source.
    """
    webp, jpeg = ({each: _sized(name, each, end) for each in widths} for end in uploads.ENDS)
    wide, high = width or SQUARE, height or SQUARE
    if not webp:
        return Sources(default_storage.url(name), width=wide, height=high)
    middle = next((each for each in sorted(webp) if each >= FALLBACK), max(webp))
    return Sources(jpeg[middle], _srcset(webp), _srcset(jpeg), width=wide, height=high)


def sources_of(row: Any) -> Sources:
    """Give the addresses of a picture that was read as a row."""
    return sources(row.image.name, row.widths, width=row.width, height=row.height)


def smallest(row: Any) -> str:
    """Give the address of a stored picture in the size for lists, in which it is a stamp."""
    if not row.widths:
        return str(default_storage.url(row.image.name))
    return _sized(row.image.name, min(row.widths), uploads.ENDS[0])


def plain(url: str) -> Sources:
    """Give a drawing, or whatever has one address, as the same thing."""
    return Sources(url)


def _sized(name: str, width: int, end: str) -> str:
    return default_storage.url(f"{name.rpartition('-')[0]}-{width}{end}")


def _srcset(urls: dict[int, str]) -> str:
    return ", ".join(f"{url} {width}w" for width, url in sorted(urls.items()))


@dataclass(frozen=True)
class Face:
    """What a card shows of a product: a seller's picture, or the drawing of a variant."""

    variant: str
    version: str
    image: str = ""
    widths: tuple[int, ...] = ()
    width: int = 0
    height: int = 0

    @property
    def sources(self) -> Sources | None:
        """The seller's picture, if there is one."""
        if not self.image:
            return None
        return sources(self.image, self.widths, width=self.width, height=self.height)


SHOT = JSONObject(image="image", widths="widths", width="width", height="height")


def with_faces(goods: QuerySet[Product]) -> QuerySet[Any]:
    """Let each product carry the facts of its face, within the query that lists it."""
    sold = Variant.objects.filter(product=OuterRef("pk"), offers__state=Offer.State.LIVE)
    image = Picture.objects.filter(variant=OuterRef("pk")).order_by("position", "pk")
    facts = JSONObject(
        slug="slug",
        colour="colour_hex",
        colour_2="colour_hex_2",
        shot=Subquery(image.values(shot=SHOT)[:1]),
    )
    return goods.annotate(
        face_facts=Subquery(sold.order_by("position", "pk").values(face=facts)[:1])
    )


def with_images(variants: QuerySet[Variant]) -> QuerySet[Any]:
    """Let each variant carry the names of its sellers' pictures, and `shots` to make sources of."""
    rows = Picture.objects.filter(variant=OuterRef("pk")).order_by("position", "pk")
    return variants.annotate(
        images=ArraySubquery(rows.values("image")), shots=ArraySubquery(rows.values(shot=SHOT))
    )


def shots(variant: Any) -> list[Sources]:
    """Give the pictures of a variant read by `with_images`, the first first; its own alone."""
    return [
        sources(shot["image"], shot["widths"], width=shot["width"], height=shot["height"])
        for shot in variant.shots
    ]


def face(product: Any) -> Face | None:
    """Give the face of a product listed by `with_faces`; None when nothing of it is sold."""
    facts = product.face_facts
    if not facts:
        return None
    version = _version(product.shape, facts["colour"], facts["colour_2"])
    shot = facts["shot"] or {}
    return Face(
        facts["slug"],
        version,
        image=shot.get("image", ""),
        widths=tuple(shot.get("widths", ())),
        width=shot.get("width", 0),
        height=shot.get("height", 0),
    )


def version(variant: Variant) -> str:
    """Name what a drawing of this variant is made of."""
    return _version(variant.product.shape, variant.colour_hex, variant.colour_hex_2)


def _version(shape: dict[str, Any], colour: str, colour_2: str) -> str:
    facts = json.dumps([PEN, shape, colour, colour_2], sort_keys=True)
    return f"{crc32(facts.encode()):08x}"


def views(variant: Variant) -> tuple[str, ...]:
    """Give the views in which a variant is drawn, the first for cards."""
    return drawings.views(variant.product.kind)


def draw(variant: Variant, *, view: str) -> str:
    """Draw a variant.

    Raises: ValueError, if there is no such view.
    """
    return drawings.draw(shape(variant), view=view)


def shape(variant: Variant) -> drawings.Shape:
    """Give what is drawn; measures a seller left out are those of a plain device of its kind."""
    product = variant.product
    facts = product.shape
    return drawings.Shape(
        kind=product.kind,
        **{name: _measure(facts.get(name)) or plain for name, plain in PLAIN.items()},
        screen_inch=_measure(facts.get("screen_inch")),
        cameras=min(int(_measure(facts.get("cameras"))), 5),
        camera_layout=_word(facts.get("camera_layout"), drawings.LAYOUTS),
        front_cut=_word(facts.get("front_cut"), drawings.CUTS),
        colour=variant.colour_hex.lower(),
        colour_2=variant.colour_hex_2.lower(),
    )


def _measure(value: object) -> float:
    try:
        return max(float(str(value)), 0.0)
    except ValueError:
        return 0.0


def _word(value: object, known: tuple[str, ...]) -> str:
    return str(value) if value in known else "none"
