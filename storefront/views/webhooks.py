"""Notices from outside: kept as they came, answered at once, followed by a worker."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from logistics import hooks
from payments import notices
from storefront.lib import clock, due
from storefront.lib.refusal import Refusal

STATUSES = {
    "unknown_provider": 404,
    "stranger": 403,
    "bad_notice": 400,
    "unknown_carrier": 404,
    "not_theirs": 403,
    "bad_call": 400,
}


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep a notice and answer 200, also when it is known; the body is read up to its limit.

    The caller's address is the connection's: behind a proxy the web server must be told whom
    to believe (docs/money.md, Notices).
    """
    body = request.read(notices.LIMIT + 1)
    source = request.META["REMOTE_ADDR"]
    try:
        notice = notices.keep(provider, body, source=source, now_wall=clock.wall())
    except Refusal as refusal:
        return HttpResponse(refusal.code, "text/plain", STATUSES[refusal.code])
    due.wake(notice.DUE_TASK, id=notice.pk)
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
def carrier(request: HttpRequest, carrier: str, token: str) -> HttpResponse:
    """Keep a carrier's call and answer 200, also when it is known; a worker reads the parcel."""
    body = request.read(hooks.LIMIT + 1)
    source = request.META["REMOTE_ADDR"]
    try:
        call = hooks.keep(carrier, token, body, source=source, now_wall=clock.wall())
    except Refusal as refusal:
        return HttpResponse(refusal.code, "text/plain", STATUSES[refusal.code])
    due.wake(call.DUE_TASK, id=call.pk)
    return HttpResponse(status=200)
