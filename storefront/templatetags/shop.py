"""What pages of the shop need: bounded counts, data for machines, parts kept by what they show."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from django import template
from django.core.cache import cache
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from payments.models import ReturnReason
from storefront.lib import kept

from .money import whole

register = template.Library()

EXACT_UP_TO = 1000
KEPT_SECONDS = 3600
# What could end a data block or begin a comment in it (as django.utils.html.json_script does).
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@kept.for_a_minute
def _return_reasons() -> dict[str, ReturnReason]:
    return {row.code: row for row in ReturnReason.objects.all()}


@register.filter
def bank_reason(code: str) -> str:
    """Say in words why a bank gave money back; a code nobody knows stays a code."""
    known = _return_reasons().get(code)
    return f"{known.title} ({code})" if known else code


@register.filter
def is_sellers(code: str) -> bool:
    """Whether a payout that came back so waits for the seller to tell another account."""
    known = _return_reasons().get(code)
    return known is not None and known.remedy == ReturnReason.Remedy.SELLER


@register.filter
def bounded(count: int) -> str:
    """Write a count that is exact up to a thousand: `1 204` is `1 000+`."""
    return whole(count) if count <= EXACT_UP_TO else f"{whole(EXACT_UP_TO)}+"


@register.simple_tag
def structured(data: Mapping[str, Any] | None) -> SafeString:
    """Write facts for search engines as a block of data, which no browser runs."""
    if not data:
        return SafeString("")
    text = json.dumps(data, ensure_ascii=False, default=str).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.simple_tag
def cards(rows: Iterable[Any], eager: int = 0) -> SafeString:
    """Write cards of goods; a page costs only what is new on it."""
    shown = [{"card": card, "eager": at < eager} for at, card in enumerate(rows)]
    return SafeString("".join(_kept("components/card.html", shown)))


@register.simple_tag
def choices(groups: Sequence[Any]) -> SafeString:
    """Write the choices beside a list."""
    return SafeString("".join(_kept("shop/_groups.html", [{"groups": groups}])))


def _kept(name: str, pages: Sequence[dict[str, Any]]) -> list[str]:
    """Render a template for each of these; what it shows is its name in the cache.

    So nothing kept can be out of date: another price, date, language or count is another name.
    """
    prefix = f"part:{name}:{translation.get_language()}"
    keys = [f"{prefix}:{_digest(repr(page))}" for page in pages]
    known = cache.get_many(keys)
    fresh = {
        key: str(get_template(name).render(page))
        for key, page in zip(keys, pages, strict=True)
        if key not in known
    }
    if fresh:
        cache.set_many(fresh, KEPT_SECONDS)
        known |= fresh
    return [known[key] for key in keys]


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
