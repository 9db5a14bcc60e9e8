"""The desk of goods: product cards, their variants, and the tables of reference."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog.models import (
    Attribute,
    Brand,
    Category,
    FormerPriceRule,
    HsCode,
    Margin,
    Offer,
    Product,
    Restriction,
    Variant,
)

from . import cells
from .looking import Desk, Looking, Rows
from .offers import OFFER_TONES


class Variants(Rows):
    model = Variant
    fields = ("name", "barcode", "hs_code", "origin", "weight", "battery_kind", "fsb_notification")
    ordering = ("position",)

    weight = cells.counted("weight_g", _("weight with box, g"))

    @display(description=_("variant"))
    def name(self, variant):
        return cells.link(variant, f"{variant.memory} {variant.colour}".strip() or variant.slug)


@admin.register(Product)
class ProductDesk(Looking):
    list_display = ("title_now", "brand", "category", "variants_n", "live_n", "yuan", "is_listed")
    list_filter = (
        "is_listed",
        ("kind", ChoicesDropdownFilter),
        ("brand", RelatedDropdownFilter),
        ("category", RelatedDropdownFilter),
    )
    list_select_related = ("brand", "category")
    search_fields = ("slug", "model", "title_ru", "title_zh", "title_en")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("title_ru", "title_zh", "title_en", "brand", "category", "model")}),
        (_("In the shop"), {"fields": ("is_listed", "listed_at", "yuan", "harbin_quantity")}),
        (_("Properties"), {"fields": ("specs", "description_ru")}),
    )
    inlines = (Variants,)

    variants_n = cells.counted("variants_n", _("variants"))
    live_n = cells.counted("live_n", _("offers in the shop"))

    def get_queryset(self, request):
        live = Q(variants__offers__state=Offer.State.LIVE)
        return (
            super()
            .get_queryset(request)
            .defer("search_text", "search_vector", "facets")
            .annotate(
                variants_n=Count("variants", distinct=True),
                live_n=Count("variants__offers", filter=live, distinct=True),
            )
        )

    @display(description=_("product"), ordering="slug")
    def title_now(self, product):
        return product.title

    @display(description=_("best price"), ordering="best_price_cny")
    def yuan(self, product):
        price = product.best_price_cny
        return cells.NOTHING if price is None else cells.figure(cells.yuan(price))


class Offers(Rows):
    model = Offer
    fields = ("who", "yuan", "state_tag", "since")
    ordering = ("price",)

    yuan = cells.priced("price", _("price"))
    state_tag = cells.stated(OFFER_TONES)
    since = cells.dated("updated_at", _("changed"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("seller")

    @display(description=_("seller"))
    def who(self, offer):
        return cells.link(offer, offer.seller.name)


@admin.register(Variant)
class VariantDesk(Looking):
    list_display = ("slug", "product", "barcode", "hs_code", "origin", "weight", "battery_kind")
    list_filter = (("battery_kind", ChoicesDropdownFilter),)
    list_select_related = ("product",)
    search_fields = ("slug", "barcode", "hs_code", "fsb_notification")
    ordering = ("-pk",)
    inlines = (Offers,)

    weight = cells.counted("weight_g", _("weight with box, g"))


@admin.register(Brand)
class BrandDesk(Desk):
    list_display = ("name", "name_zh", "slug", "aliases")
    search_fields = ("name", "name_zh", "slug")
    ordering = ("name",)


@admin.register(Category)
class CategoryDesk(Desk):
    list_display = ("slug", "title_ru", "title_zh", "title_en", "parent", "position")
    list_select_related = ("parent",)
    search_fields = ("slug", "title_ru", "title_zh", "title_en")
    ordering = ("parent_id", "position")


@admin.register(Attribute)
class AttributeDesk(Desk):
    list_display = ("key", "title_ru", "title_zh", "title_en", "data_type", "is_facet")
    list_filter = ("data_type", "is_facet")
    ordering = ("position",)


@admin.register(HsCode)
class HsCodeDesk(Desk):
    list_display = ("code", "title_ru", "needs_fsb", "is_high_priority", "valid_from", "source")
    list_filter = ("needs_fsb", "is_high_priority")
    search_fields = ("code", "title_ru", "title_zh", "title_en")
    ordering = ("code",)


@admin.register(Margin)
class MarginDesk(Desk):
    list_display = ("kind", "rate", "valid_from", "valid_until", "source")
    ordering = ("kind", "-valid_from")

    @display(description=_("margin"), ordering="rate_bps")
    def rate(self, margin):
        return cells.percent(margin.rate_bps)


@admin.register(FormerPriceRule)
class FormerPriceRuleDesk(Desk):
    list_display = (
        *("lowest_of_days", "asked_at_least_days", "told_for_days"),
        *("valid_from", "valid_until", "source"),
    )
    ordering = ("-valid_from",)


@admin.register(Restriction)
class RestrictionDesk(Desk):
    list_display = ("rule", "mode", "battery_kind", "hs_prefix", "valid_from", "valid_until")
    list_filter = ("mode", ("battery_kind", ChoicesDropdownFilter))
    search_fields = ("rule", "reason_ru", "source")
    ordering = ("rule",)
