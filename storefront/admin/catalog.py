"""The desk of goods: offers to approve, product cards, and the tables of reference."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog import listings
from catalog.models import (
    Attribute,
    Brand,
    Category,
    HsCode,
    Margin,
    Offer,
    OfferEvent,
    Product,
    Restriction,
    Seller,
    SellerMember,
    Variant,
)

from . import cells, doing
from .looking import Desk, Looking, Rows

OFFER_TONES = {"DRAFT": "", "REVIEW": "warn", "LIVE": "good", "REFUSED": "bad", "PAUSED": ""}


class OfferEvents(Rows):
    model = OfferEvent
    fields = ("when", "kind", "actor", "facts")
    ordering = ("-pk",)
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))
    facts = cells.detailed()


@admin.register(Offer)
class OfferDesk(Looking):
    """Offers; those in review are approved or refused here."""

    deeds_need = "catalog.change_offer"
    actions = ("approve", "refuse")
    actions_detail = ("approve", "refuse")
    list_display = ("article", "goods", "merchant", "yuan", "state_tag", "papers", "since")
    list_filter = (("state", ChoicesDropdownFilter), ("seller", RelatedDropdownFilter))
    list_select_related = ("variant__product", "seller")
    search_fields = ("article", "variant__slug", "variant__barcode", "seller__slug")
    ordering = ("-updated_at", "-pk")
    fieldsets = (
        (None, {"fields": ("article", "goods", "merchant", "yuan", "state_tag", "refusal")}),
        (_("Facts for customs and carriers"), {"fields": ("papers", "facts")}),
    )
    inlines = (OfferEvents,)

    yuan = cells.priced("price", _("price"))
    state_tag = cells.stated(OFFER_TONES)
    since = cells.dated("updated_at", _("changed"))

    @display(description=_("goods"), ordering="variant__slug")
    def goods(self, offer):
        title = f"{offer.variant.product.title} {offer.variant.memory} {offer.variant.colour}"
        return cells.link(offer.variant, title)

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, offer):
        return cells.link(offer.seller, offer.seller.name)

    @display(description=_("HS code and origin"))
    def papers(self, offer):
        return f"{offer.variant.hs_code or cells.NOTHING} {offer.variant.origin}"

    @display(description=_("facts"))
    def facts(self, offer):
        goods = offer.variant
        return cells.lines(
            [
                _("%(net)s g net, %(gross)s g with the box")
                % {"net": goods.net_weight_g, "gross": goods.weight_g},
                f"{goods.length_mm} × {goods.width_mm} × {goods.height_mm} mm",
                f"{goods.get_battery_kind_display()} {goods.battery_wh or ''}",
                goods.fsb_notification,
            ]
        )

    @doing.deed(
        doing.Deed(
            title=_("Approve"),
            question=_("These offers go into the shop at once. Approve them?"),
            suits=lambda offer: offer.state == Offer.State.REVIEW,
            icon="check",
        )
    )
    def approve(self, offer, answers, hands):
        listings.approve(offer, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Refuse"),
            question=_("The sellers will read the reason. Refuse these offers?"),
            form=doing.Reason,
            suits=lambda offer: offer.state == Offer.State.REVIEW,
            icon="block",
            is_grave=True,
        )
    )
    def refuse(self, offer, answers, hands):
        listings.refuse(offer, reason=answers["text"], actor=hands.actor, now=hands.now)


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


class Members(Rows):
    model = SellerMember
    fields = ("who", "role")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")

    @display(description=_("user"))
    def who(self, member):
        return cells.email(member.user.email)


@admin.register(Seller)
class SellerDesk(Looking):
    list_display = ("name_now", "slug", "city", "zone", "commission", "live_n", "is_open")
    list_filter = ("is_open", "zone", "is_demo")
    search_fields = ("slug", "name_zh", "name_ru", "name_en", "uscc")
    ordering = ("slug",)
    inlines = (Members,)

    live_n = cells.counted("live_n", _("offers in the shop"))

    def get_queryset(self, request):
        live = Count("offers", filter=Q(offers__state=Offer.State.LIVE))
        return super().get_queryset(request).annotate(live_n=live)

    @display(description=_("seller"), ordering="name_ru")
    def name_now(self, seller):
        return seller.name

    @display(description=_("commission"), ordering="commission_bps")
    def commission(self, seller):
        return cells.percent(seller.commission_bps)


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


@admin.register(Restriction)
class RestrictionDesk(Desk):
    list_display = ("rule", "mode", "battery_kind", "hs_prefix", "valid_from", "valid_until")
    list_filter = ("mode", ("battery_kind", ChoicesDropdownFilter))
    search_fields = ("rule", "reason_ru", "source")
    ordering = ("rule",)


@admin.register(OfferEvent)
class OfferEventDesk(Looking):
    list_display = ("when", "offer", "kind", "actor", "facts")
    list_filter = ("kind",)
    list_select_related = ("offer",)
    search_fields = ("offer__article", "actor")
    ordering = ("-pk",)

    when = cells.dated("happened_at", _("happened"))
    facts = cells.detailed()
