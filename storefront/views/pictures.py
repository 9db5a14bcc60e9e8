"""Pictures of goods: drawn ones, and those that sellers have sent."""

import mimetypes

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

from catalog import pictures
from catalog.models import Variant

mimetypes.add_type("image/webp", ".webp")  # Python 3.11 alone does not know it
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def drawing(request: HttpRequest, slug: str, view: str) -> HttpResponse:
    """Draw a variant; the address carries a version, so a browser asks once."""
    variant = Variant.objects.select_related("product").filter(slug=slug).first()
    if variant is None:
        raise Http404
    try:
        text = pictures.draw(variant, view=view)
    except ValueError as error:
        raise Http404 from error
    return HttpResponse(text, content_type="image/svg+xml", headers={"Cache-Control": FOR_EVER})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A seller's picture; its name is the digest of its content."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = FOR_EVER
    return response
