"""What the form of goods shows beside its fields: tariff codes, what is missing, who wrote what."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog import classifying, listings, pictures
from catalog.models import HsCode, Offer, Product, Variant
from storefront.forms.seller import PLACE_OF, ProductForm
from storefront.lib import clock

SEARCH = "hs_q"
FIND = "find_code"
SHOWN = 8
TONES = {"COMPOSED": "plain", "GIVEN": "warn", "REVIEWED": "good"}


def form(make: type[ProductForm], request: HttpRequest, **about: Any) -> ProductForm:
    """The form as it was sent; while a code is looked for it is only filled in."""
    if request.method != "POST" or request.POST.get("action") == FIND:
        return unsent(make, request, **about)
    return make(request.POST, **about)


def unsent(make: type[ProductForm], request: HttpRequest, **about: Any) -> ProductForm:
    """The form with what it begins with, or with what was typed before a code was looked for."""
    if request.POST.get("action") != FIND:
        return make(None, **about)
    typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    kind = typed.get("kind") or about.get("kind", "")
    return make(None, **{**about, "initial": typed, "kind": kind})


def codes(request: HttpRequest, form: ProductForm) -> dict[str, Any]:
    """The tariff codes to choose from, and what was looked for."""
    if "hs_code" not in form.fields:
        return {}
    return found(request, kind=form.goods_kind, chosen=str(form["hs_code"].value() or ""))


def found(request: HttpRequest, *, kind: str, chosen: str = "") -> dict[str, Any]:
    """The codes that fit what was looked for, the chosen one always among them."""
    given = request.POST or request.GET
    text, chosen = given.get(SEARCH, "").strip()[:60], chosen or given.get("hs_code", "")
    rows = classifying.search(text, kind)
    mine = classifying.find(chosen)
    shown = [row for row in rows if row != mine][:SHOWN]
    return {
        "codes": [_code(row, chosen) for row in ([mine] if mine else []) + shown],
        "more_codes": max(0, len(rows) - SHOWN),
        "no_codes": bool(text) and not rows,
        "code_text": text,
        "code_kind": kind,
    }


def _code(row: HsCode, chosen: str) -> dict[str, Any]:
    demands = classifying.demands(row, on=clock.now().date())
    return {"row": row, "is_chosen": row.code == chosen, "demands": demands}


def of(offer: Offer, form: ProductForm) -> dict[str, Any]:
    """What an offer still lacks, who stands behind its texts, and what may be changed."""
    card = offer.variant.product
    return {
        "pictures": pictures_of(offer.variant),
        "is_own": form.owns_variant,
        "owns_card": form.owns_card,
        "may_rename": form.may_rename,
        "wanting": _wanting(offer.variant) if form.owns_variant else [],
        "texts": _texts(card),
    }


def _wanting(variant: Variant) -> list[dict[str, str]]:
    """What goods lack to be published, each with the place on the page where it is said."""
    places = {**PLACE_OF, "hs_code": SEARCH}
    return [
        {"title": title, "anchor": f"#id_{places.get(name, name)}"}
        for name, title in listings.wanting(variant).items()
    ]


def _texts(card: Product) -> list[dict[str, str]]:
    names = {
        "russian_text": _("Russian text"),
        "chinese_text": _("Chinese text"),
        "english_text": _("English text"),
    }
    return [
        {
            "title": title,
            "label": str(Product.Text(getattr(card, name)).label),
            "tone": TONES[getattr(card, name)],
        }
        for name, title in names.items()
    ]


def pictures_of(variant: Variant) -> list[dict[str, Any]]:
    """The seller's pictures in their order, with the addresses of their sizes."""
    rows = variant.pictures.order_by("position", "pk")
    return [
        {"row": row, "sources": pictures.sources_of(row), "place": at}
        for at, row in enumerate(rows)
    ]
