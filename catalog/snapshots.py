"""What an offer showed at one moment, and how two such moments differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Attribute, Battery, Offer, OfferEvent, Variant
from storefront.lib import kept

Snapshot = Mapping[str, str]
CUSTOMS = (
    *("hs_code", "origin", "net_weight_g", "weight_g", "length_mm", "width_mm", "height_mm"),
    *("battery_kind", "battery_wh", "fsb_notification"),
)
TEXTS = (
    *("title_ru", "title_zh", "title_en"),
    *("description_ru", "description_zh", "description_en"),
)
PICTURES = "pictures"
SPECS = "specs."
KIND, KEPT = "APPROVED", "snapshot"


@dataclass(frozen=True)
class Change:
    """One fact of an offer, as it was approved and as it is; pictures stand one name a line."""

    key: str
    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def with_goods(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Load with offers what `take` looks at: a fixed number of queries."""
    rows = offers.select_related("seller", "variant__product__category", "variant__product__brand")
    return rows.prefetch_related("variant__pictures")


def take(offer: Offer) -> dict[str, str]:
    """Write down everything that an operator looks at before he approves."""
    variant, card = offer.variant, offer.variant.product
    shown = sorted(variant.pictures.all(), key=lambda row: (row.position, row.pk))
    return {
        "price": str(offer.price.amount),
        **{name: getattr(card, name) for name in TEXTS},
        "category": card.category.slug,
        **dict(zip(CUSTOMS, customs(variant), strict=True)),
        "barcode": variant.barcode,
        **{f"{SPECS}{key}": _said(value) for key, value in sorted(card.specs.items())},
        PICTURES: "\n".join(str(row.image.name) for row in shown),
    }


def customs(variant: Variant) -> tuple[str, ...]:
    """Give the facts that customs and carriers are told, in the order of CUSTOMS."""
    return tuple(_said(getattr(variant, name)) for name in CUSTOMS)


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def approved(keys: Iterable[int]) -> dict[int, Snapshot]:
    """Find what was approved last of each offer; one query."""
    rows = OfferEvent.objects.filter(
        offer__in=list(keys), kind=KIND, detail__has_key=KEPT
    ).order_by("offer_id", "-pk")
    found = rows.distinct("offer_id").values_list("offer_id", "detail")
    return {key: detail[KEPT] for key, detail in found}


def compare(before: Snapshot, after: Snapshot) -> list[Change]:
    """Lay two moments side by side; what is empty in both is left out."""
    names = _names()
    keys = [*after, *(key for key in before if key not in after)]
    rows = [
        Change(
            key, _label(key, names), *(_told(key, side.get(key, "")) for side in (before, after))
        )
        for key in keys
    ]
    return [row for row in rows if row.before or row.after]


def _label(key: str, names: Mapping[str, str]) -> str:
    if key.startswith(SPECS):
        attribute = _attributes().get(key.removeprefix(SPECS))
        return attribute.title if attribute else key.removeprefix(SPECS)
    return names.get(key, key)


def _told(key: str, value: str) -> str:
    """A stored value as people read it."""
    if key == "battery_kind" and value in Battery.values:
        return str(Battery(value).label)
    attribute = _attributes().get(key.removeprefix(SPECS)) if key.startswith(SPECS) else None
    if attribute and attribute.data_type == Attribute.Type.BOOL:
        return {"1": _("yes"), "0": _("no")}.get(value, value)
    return value


@kept.for_a_minute
def _attributes() -> dict[str, Attribute]:
    return {row.key: row for row in Attribute.objects.all()}


def _names() -> dict[str, str]:
    return {
        "price": _("price"),
        "title_ru": _("Russian title"),
        "title_zh": _("Chinese title"),
        "title_en": _("English title"),
        "description_ru": _("Russian description"),
        "description_zh": _("Chinese description"),
        "description_en": _("English description"),
        "category": _("category"),
        "hs_code": _("HS code"),
        "origin": _("country of origin"),
        "net_weight_g": _("net weight, g"),
        "weight_g": _("weight with box, g"),
        "length_mm": _("box length, mm"),
        "width_mm": _("box width, mm"),
        "height_mm": _("box height, mm"),
        "battery_kind": _("kind of battery"),
        "battery_wh": _("battery, Wh"),
        "fsb_notification": _("FSB notification"),
        "barcode": _("barcode"),
        PICTURES: _("pictures"),
    }
