"""What every answer carries, and who may still come to the desks."""

import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils.translation import gettext as _

PRIVATE = ("/account/", "/checkout/", "/cart/", "/orders/", "/pay/", "/seller/", "/staff/")
DESKS = ("/admin/", "/staff/")
NOTED_EVERY = 60  # seconds; a session is not written anew for each scan
PACKED = ("text/html", "text/xml", "application/xml", "application/json", "image/svg+xml")
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


def packed(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pack pages for slow lines; pictures and files are packed already and go as they are."""
    packer = GZipMiddleware(answer)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.streaming or not response.headers.get("Content-Type", "").startswith(PACKED):
            return response
        return cast(HttpResponse, packer.process_response(request, response))

    return middleware


def _without_nul(request: HttpRequest) -> None:
    """Put the sign for what cannot be read where an address has a NUL, which no text of ours has.

    PostgreSQL refuses a query with one, and the page would fail; so it finds nothing instead.
    """
    request.path_info = request.path_info.replace("\0", "\ufffd")
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query:
        request.META["QUERY_STRING"] = query.replace("%00", "%EF%BF%BD")


def desks(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Shut the desks before whoever left them standing open, or has no second step yet."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        is_desk = path.startswith(DESKS) or "/staff/" in path
        shut = _shut(request) if is_desk and path != "/admin/logout/" else None
        return shut or answer(request)

    return middleware


def _shut(request: HttpRequest) -> HttpResponse | None:
    """Where to go instead, if the desks are shut for this session."""
    user = request.user
    if not user.is_authenticated:
        return None
    if _is_over(request, getattr(user, "is_staff", False)):
        logout(request)
        messages.info(request, _("The desks were open for long. Please sign in again."))
        return _sent(request, redirect_to_login(request.get_full_path())["Location"])
    wanted = settings.STAFF_SECOND_FACTOR and getattr(user, "is_staff", False)
    if wanted and not request.session.get("second"):
        messages.info(request, _("The desks of the house want a second step of signing in."))
        return _sent(request, reverse("second"))
    return None


def _is_over(request: HttpRequest, is_staff: bool) -> bool:
    """Whether the desks were left alone too long, or the shift is over.

    What a page asks by itself is nobody's hand.
    """
    since, seen = request.session.get("since"), request.session.get("seen")
    if since is None or seen is None:
        return False
    now, minutes = int(time.time()), settings.FLOOR_IDLE_MINUTES
    idle = 60 * (settings.STAFF_IDLE_MINUTES if is_staff else minutes)
    if now - seen > idle or now - since > 3600 * settings.STAFF_SESSION_HOURS:
        return True
    is_polled = request.method == "GET" and request.headers.get("HX-Request") == "true"
    if now - seen > NOTED_EVERY and not is_polled:
        request.session["seen"] = now
    return False


def _sent(request: HttpRequest, where: str) -> HttpResponse:
    """Lead the whole page there, also when only a part of it was asked for."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where)
