"""What every request of the interface goes through before and after its own view."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from . import errors
from .schemas import Flaw

LANGUAGE = "en"
WITH_BODY = frozenset({"POST", "PUT"})
JSON = "application/json"
View = Callable[..., HttpResponseBase]
Known = Callable[[str], frozenset[str] | None]


class Reader(Parser):
    """Reads bodies: JSON as RFC 8259 has it, without the numbers it does not know."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(request.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise errors.WrongBody(_("The body is not valid JSON in UTF-8.")) from error


class Writer(JSONRenderer):
    """Writes answers as they are, not in escapes."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return errors.encoded(data)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def guarded(view: View, known: Known = lambda method: None) -> View:
    """Speak the caller's language, know no cookies, take JSON of a fair size, say what is wrong.

    `known` tells what may be asked behind the question mark; None means anything.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.COOKIES = {}
        language = _language(request)
        with translation.override(language):
            made = _refused(request) or _misspelt(request, known) or view(request, *args, **kwargs)
            if isinstance(made, HttpResponseNotAllowed):
                made = _not_allowed(made)
        made["Content-Language"] = language
        made["Cache-Control"] = errors.PRIVATE
        patch_vary_headers(made, ["Accept-Language", "Authorization"])
        return made

    return answer


def unknown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """An address that is none."""
    return errors.not_found()


unknown.csrf_exempt = True  # type: ignore[attr-defined]


def _language(request: HttpRequest) -> str:
    """The first language of Accept-Language that is ours."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return LANGUAGE


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Look at size and kind of a body before it is read."""
    if request.method not in WITH_BODY:
        return None
    if _size(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        most = {"most": settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20}
        text = _("The body is larger than %(most)s MB: send it in parts.") % most
        return errors.problem(413, "too_large", text)
    if _size(request) and request.content_type != JSON:
        text = _("The body must be application/json.")
        return errors.problem(415, "not_json", text, Accept_Post=JSON)
    return None


def _misspelt(request: HttpRequest, known: Known) -> HttpResponse | None:
    """A filter with a typing error would otherwise answer with everything."""
    names = known(str(request.method))
    unknown = [] if names is None else sorted(set(request.GET) - names)
    if not unknown:
        return None
    text = _("There is no such parameter.")
    flaws = [
        Flaw(field=errors.clean(name), code="extra_forbidden", message=text) for name in unknown
    ]
    return errors.problem(422, "invalid", _("Some values cannot be taken."), flaws=flaws)


def _size(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isascii() and given.isdecimal() else 0


def _not_allowed(answer: HttpResponse) -> HttpResponse:
    text = _("This address knows only: %(methods)s.") % {"methods": answer["Allow"]}
    return errors.problem(405, "method_not_allowed", text, Allow=answer["Allow"])
