"""Carriers' own codes in our one vocabulary, by dated rows; what is unknown stays as it came."""

from datetime import date

from storefront.lib import kept

from .carriers import Event
from .models import CarrierCode
from .moving import Fact
from .states import Code

Meaning = tuple[str, date, date, str]


@kept.for_a_minute
def _meanings() -> dict[tuple[str, str], list[Meaning]]:
    """Country, first and last day, and our code of each carrier's code; the newest first."""
    found: dict[tuple[str, str], list[Meaning]] = {}
    for row in CarrierCode.objects.order_by("-valid_from", "pk"):
        meaning = (row.country, row.valid_from, row.valid_until or date.max, row.code)
        found.setdefault((row.carrier, row.raw), []).append(meaning)
    return found


def code_of(carrier: str, event: Event) -> str:
    """What an event is in our words: an exact code before one for every attribute.

    Where a code means two things, the country of the event decides; without it, nothing does.
    """
    stem = event.code.partition("/")[0]
    for raw in (event.code, f"{stem}/*"):
        for country, first, until, code in _meanings().get((carrier, raw), ()):
            if country in ("", event.country) and first <= event.happened_at.date() < until:
                return code
    return event.code


def fact_of(event: Event, *, source: str) -> Fact:
    """A carrier's event as a fact; his own code and words are kept with it."""
    code = code_of(source, event)
    detail = {"raw": event.code, "text": event.text} if code != event.code or event.text else {}
    if event.kept_until is not None:
        detail["kept_until"] = event.kept_until.isoformat()
    return Fact(code, event.happened_at, source, event.key, place=event.place, detail=detail)


def is_known(code: str) -> bool:
    """Whether a code belongs to our vocabulary; others are told to operators as they came."""
    return code in Code.values
