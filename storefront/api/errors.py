"""What is wrong, as machines read it: problem documents of RFC 9457 in the caller's language."""

import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.responses import NinjaJSONEncoder
from pydantic import BaseModel, Field

from storefront.lib.refusal import Refusal

from .schemas import Flaw

MEDIA_TYPE = "application/problem+json"
PRIVATE = "private, no-store"
BUSY_SECONDS = 5
MOST_ERRORS = 100
BY_CODE = {
    "key_missing": 400,
    "not_json": 400,
    "too_many_requests": 429,
    "not_taken": 422,
    "not_complete": 422,
    "wrong_price": 422,
    "other_currency": 422,
    "key_reused": 422,
}
PLACE_OF = {"size": "length_mm"}  # what `listings.missing` names otherwise
log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What every answer of 400 and above says (RFC 9457)."""

    type: str = Field(examples=["urn:sungari:problem:invalid"])
    title: str = Field(description="The name of the status.", examples=["Unprocessable Entity"])
    status: int = Field(ge=400, le=599, examples=[422])
    code: str = Field(description="The last part of `type`.", examples=["invalid"])
    detail: str = Field(description="For people, in the language of Accept-Language.")
    errors: list[Flaw] = Field(default_factory=list, description="The fields that are wrong.")


class WrongBody(Refusal):
    """The body is no JSON that can be read."""

    code = "not_json"


class Missing(Refusal):
    """A write without its Idempotency-Key."""

    code = "key_missing"


class NotTaken(Refusal):
    """Values that the trade will not have; `facts["flaws"]` names the fields."""

    code = "not_taken"


class TooMany(Refusal):
    """A token asks more often than it may; `facts["seconds"]` says when to ask again."""

    code = "too_many_requests"


def problem(
    status: int, code: str, detail: str, *, flaws: Iterable[Flaw] = (), **headers: str
) -> HttpResponse:
    """Give an answer that says what is wrong."""
    said = Problem(
        type=f"urn:sungari:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        errors=list(flaws)[:MOST_ERRORS],
    )
    answer = HttpResponse(encoded(said.model_dump()), content_type=MEDIA_TYPE, status=status)
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    return answer


def encoded(said: Any) -> str:
    return NinjaJSONEncoder(ensure_ascii=False, separators=(",", ":")).encode(said)


def from_refusal(refusal: Refusal) -> HttpResponse:
    """What the trade will not do: 422 where the request must change, else 409."""
    headers = {}
    if "seconds" in refusal.facts:
        headers["Retry_After"] = str(refusal.facts["seconds"])
    status = BY_CODE.get(refusal.code, 409)
    return problem(status, refusal.code, str(refusal), flaws=_flaws(refusal), **headers)


def _flaws(refusal: Refusal) -> list[Flaw]:
    """The fields that a refusal names, be it by `flaws` or by the `fields` that are missing."""
    flaws, missing = refusal.facts.get("flaws", []), refusal.facts.get("fields", [])
    assert isinstance(flaws, list)
    assert isinstance(missing, list)
    text = _("This is needed for goods in the shop.")
    needed = [f"goods.{PLACE_OF.get(name, name)}" for name in missing]
    return flaws + [Flaw(field=name, code="needed", message=text) for name in needed]


def register(api: NinjaAPI) -> None:
    """Let every exception become a problem document."""
    answers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        Refusal: from_refusal,
        Http404: lambda _error: not_found(),
        AuthenticationError: lambda _error: stranger(),
        HttpError: _from_http,
        ValidationError: _invalid,
        OperationalError: _busy,
        Exception: _broken,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, _handler(answer))


def _handler(
    answer: Callable[[Any], HttpResponse],
) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: answer(error)


def not_found() -> HttpResponse:
    return problem(404, "not_found", _("There is nothing here, or it is not yours."))


def stranger() -> HttpResponse:
    text = _("A valid access token is needed: Authorization: Bearer sgr_…")
    return problem(401, "unauthorized", text, WWW_Authenticate='Bearer realm="Sungari"')


def _from_http(error: HttpError) -> HttpResponse:
    """Ninja wraps what goes wrong while it reads a body."""
    if isinstance(error.__cause__, Refusal):
        return from_refusal(error.__cause__)
    return problem(error.status_code, "bad_request", _("The request cannot be read."))


def _busy(error: OperationalError) -> HttpResponse:
    """A lock or a statement took too long; nothing was changed."""
    log.warning("database: %s", error)
    text = _("The shop is busy just now: try again.")
    return problem(503, "busy", text, Retry_After=str(BUSY_SECONDS))


def _broken(error: Exception) -> HttpResponse:
    log.error("the interface failed", exc_info=error)
    return problem(500, "broken", _("Something is broken on our side; we have been told."))


def _invalid(error: ValidationError) -> HttpResponse:
    flaws = [
        Flaw(field=_path(each["loc"]), code=each["type"], message=_sentence(each))
        for each in error.errors
    ]
    return problem(422, "invalid", _("Some values cannot be taken."), flaws=flaws)


def _path(place: Iterable[str | int]) -> str:
    """`("body", "given", "items", 3, "price")` as `items.3.price`."""
    parts = [str(part) for part in place]
    kept = parts[2:] if parts[:1] == ["body"] else parts[1:]
    return clean(".".join(kept))


def clean(name: str) -> str:
    """A name that somebody sent: halves of signs have no UTF-8."""
    return name[:200].encode(errors="replace").decode()


def _sentence(error: Mapping[str, Any]) -> str:
    """Pydantic speaks English only."""
    limits = {name: str(value) for name, value in error.get("ctx", {}).items()}
    kind = str(error["type"])
    for start, text, name in _sentences():
        if kind.startswith(start) and (not name or name in limits):
            limit = limits.get(name, "").replace(" or ", ", ")  # pydantic lists choices so
            return text % {"most": limit, "known": limit}
    return _("This value cannot be taken.")


def _sentences() -> list[tuple[str, str, str]]:
    return [
        ("missing", _("This is needed."), ""),
        ("extra_forbidden", _("There is no such field."), ""),
        ("string_too_long", _("Longer than %(most)s characters."), "max_length"),
        ("string_too_short", _("At least %(most)s characters are needed."), "min_length"),
        ("string_pattern", _("This is not written as it must be."), ""),
        ("string", _("Text is needed here."), ""),
        ("too_long", _("At most %(most)s items at once."), "max_length"),
        ("too_short", _("At least %(most)s items are needed."), "min_length"),
        ("greater_than", _("Must be at least %(most)s."), "ge"),
        ("less_than", _("Must be at most %(most)s."), "le"),
        ("int", _("A whole number is needed here."), ""),
        ("bool", _("Only true or false is possible here."), ""),
        ("literal", _("Must be one of: %(known)s."), "expected"),
        ("datetime", _("An instant such as 2026-11-23T04:00:00Z is needed."), ""),
        ("list", _("A list is needed here."), ""),
        ("model", _("An object is needed here."), ""),
        ("dict", _("An object is needed here."), ""),
    ]
