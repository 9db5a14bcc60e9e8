"""Fills templates and wraps them into a page with its security headers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from storefront.sandbox.pages import words
from storefront.sandbox.wire import Headers, Reply

_HERE = Path(__file__).parent
_LANGUAGES = {"ru": "ru", "en": "en", "zh": "zh-Hans"}
_NOTICES = {"bank": "sandbox_notice", "world": "world_notice"}
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True)
class Look:
    """How a page is shown: language, title, status, more headers.

    `goes_to` are the addresses a form of the page may end at, beside the sandbox itself.
    """

    locale: str
    title: str
    goes_to: tuple[str, ...] = ()
    headers: Headers = ()
    status: int = 200
    # Whose page it is: the acquirer's, or the sandbox's own.
    house: str = "bank"


class Markup(str):
    """A text that is HTML already."""

    __slots__ = ()


def fill(name: str, **values: object) -> Markup:
    """Fill a template; what is not Markup is escaped."""
    return Markup(
        _template(name).substitute({key: escaped(value) for key, value in values.items()})
    )


def escaped(value: object) -> str:
    """Make a value safe to stand in HTML."""
    return value if isinstance(value, Markup) else html.escape(str(value))


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Put pieces of HTML together."""
    return Markup(between.join(escaped(part) for part in parts))


def linked(text: str) -> Markup:
    """Make the addresses in a plain text clickable."""
    pieces, at = [], 0
    for found in _LINK.finditer(text):
        address = html.escape(found[0])
        pieces += [html.escape(text[at : found.start()]), f'<a href="{address}">{address}</a>']
        at = found.end()
    return Markup("".join([*pieces, html.escape(text[at:])]))


def page(template: str, look: Look, values: Mapping[str, object]) -> Reply:
    """Answer with a whole page."""
    locale = look.locale
    whole = fill(
        "base.html",
        language=_LANGUAGES[words.language(locale)],
        title=look.title,
        body=fill(template, **{**words.all_of(locale), **values}),
        notice=words.say(locale, _NOTICES[look.house]),
        house=words.say(locale, look.house),
    )
    origins = sorted({_origin(address) for address in look.goes_to if _origin(address)})
    headers = (*_security(origins), *look.headers)
    return Reply(whole.encode(), look.status, "text/html; charset=utf-8", headers)


def _security(origins: list[str]) -> Headers:
    forms = " ".join(["'self'", *origins])
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; frame-src 'self';"
        f" form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        ("Content-Security-Policy", policy),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


@cache
def _template(name: str) -> Template:
    return Template((_HERE / name).read_text(encoding="utf-8"))
