"""What machines may read: robots.txt and the map of the site in parts."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from catalog import shelves
from catalog.models import Product, Seller
from storefront import context

# A part may hold 50 000 addresses and 50 MB (sitemaps.org, read 2026-11-21). Each product has one
# address per language, and a part is a range of keys, so that no row must be counted.
KEYS_A_PART = 16_000
BATCH = 2_000
SLUG = "slug-of-it"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
TAIL = "</urlset>\n"
XML = "application/xml"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What machines may read."""
    page = {
        "sitemap": request.build_absolute_uri(reverse("sitemap")),
        "prefixes": ["", *(f"/{code}" for code, _name in settings.LANGUAGES[1:])],
    }
    return render(request, "shop/robots.txt", page, content_type="text/plain")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The parts of the map: the shelves and sellers, then the goods by ranges of their keys."""
    last = _last_key()
    parts = range(0 if last is None else last // KEYS_A_PART + 1)
    paths = [reverse("sitemap_shelves"), *(reverse("sitemap_goods", args=[at]) for at in parts)]
    page = {"addresses": [request.build_absolute_uri(path) for path in paths]}
    return render(request, "shop/sitemap.xml", page, content_type=XML)


@require_safe
def places(request: HttpRequest) -> StreamingHttpResponse:
    """The front page, the shelves and the sellers."""
    sellers = Seller.objects.filter(is_open=True).order_by("pk").values_list("slug", flat=True)
    slugs = {
        "home": [""],
        "category": [shelf.slug for shelf in shelves.categories()],
        "store": list(sellers),
    }
    return _map(
        entry
        for name, found in slugs.items()
        for entry in _entries(_patterns(request, name), found)
    )


@require_safe
def goods(request: HttpRequest, part: int) -> StreamingHttpResponse:
    """The goods of one range of keys, read a batch after the other while they are sent."""
    last = _last_key()
    if last is None or part * KEYS_A_PART > last:
        raise Http404
    return _map(_entries(_patterns(request, "product"), _slugs(part)))


def _last_key() -> int | None:
    return Product.objects.listed().order_by("-pk").values_list("pk", flat=True).first()


def _slugs(part: int) -> Iterator[str]:
    after, end = part * KEYS_A_PART - 1, (part + 1) * KEYS_A_PART
    goods = Product.objects.listed().filter(pk__lt=end).order_by("pk").values_list("pk", "slug")
    while found := list(goods.filter(pk__gt=after)[:BATCH]):
        yield from (slug for _key, slug in found)
        after = found[-1][0]


def _map(entries: Iterator[str]) -> StreamingHttpResponse:
    def text() -> Iterator[str]:
        yield HEAD
        yield from entries
        yield TAIL

    return StreamingHttpResponse(text(), content_type=XML)


def _patterns(request: HttpRequest, name: str) -> dict[str, str]:
    """The address of a kind of page in each language, with room for its name."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            path = reverse(name, args=[] if name == "home" else [SLUG])
        found[code] = escape(request.build_absolute_uri(path))
    return found


def _entries(patterns: dict[str, str], slugs: Iterable[str]) -> Iterator[str]:
    """One entry per language, each with all its sisters, as hreflang asks."""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang}" href="{pattern}"/>'
        for code, pattern in patterns.items()
        for lang in context.hreflangs(code)
    )
    whole = "".join(f"<url><loc>{pattern}</loc>{links}</url>\n" for pattern in patterns.values())
    for slug in slugs:
        yield whole.replace(SLUG, slug)
