"""What a station answers: good, bad or what comes next; a wrong scan is told what to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

GOOD, BAD, NEXT = "good", "bad", "next"
Held = dict[str, Any]


@dataclass(frozen=True)
class Hand:
    """Who scans, when, and what his scan before this one has left open."""

    actor: str
    now: datetime
    held: Held = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the floor is told. `label` names what may be printed now, as kind and number."""

    tone: str
    say: str
    why: str = ""
    number: str = ""
    expected: str = ""
    do: str = ""
    label: tuple[str, str] | None = None
    link: tuple[str, str] | None = None
    held: Held = field(default_factory=dict)
    done: int = 0

    def told(self) -> dict[str, Any]:
        """What is kept of it, in the words it was told in."""
        names = ("say", "why", "number", "expected", "do", "label", "link")
        told = {name: getattr(self, name) for name in names if getattr(self, name)}
        return {name: list(one) if isinstance(one, tuple) else one for name, one in told.items()}


Station = Callable[[str, Hand], Answer]


def good(say: str, **more: Any) -> Answer:
    return Answer(GOOD, say, **{"done": 1, **more})


def asks(say: str, held: Held, **more: Any) -> Answer:
    """Nothing is done yet: the next scan completes it."""
    return Answer(NEXT, say, held=held, **more)


def wrong(
    code: str, why: str, *, expected: str = "", do: str = "", held: Held | None = None
) -> Answer:
    """Say what was scanned, what was expected and what to do; what was open stays open."""
    scanned = code[:40] or _("nothing")
    return Answer(BAD, _("Stop"), why, scanned, expected, do, held=held or {})


def deeds() -> dict[str, str]:
    """What to do after a refusal, by its reason in one word."""
    return {
        "form": _("Scan the barcode above the number."),
        "check_digit": _("Wipe the label and scan again; else type the number."),
        "unknown": _("Put it aside and call the shift leader."),
        "cancelled": _("Put the goods back on the shelf."),
        "ended": _("Put it aside and call the shift leader."),
        "held": _("Put it on the shelf for held parcels."),
        "early": _("Take it back to the step before."),
        "done": _("Put it with the finished ones and take the next."),
        "weight": _("Check the contents and weigh again."),
        "no_room": _("Put it aside: it goes with a later departure."),
        "not_kept": _("Put it aside and call the shift leader."),
        "bad_serial": _("Compare the pieces with the order and scan them again."),
    }
