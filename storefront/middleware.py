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
    """Private pages are not stored; the admin has its own policy (docs/adr).

    What a page does not say of itself is said for it: a visitor with a session gets an answer
    of his own, which no shared cache may give to another.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
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
