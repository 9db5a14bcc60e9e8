"""The warehouse's floor: waves picked on a walk, bins counted without sight of the books."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from logistics.models import BinCount, Wave
from logistics.stocking import advices, counts, handling, waves
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from .staff import workers_only
from .stocking import Verdict, bad, page, said

SHOWN = 20


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"


@require_http_methods(["GET", "POST"])
@workers_only
def wave_list(request: HttpRequest) -> HttpResponse:
    """Waves under way, and a new one of the parcels that close first."""
    place = advices.places()[0]
    verdict: Verdict = {"say": _("Take a wave"), "tone": ""}
    if request.method == "POST":
        try:
            made = waves.make(place, actor=_actor(request), now=clock.now())
        except waves.NoWave as refusal:
            verdict = bad(refusal)
        else:
            return redirect("staff_wave", pk=made.pk)
    rows = Wave.objects.filter(place=place).order_by("state", "-pk")
    shown = {
        "verdict": verdict,
        "waiting": waves.waiting(place).count(),
        "rows": [{"row": row, "left": waves.left(row)} for row in rows.reverse()[:SHOWN]],
    }
    return page(request, "staff/waves.html", "staff_waves", shown)


@require_http_methods(["GET", "POST"])
@workers_only
def wave(request: HttpRequest, pk: int) -> HttpResponse:
    """The next bin of a wave; a scan of it lays its pieces in the trolley."""
    row = get_object_or_404(Wave, pk=pk)
    verdict: Verdict = {"say": _("Go to the bin and scan it"), "tone": ""}
    if request.method == "POST":
        verdict = _at_bin(request, row)
        row.refresh_from_db()
    stops = waves.next_stops(row)
    shown: dict[str, Any] = {"wave": row, "stops": stops, "left": waves.left(row)}
    shown |= {"verdict": verdict, "pieces": sum(stop.quantity for stop in stops)}
    if getattr(request, "htmx", False):
        return render(request, "staff/_wave.html", shown)
    return page(request, "staff/wave.html", "staff_waves", shown)


def _at_bin(request: HttpRequest, row: Wave) -> Verdict:
    hands: dict[str, Any] = {"actor": _actor(request), "now": clock.now()}
    code = said(request, "bin")
    try:
        if request.POST.get("action") == "short":
            empty = waves.short(row, code, **hands)
            counts.open(empty, cause=f"wave:{row.pk}", **hands)
            return {"tone": "bad", "say": _("Left out"), "why": _("The bin will be counted.")}
        picked = waves.confirm(row, code, **hands)
    except Refusal as refusal:
        return bad(refusal)
    say = ngettext("%(count)d piece", "%(count)d pieces", picked.pieces) % {"count": picked.pieces}
    if picked.dropped:
        numbers = ", ".join(picked.dropped)
        return {"tone": "bad", "say": say, "why": _("Put back: %(n)s") % {"n": numbers}}
    return {"tone": "good", "say": say, "why": ", ".join(picked.parcels)}


@require_http_methods(["GET", "POST"])
@workers_only
def count_list(request: HttpRequest) -> HttpResponse:
    """Counts that wait for somebody, and the bins that were not counted for longest."""
    verdict: Verdict = {"say": _("Scan a bin to count it"), "tone": ""}
    if request.method == "POST":
        try:
            bin = handling.bin_of(said(request, "bin"))
        except handling.Unread as refusal:
            verdict = bad(refusal)
        else:
            row = counts.open(bin, actor=_actor(request), now=clock.now())
            return redirect("staff_count", pk=row.pk)
    rows = BinCount.objects.filter(state__in=counts.UNDECIDED).select_related("bin").order_by("pk")
    proposed = counts.longest_ago(advices.places()[0], limit=SHOWN)
    shown = {"verdict": verdict, "rows": list(rows[:SHOWN]), "proposed": list(proposed)}
    return page(request, "staff/counts.html", "staff_counts", shown)


@require_http_methods(["GET", "POST"])
@workers_only
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many pieces of each lie in a bin; what the books hold is not shown."""
    row = get_object_or_404(BinCount.objects.select_related("bin"), pk=pk)
    goods = counts.goods(row)
    verdict: Verdict = {"say": _("Count what lies there"), "tone": ""}
    if request.method == "POST":
        verdict = _counted(request, row, {stock.pk for stock in goods})
        row.refresh_from_db()
    shown = {"count": row, "goods": goods, "verdict": verdict}
    shown["may_count"] = row.state in (BinCount.State.OPEN, BinCount.State.SECOND)
    return page(request, "staff/count.html", "staff_counts", shown)


def _counted(request: HttpRequest, row: BinCount, keys: set[int]) -> Verdict:
    typed = {key: said(request, f"pieces-{key}") for key in keys}
    if not all(value.isdecimal() for value in typed.values()):
        return {"tone": "bad", "say": _("Stop"), "why": _("Say a number for each, 0 for none.")}
    counted = {key: int(value[:6]) for key, value in typed.items()}
    try:
        done = counts.tell(row, counted, actor=_actor(request), now=clock.now())
    except Refusal as refusal:
        return bad(refusal)
    return {"tone": "good", "say": _("Thank you"), "why": done.get_state_display()}
