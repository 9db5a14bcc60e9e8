"""The desk of recipients' papers: two digits of each are shown; more only for a written reason."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import display

from logistics.customs import vault
from logistics.models import (
    ConsentText,
    CustomsAnswer,
    IdentityAccess,
    IdentityConsent,
    IdentityRule,
    ImportLimit,
    RecipientIdentity,
)

from . import cells, doing, filters
from .looking import Desk, Looking, Rows


class Accesses(Rows):
    model = IdentityAccess
    fields = ("read", "purpose", "by", "reason")
    ordering = ("-pk",)

    read = cells.dated("read_at", _("read"))


class Consents(Rows):
    model = IdentityConsent
    fields = ("text", "given", "by")
    ordering = ("-pk",)

    given = cells.dated("given_at", _("given"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("text")


@admin.register(RecipientIdentity)
class RecipientIdentityDesk(Looking):
    """What is sealed is never a column; opening it needs a permission and leaves a row."""

    deeds_need = "logistics.change_recipientidentity"
    actions_detail = ("open",)
    list_display = ("order_link", "masked", "rule", "asked", "deadline", "given", "erased")
    list_display_links = ("masked",)
    list_filter = (filters.period("asked_at", _("asked")), "rule")
    list_select_related = ("order",)
    search_fields = ("order__number",)
    ordering = ("-pk",)
    fields = (
        ("order_link", "masked", "key_id"),
        ("rule", "purpose"),
        ("asked", "reminded", "deadline"),
        ("given", "erased"),
    )
    inlines = (Accesses, Consents)

    asked = cells.dated("asked_at", _("asked"))
    reminded = cells.dated("reminded_at", _("reminded"))
    deadline = cells.dated("deadline_at", _("deadline"))
    given = cells.dated("given_at", _("given"))
    erased = cells.dated("erased_at", _("erased"))

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order")

    @display(description=_("order"), ordering="order__number")
    def order_link(self, identity):
        return cells.link(identity.order)

    @display(description=_("papers"))
    def masked(self, identity):
        if not identity.is_kept:
            return cells.NOTHING
        return f"•••••••• {identity.document_tail} · •••••••••• {identity.inn_tail}"

    @doing.leads(
        doing.Deed(
            title=_("Open the papers"),
            suits=lambda identity: identity.is_kept,
            icon="visibility",
            is_grave=True,
        )
    )
    def open(self, identity):
        return reverse("admin:logistics_recipientidentity_open", args=[identity.pk])

    def get_urls(self):
        view = self.admin_site.admin_view(self.open_view)
        name = "logistics_recipientidentity_open"
        return [path("<int:pk>/open/", view, name=name), *super().get_urls()]

    @method_decorator(never_cache)
    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, then show the papers on this one page; they go into no message and no log."""
        if not self.has_deed_permission(request):
            raise PermissionDenied
        identity = self.get_object(request, str(pk))
        if identity is None:
            raise Http404
        form = doing.Reason(request.POST or None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Open the papers"),
            "opts": self.model._meta,
            "identity": identity,
            "form": form,
            "back": reverse("admin:logistics_recipientidentity_change", args=[pk]),
        }
        if request.method == "POST" and form.is_valid():
            context["rows"] = _shown(identity, request, form.cleaned_data["text"])
        return TemplateResponse(request, "admin/papers.html", context)


def _shown(identity: RecipientIdentity, request: HttpRequest, reason: str):
    reading = vault.Reading(IdentityAccess.Purpose.OPERATOR, f"user:{request.user.pk}", reason)
    try:
        told = vault.read(identity, reading).as_told()
    except vault.CannotRead as missing:
        raise Http404 from missing
    return [
        (_("Full name"), told["full_name"]),
        (_("Date of birth"), told["birth_on"]),
        (_("Passport number"), f"{told['series']} {told['number']}"),
        (_("Issued on"), told["issued_on"]),
        (_("Issued by"), f"{told['issuer']}, {told['unit_code']}"),
        (_("INN"), told["inn"]),
    ]


@admin.register(IdentityAccess)
class IdentityAccessDesk(Looking):
    list_display = ("read", "identity", "purpose", "by", "reason")
    list_filter = ("purpose", filters.period("read_at", _("read")))
    list_select_related = ("identity__order",)
    search_fields = ("identity__order__number", "actor")
    ordering = ("-pk",)

    read = cells.dated("read_at", _("read"))


@admin.register(IdentityRule)
class IdentityRuleDesk(Desk):
    list_display = ("rule", "mode", "lane", "over_eur", "is_active", "valid_from", "source")
    ordering = ("rule",)


@admin.register(ConsentText)
class ConsentTextDesk(Looking):
    list_display = ("kind", "version", "text_ru", "valid_from", "source")
    ordering = ("kind", "-valid_from")


@admin.register(CustomsAnswer)
class CustomsAnswerDesk(Looking):
    """What each decision of the Russian window means, in the buyer's and in our words."""

    list_display = ("code", "word", "is_final", "buyer_ru", "desk_ru", "source")
    ordering = ("code",)


@admin.register(ImportLimit)
class ImportLimitDesk(Desk):
    list_display = ("rule", "kind", "hs_prefix", "most", "days", "is_active", "valid_from")
    list_filter = ("kind", "is_active")
    ordering = ("rule",)
