"""What of listed goods may still be put right while nobody shares it: colour, memory, model."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import colours, composing, matching, search
from catalog.models import Brand, Offer, Product, Variant
from storefront.lib import locks
from storefront.lib.refusal import Refusal


class Shared(Refusal):
    """Others sell these goods too, or somebody has bought them: they stay what they are."""

    code = "shared"


class SameGoods(Refusal):
    """There are goods like that already; `facts["field"]` names what would have to differ."""

    code = "same_goods"


@dataclass(frozen=True)
class Label:
    """What goods shall be called; an empty model stays, so does the look unless it is told."""

    model: str = ""
    colour: str = ""
    ram_gb: int | None = None
    storage_gb: int | None = None
    has_look: bool = False


def put_right(offer: Offer, label: Label) -> bool:
    """Give goods another label; whether anything changed.

    Locks: as `relabel` and `rename`.
    Raises: Shared, SameGoods.
    """
    memory = {"ram_gb": label.ram_gb, "storage_gb": label.storage_gb}
    is_other = label.has_look and relabel(offer, colour=label.colour, **memory)
    is_renamed = bool(label.model) and rename(offer, model=label.model)
    return is_other or is_renamed


def owns_variant(offer: Offer) -> bool:
    """Whether the seller alone sells this variant."""
    return not Offer.objects.filter(variant=offer.variant_id).exclude(pk=offer.pk).exists()


def owns_card(offer: Offer) -> bool:
    """Whether the seller alone sells goods of this card."""
    card = offer.variant.product_id
    return not Offer.objects.filter(~Q(seller=offer.seller_id), variant__product=card).exists()


def may_rename(offer: Offer) -> bool:
    """Whether the model itself may be put right: once somebody bought it, it stays."""
    return owns_card(offer) and not offer.variant.product.sold_quantity


@transaction.atomic
def relabel(offer: Offer, *, colour: str, ram_gb: int | None, storage_gb: int | None) -> bool:
    """Put colour and memory of a variant right; whether anything changed. Its address stays.

    Locks: the brand, as whoever makes its cards does, then the variant and its product.
    Raises: Shared; SameGoods, if the card has such a variant already.
    """
    card = offer.variant.product
    locks.row(Brand.objects.all(), card.brand_id)
    variant = locks.row(Variant.objects.all(), offer.variant_id)
    memory = {"ram_gb": ram_gb, "storage_gb": storage_gb}
    told = {} if matching.is_colour(variant, colour) else vars(colours.read(colour))
    wanted = {**told, **memory}
    if all(getattr(variant, name) == value for name, value in wanted.items()):
        return False
    if not owns_variant(offer):
        raise Shared(_("Others sell these goods too: colour and memory stay as they are."))
    for name, value in wanted.items():
        setattr(variant, name, value)
    others = Variant.objects.filter(product=card).exclude(pk=variant.pk)
    if matching.find(variant, others) is not None:
        text = _("The card has this colour and memory already: sell that variant instead.")
        raise SameGoods(text, field="colour")
    variant.save(update_fields=list(wanted))
    search.touch([card.pk])
    return True


@transaction.atomic
def rename(offer: Offer, *, model: str) -> bool:
    """Put the model of a card right, its composed texts with it; whether anything changed.

    Locks: the brand, as whoever makes its cards does, then the product.
    Raises: Shared; SameGoods, if the brand has such a card already.
    """
    brand = locks.row(Brand.objects.all(), offer.variant.product.brand_id)
    card = locks.row(Product.objects.all(), offer.variant.product_id)
    makers = (brand.name, brand.name_zh)
    plain = matching.model_name(model, *makers)
    if plain in (card.model, matching.model_name(card.model, *makers)):
        return False
    if not may_rename(offer):
        raise Shared(_("Others sell this model too, or it was bought already: it stays as it is."))
    others = Product.objects.filter(brand=brand).exclude(pk=card.pk)
    models = others.values_list("model", flat=True)
    if matching.same(plain) in {matching.same(other, *makers) for other in models}:
        raise SameGoods(_("There is a card of this model already: sell that one."), field="model")
    card.model = plain
    card.save(update_fields=["model", *composing.dress(card)])
    search.touch([card.pk])
    return True
