"""A seller's own front in the shop: who it is, how buyers rate it, and its goods."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Seller, language

from . import _bids, _cards, _listing, _markup, _showing


@require_safe
def store(request: HttpRequest, slug: str) -> HttpResponse:
    """The goods of one seller with the same choices as everywhere, and what is known of him."""
    seller = Seller.objects.filter(slug=slug, is_open=True).first()
    if seller is None:
        raise Http404
    about = str(getattr(seller, f"about_{language()}"))
    figures, crumbs = _bids.ratings({seller.pk})[seller.pk], _crumbs(seller)
    page = {
        "seller": seller,
        "about": about,
        "figures": figures,
        "crumbs": crumbs,
        "aisles": _cards.aisles(),
        "listing": _listing.make(request, _showing.visit(request), _listing.Place(seller=seller)),
        "data": [
            _markup.store(request, seller.name, about, figures),
            _markup.crumbs(request, crumbs),
        ],
    }
    return _showing.goods(request, "shop/store.html", page)


def _crumbs(seller: Seller) -> list[dict[str, str]]:
    return [
        {"url": reverse("home"), "title": _("Sungari")},
        {"url": "", "title": seller.name},
    ]
