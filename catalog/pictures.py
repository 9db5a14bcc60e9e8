"""Which picture shows goods: the seller's own, or a drawing from the device's measures."""

import json
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from catalog import drawings
from catalog.models import Offer, Picture, Product, Variant

# Counted up when the pen changes, so that browsers fetch drawings they keep for a year anew.
PEN = 1
FIRST_VIEW = "front_and_back"
PLAIN = {"length_mm": 150.0, "width_mm": 72.0, "thickness_mm": 8.0}


@dataclass(frozen=True)
class Face:
    """What a card shows of a product: a seller's picture, or the drawing of a variant."""

    variant: str
    version: str
    image: str = ""


def with_faces(goods: QuerySet[Product]) -> QuerySet[Any]:
    """Let each product carry the facts of its face, within the query that lists it."""
    sold = Variant.objects.filter(product=OuterRef("pk"), offers__state=Offer.State.LIVE)
    image = Picture.objects.filter(variant=OuterRef("pk")).order_by("position", "pk")
    facts = JSONObject(
        slug="slug",
        colour="colour_hex",
        colour_2="colour_hex_2",
        image=Subquery(image.values("image")[:1]),
    )
    return goods.annotate(
        face_facts=Subquery(sold.order_by("position", "pk").values(face=facts)[:1])
    )


def with_images(variants: QuerySet[Variant]) -> QuerySet[Any]:
    """Let each variant carry the names of its sellers' pictures."""
    images = Picture.objects.filter(variant=OuterRef("pk")).order_by("position", "pk")
    return variants.annotate(images=ArraySubquery(images.values("image")))


def face(product: Any) -> Face | None:
    """Give the face of a product listed by `with_faces`; None when nothing of it is sold."""
    facts = product.face_facts
    if not facts:
        return None
    version = _version(product.shape, facts["colour"], facts["colour_2"])
    return Face(facts["slug"], version, facts["image"] or "")


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
