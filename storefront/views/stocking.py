"""The warehouse's floor: notices received, goods carried from bin to bin."""

from secrets import token_hex
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from logistics.models import Advice, AdviceLine, Bin, DamagePicture
from logistics.stocking import advices, bins, handling, serials
from storefront.forms.announcing import FoundForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import announcing
from .staff import workers_only

Verdict = dict[str, str]
SHOWN = 40
ROOMS = (
    ("staff_notices", gettext_lazy("Notices from sellers"), "box"),
    ("staff_bins", gettext_lazy("Bins"), "pin"),
    ("staff_waves", gettext_lazy("Waves"), "cart"),
    ("staff_counts", gettext_lazy("Counts"), "scale"),
)


def page(request: HttpRequest, template: str, room: str, more: dict[str, Any]) -> HttpResponse:
    """A page of the warehouse, with the way to its other rooms."""
    rooms = [
        {"url": reverse(name), "label": label, "icon": icon, "current": name == room}
        for name, label, icon in ROOMS
    ]
    rooms.append({"url": reverse("staff_floor"), "label": _("Parcels"), "icon": "scan"})
    place = advices.places().first()
    return render(
        request, template, {"steps": rooms, "place": place.title if place else "", **more}
    )


def said(request: HttpRequest, name: str) -> str:
    """What was scanned or typed into a field; a NUL, which no text of ours has, finds nothing."""
    return request.POST.get(name, "").replace("\0", "\ufffd").strip()[:60]


def bad(refusal: Refusal) -> Verdict:
    return {"tone": "bad", "say": _("Stop"), "why": str(refusal)}


@require_http_methods(["GET", "POST"])
@workers_only
def notices(request: HttpRequest) -> HttpResponse:
    """Goods that are expected; a scanned number opens its notice."""
    verdict: Verdict = {"say": _("Scan the number of a notice"), "tone": ""}
    if request.method == "POST":
        found = advices.find(said(request, "number"))
        if found is not None:
            return redirect("staff_notice", number=found.number)
        verdict = {"tone": "bad", "say": _("Stop"), "why": _("There is no such notice.")}
    rows = Advice.objects.open().select_related("seller").prefetch_related("lines")
    shown = [
        {"row": row, "tone": announcing.TONES[row.state], **announcing.sums(row)}
        for row in rows.order_by("expected_on", "pk")[:SHOWN]
    ]
    return page(request, "staff/notices.html", "staff_notices", {"rows": shown, "verdict": verdict})


@require_http_methods(["GET", "POST"])
@workers_only
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """Count one notice: scan goods, say how many are whole, how many damaged."""
    advice = advices.find(number)
    if advice is None:
        raise Http404
    scanned = said(request, "goods") or request.GET.get("goods", "")[:60]
    line = handling.line_of(advice, scanned) if scanned else None
    say = _("Say how many pieces came.") if line else _("Scan article or barcode")
    verdict: Verdict = {"say": say, "tone": ""}
    if scanned and line is None:
        verdict = {"tone": "bad", "say": _("Stop"), "why": _("This is not in the notice.")}
    form = _found_form(request, line)
    if form is not None and form.is_bound and form.is_valid() and line is not None:
        verdict = _received(request, line, form)
        line, form = (None, None) if verdict["tone"] == "good" else (line, form)
    shown = {"advice": advices.find(number), "line": line, "form": form, "verdict": verdict}
    rows = {"lines": advices.lines(advice), "tone": announcing.TONES[advice.state]}
    return page(request, "staff/notice.html", "staff_notices", {**shown, **rows})


def _found_form(request: HttpRequest, line: AdviceLine | None) -> FoundForm | None:
    if line is None:
        return None
    kind = line.offer.variant.product.kind
    is_numbered = bool(serials.scheme_of(kind, now=clock.now()))
    if "key" in request.POST:
        return FoundForm(request.POST, request.FILES, is_numbered=is_numbered)
    return FoundForm(initial={"key": token_hex(16)}, is_numbered=is_numbered)


def _received(request: HttpRequest, line: AdviceLine, form: FoundForm) -> Verdict:
    actor = f"user:{request.user.pk}"
    try:
        count = advices.receive(line, form.found, actor=actor, now=clock.now())
    except Refusal as refusal:
        return bad(refusal)
    words = {"whole": count.whole, "damaged": count.damaged}
    why = _("Whole: %(whole)s, damaged: %(damaged)s. Next goods, or close the notice.") % words
    return {"tone": "good", "say": _("Taken in"), "why": why, "number": line.offer.article}


@require_POST
@workers_only
def notice_close(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that came was counted."""
    advice = get_object_or_404(Advice, number=number)
    try:
        advices.close(advice, actor=f"user:{request.user.pk}", now=clock.now())
    except advices.ClosedAdvice:
        return redirect("staff_notice", number=number)
    return redirect("staff_notices")


@require_GET
@workers_only
def damage(request: HttpRequest, pk: int) -> Any:
    """A picture of damaged pieces, for the floor."""
    return announcing.given(get_object_or_404(DamagePicture, pk=pk))


@require_http_methods(["GET", "POST"])
@workers_only
def shelves(request: HttpRequest) -> HttpResponse:
    """Carry pieces from a bin to another: from the dock to a shelf, or between shelves."""
    verdict: Verdict = {"say": _("Scan bin, goods, bin"), "tone": ""}
    if request.method == "POST":
        verdict = _moved(request)
    typed = {name: said(request, name) for name in ("source", "goods", "pieces", "target")}
    shown: dict[str, Any] = {"verdict": verdict, "typed": typed, "docks": handling.docks()}
    if verdict["tone"] == "good":
        shown["typed"] = {"source": typed["source"]}
    return page(request, "staff/bins.html", "staff_bins", shown)


def _moved(request: HttpRequest) -> Verdict:
    why = bins.Why("carried", f"user:{request.user.pk}", clock.now())
    pieces = said(request, "pieces")
    try:
        stock = handling.carry(
            said(request, "source"),
            said(request, "goods"),
            said(request, "target"),
            quantity=int(pieces[:6]) if pieces.isdecimal() else 1,
            why=why,
        )
    except Refusal as refusal:
        return bad(refusal)
    words = _("%(pieces)s into %(bin)s") % {
        "pieces": pieces or 1,
        "bin": said(request, "target").upper(),
    }
    return {"tone": "good", "say": words, "why": stock.offer.variant.product.title}


@require_GET
@workers_only
def shelf(request: HttpRequest, code: str) -> HttpResponse:
    """What lies in one bin."""
    row = get_object_or_404(Bin, code=code, place=advices.places().first())
    shown = {"bin": row, "contents": list(bins.contents(row))}
    return page(request, "staff/bin.html", "staff_bins", shown)
