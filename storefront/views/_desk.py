"""Who may open the seller's desk, and what its pages need beside the rows."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from catalog import pictures
from catalog.models import Offer, Seller, SellerMember, Variant
from logistics import holdings
from orders.models import Handover

View = Callable[..., HttpResponse]
PAGE = 20
TONES = {
    Offer.State.DRAFT: "plain",
    Offer.State.REVIEW: "river",
    Offer.State.LIVE: "good",
    Offer.State.REFUSED: "bad",
    Offer.State.PAUSED: "warn",
}


def _page_for(*roles: SellerMember.Role) -> Callable[[View], View]:
    def page_for_them(view: View) -> View:
        """Give the view the seller its visitor acts for; others see no such page."""

        @wraps(view)
        def guarded(request: HttpRequest, **address: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            seats = SellerMember.objects.filter(user=request.user.pk, role__in=roles)
            seat = seats.select_related("seller").order_by("pk").first()
            return _seated(view, request, seat, address) if seat else _turned_away(request)

        return guarded

    return page_for_them


def _turned_away(request: HttpRequest) -> HttpResponse:
    if request.path == reverse("seller_today"):
        return redirect("seller_apply")
    raise Http404


def _seated(
    view: View, request: HttpRequest, seat: SellerMember, address: dict[str, Any]
) -> HttpResponse:
    _note_desk(request)
    request.seat = seat  # type: ignore[attr-defined]  # for the tabs of the desk
    return view(request, seat.seller, **address)


def _note_desk(request: HttpRequest) -> None:
    """Who got his seat after he signed in finds the desk in the header too."""
    noted = request.session.get("desks", {})
    if not noted.get("seller"):
        request.session["desks"] = {**noted, "seller": True}


Role = SellerMember.Role
seller_page = _page_for(*Role)
listing_page = _page_for(Role.OWNER, Role.LISTING)
finance_page = _page_for(Role.OWNER, Role.FINANCE)
owner_page = _page_for(Role.OWNER)


def actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"


def key(text: str) -> int:
    """The key of a row that a form or an address names; 0, which no row has, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def offers(request: HttpRequest, seller: Seller) -> QuerySet[Offer]:
    """The offers this visitor may see, with what their rows show."""
    rows = Offer.objects.for_member(request.user.pk).filter(seller=seller)
    rows = rows.select_related("seller", "variant__product__brand", "variant__product__category")
    return rows.prefetch_related("variant__pictures")


def found(rows: QuerySet[Offer], *, q: str, state: str) -> QuerySet[Offer]:
    """Narrow offers by words and state."""
    for word in q.split()[:6]:
        rows = rows.filter(
            Q(article__icontains=word)
            | Q(variant__barcode=word)
            | Q(variant__product__model__icontains=word)
            | Q(variant__product__brand__name__icontains=word)
            | Q(variant__product__title_zh__icontains=word)
            | Q(variant__product__title_ru__icontains=word)
        )
    return rows.filter(state=state) if state in Offer.State.values else rows


def page(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page that was asked for, or the nearest there is."""
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def lines(offers: Iterable[Offer]) -> list[dict[str, Any]]:
    """Offers with picture, tone and pieces by place."""
    rows = list(offers)
    pieces = holdings.of([offer.pk for offer in rows])
    return [
        {
            "offer": offer,
            "picture": picture_url(offer.variant),
            "tone": TONES[Offer.State(offer.state)],
            "pieces": pieces.get(offer.pk, holdings.Holding()),
        }
        for offer in rows
    ]


def picture_url(variant: Variant) -> str:
    """The address of a variant's first picture in its smallest size, or of its drawing."""
    own = sorted(variant.pictures.all(), key=lambda row: (row.position, row.pk))
    if own:
        return pictures.smallest(own[0])
    drawn = reverse("picture", args=[variant.slug, pictures.views(variant)[0]])
    return f"{drawn}?v={pictures.version(variant)}"


def states(seller: Seller, *, current: str) -> list[dict[str, Any]]:
    """The states as tabs with their counts."""
    rows = Offer.objects.filter(seller=seller).values_list("state")
    counts = dict(rows.annotate(count=Count("pk")).order_by())
    address = reverse("seller_products")
    return [
        {
            "label": state.label,
            "count": counts.get(state, 0),
            "url": f"{address}?state={state}",
            "current": state == current,
        }
        for state in Offer.State
    ]


def late(waiting: Iterable[Handover], *, now: datetime) -> int:
    """How many handovers are past their time."""
    return len([handover for handover in waiting if handover.due_at < now])
