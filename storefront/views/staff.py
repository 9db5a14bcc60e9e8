"""The floor in Harbin: one screen for one step, a scanner, an answer in green or red."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from logistics import centre, shipments
from logistics import floor as desk
from storefront.lib import clock

View = Callable[..., HttpResponse]
FIRST = "pick"
ICONS = {"receive": "box", "pick": "cart", "pack": "scale", "bag": "bag", "load": "out"}


def workers_only(view: View) -> View:
    """The group of the floor and superusers; for everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, **address: Any) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not user.is_superuser and not user.groups.filter(name="floor").exists():
            raise Http404
        return view(request, **address)

    return guarded


@require_GET
@workers_only
def floor(request: HttpRequest) -> HttpResponse:
    """The step that was chosen: what waits there, and the field for the scanner."""
    verdict = {"say": _("Scan a parcel"), "tone": ""}
    return _page(request, request.GET.get("step", FIRST), verdict)


@require_POST
@workers_only
def scan(request: HttpRequest) -> HttpResponse:
    """Do the step with the scanned parcel and say how it went."""
    step = request.POST.get("step", "")
    return _page(request, step, _scanned(request, step) if step in centre.STEPS else {})


def _scanned(request: HttpRequest, step: str) -> dict[str, str]:
    weight = request.POST.get("weight", "").strip()
    try:
        done = shipments.scan(
            request.POST.get("number", "")[:40],
            step,
            actor=f"user:{request.user.pk}",
            now=clock.now(),
            weight_g=int(weight[:7]) if weight.isdecimal() else None,
            numbers=request.POST.get("pieces", "")[:4000].split(),
        )
    except shipments.WrongScan as wrong:
        number = str(wrong.facts.get("number", ""))
        return {"tone": "bad", "say": _("Stop"), "why": str(wrong), "number": number}
    why = desk.next_words(done.shipment)
    say = _("%(step)s: done") % {"step": done.step.label}
    return {"tone": "good", "say": say, "why": why, "number": done.shipment.number}


def _page(request: HttpRequest, key: str, verdict: dict[str, str]) -> HttpResponse:
    step = centre.STEPS.get(key)
    if step is None:
        raise Http404
    waiting, count = desk.waiting(step)
    page = {"steps": _steps(key), "step": step, "verdict": verdict}
    page |= {"waiting": waiting, "count": count, "place": desk.place()}
    is_part = bool(getattr(request, "htmx", False))
    return render(request, "staff/_step.html" if is_part else "staff/floor.html", page)


def _steps(current: str) -> list[dict[str, object]]:
    address = reverse("staff_floor")
    return [
        {
            "url": f"{address}?step={step.key}",
            "label": step.label,
            "icon": ICONS[step.key],
            "current": step.key == current,
        }
        for step in centre.STEPS.values()
    ]
