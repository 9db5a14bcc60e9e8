"""The desk of sellers: firms that apply, what a machine says of them, and those that sell here."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from catalog import applications, papers
from catalog.models import (
    ApplicationEvent,
    ApplicationPaper,
    Offer,
    Seller,
    SellerApplication,
    SellerEvent,
    SellerMember,
)
from storefront.flows import joining
from storefront.lib import clock

from . import cells, doing, filters
from .looking import Looking, Rows

State = SellerApplication.State
TONES = {"DRAFT": "", "SUBMITTED": "warn", "RETURNED": "river", "APPROVED": "good"}
TONES |= {"REFUSED": "bad"}
FIRM = ("name_zh", "name_en", "name_ru", "about_zh", "uscc", "licence", "city", "zone")


class Members(Rows):
    model = SellerMember
    fields = ("who", "role")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")

    @display(description=_("user"))
    def who(self, member):
        return cells.email(member.user.email)


class SellerEvents(Rows):
    model = SellerEvent
    fields = ("when", "kind", "by", "facts")
    ordering = ("-pk",)
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))

    @display(description=_("detail"))
    def facts(self, event):
        told = {**event.detail}
        if "email" in told:
            told["email"] = cells.email(told["email"])
        return cells.lines([f"{name}: {value}" for name, value in sorted(told.items())])


@admin.register(Seller)
class SellerDesk(Looking):
    list_display = ("name_now", "slug", "city", "zone", "commission", "live_n", "is_open")
    list_filter = ("is_open", "zone", "is_demo")
    search_fields = ("slug", "name_zh", "name_ru", "name_en", "uscc")
    ordering = ("slug",)
    inlines = (Members, SellerEvents)

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


class ApplicationEvents(Rows):
    model = ApplicationEvent
    fields = ("when", "kind", "by", "facts")
    ordering = ("-pk",)
    verbose_name_plural = _("history")

    when = cells.dated("happened_at", _("happened"))
    facts = cells.detailed()


def waits(row: SellerApplication) -> bool:
    return row.state == State.SUBMITTED


def who_applies(row: SellerApplication) -> str:
    return f"{row.name_zh} · {row.uscc}"


@admin.register(SellerApplication)
class ApplicationDesk(Looking):
    """Applications; those that were sent are decided here, the oldest first."""

    deeds_need = "catalog.change_sellerapplication"
    actions_detail = ("approve", "give_back", "refuse")
    list_display = ("firm", "uscc", "city", "zone", "state_tag", "verdict", "submitted")
    list_filter = (("state", ChoicesDropdownFilter), "zone", filters.Failing)
    search_fields = ("name_zh", "name_en", "name_ru", "uscc", "user__email")
    ordering = ("-submitted_at", "-pk")
    fieldsets = (
        (None, {"fields": ("state_tag", "submitted", "reason", "joined")}),
        (_("Checked by machine"), {"fields": ("verdicts",)}),
        (_("Papers"), {"fields": ("documents",)}),
        (_("Firm"), {"fields": FIRM}),
        (_("People"), {"fields": ("legal_person", "contact_name", "contact_phone", "applicant")}),
        (_("Bank"), {"fields": ("cnaps", "bank_name", "bank_account")}),
    )
    inlines = (ApplicationEvents,)

    state_tag = cells.stated(TONES)
    submitted = cells.dated("submitted_at", _("sent"))

    def get_ordering(self, request):
        """In the queue whoever waits longest comes first."""
        is_queue = request.GET.get("state__exact") == State.SUBMITTED
        return ("submitted_at", "pk") if is_queue else self.ordering

    def get_urls(self):
        guarded = self.admin_site.admin_view(self.paper)
        name = "catalog_sellerapplication_paper"
        return [path("papers/<int:pk>/", guarded, name=name), *super().get_urls()]

    def paper(self, request: HttpRequest, pk: int) -> FileResponse:
        """Give a document to the desk, as a file to keep; who looked is written down."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(ApplicationPaper.objects.select_related("application"), pk=pk)
        joining.open_paper(row, actor=f"user:{request.user.pk}", now=clock.now())
        response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)
        response["Content-Type"] = papers.content_type(str(row.file.name))
        return response

    @display(description=_("firm"), ordering="name_zh")
    def firm(self, row):
        return row.name_zh or cells.NOTHING

    @display(description=_("credit code"), ordering="uscc")
    def verdict(self, row):
        is_good = applications.is_uscc(row)
        return cells.tag(_("check digit fits") if is_good else _("wrong"), good_or_bad(is_good))

    @display(description=_("checks"))
    def verdicts(self, row):
        return cells.lines([as_checked(check) for check in applications.checks(row)])

    @display(description=_("papers"))
    def documents(self, row):
        found = [
            format_html(
                '{} <a class="to" href="{}">{}</a>',
                paper.get_kind_display(),
                reverse("admin:catalog_sellerapplication_paper", args=[paper.pk]),
                paper.name,
            )
            for paper in row.papers.order_by("kind", "pk")
        ]
        return cells.lines(found)

    @display(description=_("applicant"))
    def applicant(self, row):
        return row.user.email

    @display(description=_("seller"))
    def joined(self, row):
        return cells.link(row.seller, row.seller.name) if row.seller else cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Approve"),
            question=_("The firm becomes a seller and its applicant the owner of the desk."),
            suits=waits,
            shown=who_applies,
            icon="check",
        )
    )
    def approve(self, row, answers, hands):
        joining.approve(row, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Return to be mended"),
            question=_("The applicant reads the reason as it is, in a mail: write Chinese."),
            form=doing.Reason,
            suits=waits,
            shown=who_applies,
            icon="undo",
        )
    )
    def give_back(self, row, answers, hands):
        joining.give_back(row, reason=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Refuse"),
            question=_("The applicant reads the reason as it is, in a mail: write Chinese."),
            form=doing.Reason,
            suits=waits,
            shown=who_applies,
            icon="block",
            is_grave=True,
        )
    )
    def refuse(self, row, answers, hands):
        joining.refuse(row, reason=answers["text"], actor=hands.actor, now=hands.now)


def good_or_bad(is_good: bool) -> str:
    return "good" if is_good else "bad"


def as_checked(check) -> object:
    """A check with its result in a word and a colour."""
    if check.passed:
        return format_html("{} {}", cells.tag(_("passed"), "good"), check.label)
    tone, word = ("bad", _("failed")) if check.is_needed else ("warn", _("look"))
    return format_html("{} {}: {}", cells.tag(word, tone), check.label, check.text)
