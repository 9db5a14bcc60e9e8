"""A seller announces goods to the border warehouse, and sees what came of them."""

from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import papers
from catalog.models import Seller
from logistics.models import Advice, DamagePicture
from logistics.stocking import advices, ageing, supply
from orders import days
from storefront.forms.announcing import AnnounceForm
from storefront.lib import clock

from . import _desk
from ._desk import actor, listing_page, seller_page
from .refusals import told_on

TONES = {"ANNOUNCED": "river", "RECEIVING": "warn", "RECEIVED": "good", "CANCELLED": "plain"}
FOUND = 12


def _own(seller: Seller, number: str) -> Advice:
    return get_object_or_404(Advice.objects.select_related("place"), seller=seller, number=number)


@require_GET
@listing_page
def notices(request: HttpRequest, seller: Seller) -> HttpResponse:
    """What was announced and how it stands, what to send next, how long goods have been lying."""
    now = clock.now()
    rows = Advice.objects.filter(seller=seller).select_related("place").order_by("-pk")
    shown = _desk.page(request, rows.prefetch_related("lines"))
    page = {
        "tab": "stock",
        "seller": seller.name,
        "rows": [{"row": row, "tone": TONES[row.state], **sums(row)} for row in shown],
        "page": shown,
        "needs": supply.needs(seller, now=now)[:FOUND],
        "pace": supply.pace(seller, now=now),
        "bands": ageing.bands(days.of_china(now), seller=seller),
    }
    return render(request, "seller/notices.html", page)


def sums(advice: Advice) -> dict[str, int]:
    """Pieces of a notice: announced, received whole, damaged, missing, beyond the notice."""
    lines = advice.lines.all()
    return {
        "pieces": sum(line.quantity for line in lines),
        "received": sum(line.received for line in lines),
        "damaged": sum(line.damaged for line in lines),
        "missing": sum(max(0, -line.difference) for line in lines),
        "surplus": sum(max(0, line.difference) for line in lines),
    }


@require_http_methods(["GET", "POST"])
@listing_page
def notice_add(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Announce goods; looking for goods keeps what was typed."""
    is_looking = request.POST.get("action") == "find"
    form = _form(request, seller)
    if request.method == "POST" and form.is_valid() and not is_looking:
        try:
            advice = advices.announce(seller, form.said, actor=actor(request), now=clock.now())
        except advices.BadAdvice as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Announced. Write its number on the cartons."))
            return redirect("seller_notice", number=advice.number)
    page = {"tab": "stock", "seller": seller.name, "form": form, "is_looking": is_looking}
    q = request.POST.get("q", "").replace("\0", "").strip()[:100]
    rows = _desk.found(_desk.offers(request, seller), q=q, state="")
    lines = [{**line, "typed": form.pieces.get(line["offer"].pk, "")} for line in _lines(rows)]
    return render(request, "seller/notice_add.html", {**page, "found": q, "lines": lines})


def _lines(rows: Any) -> list[dict[str, Any]]:
    return _desk.lines(rows.filter(state__in=("LIVE", "PAUSED")).order_by("-pk")[:FOUND])


def _form(request: HttpRequest, seller: Seller) -> AnnounceForm:
    if request.method == "POST":
        return AnnounceForm(request.POST, seller=seller)
    start: dict[str, Any] = {"key": token_hex(16)}
    sent = request.GET.get("send", "")
    if sent:
        needs = {str(need.offer.pk): need for need in supply.needs(seller, now=clock.now())}
        wanted = needs.values() if sent == "all" else filter(None, [needs.get(sent)])
        start["goods"] = "\n".join(f"{need.offer.article} {need.send}" for need in wanted)
    return AnnounceForm(initial=start, seller=seller)


@require_GET
@listing_page
def notice(request: HttpRequest, seller: Seller, number: str) -> HttpResponse:
    """One notice: announced against received, with the pictures of what was damaged."""
    advice = _own(seller, number)
    page = {
        "tab": "stock",
        "seller": seller.name,
        "advice": advice,
        "tone": TONES[advice.state],
        "lines": _shown(advice),
        **sums(advice),
    }
    return render(request, "seller/notice.html", page)


def _shown(advice: Advice) -> list[dict[str, Any]]:
    """The lines of a notice, each with its pictures and what the floor wrote about damage."""
    return [
        {
            "line": line,
            "notes": [count.note for count in line.counts.all() if count.note],
            "decisions": [one for count in line.counts.all() for one in count.decisions.all()],
            "pictures": [p for count in line.counts.all() for p in count.pictures.all()],
        }
        for line in advices.lines(advice)
    ]


@require_POST
@told_on("seller_notice")
@listing_page
def notice_cancel(request: HttpRequest, seller: Seller, number: str) -> HttpResponse:
    """Call a notice off before anything came."""
    advices.cancel(_own(seller, number), actor=actor(request), now=clock.now())
    messages.success(request, _("The notice is called off."))
    return redirect("seller_notice", number=number)


@require_GET
@seller_page
def damage(request: HttpRequest, seller: Seller, number: str, pk: int) -> Any:
    """A picture of damaged pieces, for their seller."""
    rows = DamagePicture.objects.filter(count__line__advice=_own(seller, number))
    return given(get_object_or_404(rows, pk=pk))


def given(picture: DamagePicture) -> FileResponse:
    """A picture that nobody else may see or keep."""
    response = FileResponse(picture.file.open("rb"))
    response["Content-Type"] = papers.content_type(str(picture.file.name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
