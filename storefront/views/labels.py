"""What is printed on the floor: labels, CN 23, manifests, for a browser or for a label printer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from logistics import labels
from storefront.lib import clock

from .staff import workers_only

TYPES = {"pdf": "application/pdf", "zpl": "text/plain; charset=utf-8"}


@require_GET
@workers_only
def label(request: HttpRequest, kind: str, number: str, form: str) -> HttpResponse:
    """One paper of a parcel, a bag or a departure."""
    if form not in TYPES:
        raise Http404
    try:
        sheets = labels.make(kind, number, now=clock.now())
    except labels.NoSuchLabel as error:
        raise Http404 from error
    body = labels.render(sheets, form)
    answer = HttpResponse(body, content_type=TYPES[form])
    answer["Content-Disposition"] = f'inline; filename="{kind}-{number}.{form}"'
    return answer
