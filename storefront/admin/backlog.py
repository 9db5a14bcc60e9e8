"""The board of what is stuck in logistics: for whom it waits, at which step, and why."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.decorators import display

from logistics import backlog
from logistics.models import Circuit
from storefront.lib import clock

from . import cells, filters
from .looking import Looking

PARTIES = {
    backlog.CENTRE: _("our own centre"),
    backlog.LAST_MILE: _("a last carrier"),
    backlog.CHINA: _("Chinese customs"),
    backlog.RUSSIA: _("Russian customs"),
}


class Away(filters.YesNo):
    title = _("away")
    parameter_name = "away"

    def condition(self):
        return Q(away_since__isnull=False)


@admin.register(Circuit)
class CircuitDesk(Looking):
    """Parties that were away or slow; above them everything that waits for machines."""

    deeds_need = "logistics.change_circuit"
    list_display = ("party", "standing", "since", "tried", "probes", "last_error")
    list_filter = (Away,)
    search_fields = ("dependency",)
    ordering = ("dependency",)
    list_before_template = "admin/_backlog.html"

    since = cells.dated("away_since", _("does not answer since"))
    tried = cells.dated("probe_at", _("tried again"))

    @display(description=_("party"), ordering="dependency")
    def party(self, circuit):
        return PARTIES.get(circuit.dependency, circuit.dependency)

    @display(description=_("state"))
    def standing(self, circuit):
        if circuit.away_since is not None:
            return cells.tag(_("away"), "bad")
        if circuit.slow_until is not None and circuit.slow_until > clock.wall():
            return cells.tag(_("slow"), "warn")
        return cells.tag(_("answers"), "good")

    def get_urls(self):
        view = require_POST(self.admin_site.admin_view(self.again))
        return [path("again/", view, name="logistics_circuit_again"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        context = {"heaps": board(), "may_try": self.has_deed_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def again(self, request: HttpRequest) -> HttpResponseRedirect:
        """Let a heap be tried now."""
        if not self.has_deed_permission(request):
            raise PermissionDenied
        heap = [request.POST.get(name, "") for name in ("kind", "dependency", "step")]
        if heap[0] not in backlog.KINDS:
            raise Http404
        done = backlog.try_again(*heap, now=clock.now())
        words = ngettext("%(count)d row is tried now.", "%(count)d rows are tried now.", done)
        messages.success(request, words % {"count": done})
        return HttpResponseRedirect(reverse("admin:logistics_circuit_changelist"))


def board():
    """The heaps as they are shown; two queries."""
    now, troubles = clock.now(), backlog.troubles()
    return [
        {
            "heap": heap,
            "party": PARTIES.get(heap.dependency, heap.dependency),
            "what": capfirst(backlog.KINDS[heap.kind][0]._meta.verbose_name_plural),
            "age": cells.span(now - heap.oldest_at) if heap.oldest_at else "",
            "trouble": troubles.get(heap.dependency),
        }
        for heap in backlog.heaps(now=now)
    ]
