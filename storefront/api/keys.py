"""Twice is once: a write is done by its Idempotency-Key, and its answer kept for the next time."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.responses import Status
from pydantic import BaseModel

from catalog import access
from catalog.models import AccessReply
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import errors
from .auth import caller

HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,80}")
View = Callable[..., Any]


def once(view: View) -> View:
    """Run a write for the first request of a key, and repeat its answer for the others.

    What the view does must itself be safe to do twice: after a crash the key is free again, and
    nobody knows how far the first one came.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = access.Asked(_key(request), _digest(request), kept_for())
        claim = access.claim(caller(request).seller, asked, now_wall=clock.wall())
        if isinstance(claim, AccessReply):
            return _repeat(claim)
        try:
            made = _made(view, request, *args, **kwargs)
        except BaseException:
            access.release(claim)
            raise
        access.keep(claim, status=made.status_code, body=made.content.decode())
        return made

    return answer


def kept_for() -> timedelta:
    return timedelta(hours=settings.API_REPLY_HOURS)


def _made(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What the view says, refusals as well: they are answers, too."""
    try:
        said = view(request, *args, **kwargs)
    except Refusal as refusal:
        return errors.from_refusal(refusal)
    except Http404:
        return errors.not_found()
    status, model = (said.status_code, said.value) if isinstance(said, Status) else (200, said)
    assert isinstance(model, BaseModel)
    return _answer(status, errors.encoded(model.model_dump()))


def _repeat(reply: AccessReply) -> HttpResponse:
    assert reply.status is not None
    answer = _answer(reply.status, reply.body)
    answer["Idempotent-Replayed"] = "true"
    return answer


def _answer(status: int, body: str) -> HttpResponse:
    kind = errors.MEDIA_TYPE if status >= 400 else "application/json"
    return HttpResponse(body, content_type=kind, status=status)


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if not KEY.fullmatch(key):
        text = _("A write needs the header Idempotency-Key: 1 to 80 visible ASCII signs.")
        raise errors.Missing(text)
    return key


def _digest(request: HttpRequest) -> str:
    """What makes two requests the same one."""
    paper = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    paper.update(request.body)
    return paper.hexdigest()
