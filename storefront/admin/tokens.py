"""The desk of keys by which sellers' own systems speak; the keys themselves nobody can show."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from catalog import access
from catalog.models import AccessToken
from storefront.lib import clock

from . import cells, doing, filters
from .looking import Looking


@admin.register(AccessToken)
class TokenDesk(Looking):
    """Sellers make them; the desk looks, and takes back one that is abused."""

    deeds_need = "catalog.change_accesstoken"
    actions = ("revoke",)
    actions_detail = ("revoke",)
    list_display = ("name", "merchant", "made", "used", "revoked")
    list_filter = (
        ("seller", RelatedDropdownFilter),
        filters.period("created_at", _("made")),
    )
    list_select_related = ("seller",)
    search_fields = ("name", "seller__slug")
    ordering = ("-pk",)
    fieldsets = ((None, {"fields": (("name", "merchant"), ("made", "used", "revoked"), "by")}),)

    made = cells.dated("created_at", _("made"))
    revoked = cells.dated("revoked_at", _("revoked"))

    @display(description=_("seller"), ordering="seller__slug")
    def merchant(self, token):
        return cells.link(token.seller, token.seller.name)

    @display(description=_("last used"), ordering="used_on")
    def used(self, token):
        return cells.day(token.used_on)

    @doing.deed(
        doing.Deed(
            title=_("Revoke"),
            question=_("The seller's system is shut out at once. The reason stays in his history."),
            form=doing.Reason,
            suits=lambda token: token.revoked_at is None,
            icon="key_off",
            is_grave=True,
        )
    )
    def revoke(self, token, answers, hands):
        wall = clock.wall()
        reason = answers["text"]
        access.withdraw(token, reason=reason, actor=hands.actor, now=hands.now, now_wall=wall)
