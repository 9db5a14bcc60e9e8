"""What every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PRIVATE = ("/account/", "/checkout/", "/cart/", "/orders/", "/pay/", "/seller/", "/staff/")
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def headers(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Private pages are not stored; the admin has its own policy (docs/adr); no NUL comes in.

    What a page does not say of itself is said for it: a visitor with a session gets an answer
    of his own, which no shared cache may give to another.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        _without_nul(request)
        response = answer(request)
        path = request.path_info
        if path.startswith("/admin/"):
            response["Content-Security-Policy"] = ADMIN_POLICY
        if any(part in path for part in PRIVATE) or path.startswith(("/admin/", "/o/")):
            response["Cache-Control"] = "private, no-store"
        elif settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return response

    return middleware


def _without_nul(request: HttpRequest) -> None:
    """Put the sign for what cannot be read where an address has a NUL, which no text of ours has.

    PostgreSQL refuses a query with one, and the page would fail; so it finds nothing instead.
    """
    request.path_info = request.path_info.replace("\0", "\ufffd")
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query:
        request.META["QUERY_STRING"] = query.replace("%00", "%EF%BF%BD")
