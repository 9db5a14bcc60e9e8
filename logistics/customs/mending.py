"""What a person does with a paper that Chinese customs rejected: read why, mend, send again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.translation import gettext as _

from catalog.models import language
from logistics import moving
from logistics.models import Declaration, Shipment
from logistics.moving import Fact
from logistics.states import Code
from orders import holds
from storefront.lib import xml
from storefront.lib.refusal import Refusal

from . import opening
from .gateways import messages, receipts
from .gateways.receipts import Answer

# What of the list may be mended by hand; the rest follows from the order, the goods, the scales.
OF_LINES = ("gname", "gmodel", "gcode", "barCode")
OF_HEAD = ("wrapType", "netWeight", "POD", "note")
UNKNOWN = {
    "ru": "Код не описан в таблице таможни",
    "zh": "代码表中无此回执代码",
    "en": "The table of customs does not know this code",
}


class NotMendable(Refusal):
    """A paper or an element of it cannot be mended."""

    code = "not_mendable"


@dataclass(frozen=True)
class Advice:
    """What a rejection says: its code in words, the element it names, what to do about it."""

    code: int | None
    title: str
    remedy: str
    field: str


@dataclass(frozen=True)
class Change:
    """One element and its new text; `line` 0 is the head."""

    element: str
    line: int
    text: str


@cache
def _names() -> frozenset[str]:
    tables = {name for form in messages.forms().values() for name in (form.head, form.line)}
    tables |= {form.node for form in messages.forms().values() if not form.head}
    return frozenset(one.name for table in tables for one in messages.fields(table))


def field_of(reason: str) -> str:
    """The element a reason names: windows begin with it, our own checks have it in the text."""
    start = re.match(r"\s*(\w+):", reason)
    if start and start[1] in _names():
        return start[1]
    return next((word for word in re.findall(r"\w+", reason) if word in _names()), "")


def advice(code: int | None, reason: str) -> Advice:
    """Read a rejection, in the reader's language."""
    known = receipts.answers().get(code or 0)
    answer = known or Answer(code or 0, "fix", UNKNOWN)
    title = answer.titles[language()] if code else _("Stopped before sending by our own check")
    return Advice(code, title, answer.remedy, field_of(reason))


def text_of(declaration: Declaration, element: str, line: int = 1) -> str:
    """What the list that was sent says in an element; of its head, or of a line from 1 on."""
    sent = declaration.messages.filter(kind="CEB603", is_ours=True).order_by("pk").last()
    if sent is None:
        return ""
    found = xml.parse(sent.body.encode()).iterfind(f".//{{{receipts.NS}}}{element}")
    texts = [node.text or "" for node in found]
    number = line - 1 if element in OF_LINES else 0
    return texts[number] if 0 <= number < len(texts) else ""


def is_open(declaration: Declaration) -> bool:
    """Whether a rejected paper still waits to be mended: no younger version has been made."""
    return Declaration.objects.waiting().filter(pk=declaration.pk, state="REJECTED").exists()


def _form_of(element: str) -> str:
    table = "InventoryList" if element in OF_LINES else "InventoryHead"
    return next(one.form for one in messages.fields(table) if one.name == element)


def _checked(declaration: Declaration, change: Change) -> dict[str, str]:
    """Raises: NotMendable."""
    text = change.text.strip()
    if change.element in OF_LINES:
        lines = declaration.lines.count()
        if not 1 <= change.line <= lines:
            words = _("Say which line: the list has %(count)d.")
            raise NotMendable(words % {"count": lines}, field=change.element)
        name = f"{change.element}/{change.line}"
    elif change.element in OF_HEAD:
        name = change.element
    else:
        raise NotMendable(_("This element cannot be mended by hand."), field=change.element)
    form = _form_of(change.element)
    if not messages.pattern(form).fullmatch(text):
        words = _("“%(text)s” does not fit %(form)s") % {"text": text[:40], "form": form}
        raise NotMendable(words, field=change.element)
    return {name: text}


def send_again(
    declaration: Declaration, change: Change | None, *, actor: str, now: datetime
) -> Declaration:
    """Make the next version of a rejected paper, with what was mended, and let the order go on.

    Locks: the order, the parcel.
    Raises: NotMendable, unless it is the last paper of its parcel and was rejected.
    """
    with moving.locked(declaration.shipment) as shipment:
        last = _last(shipment, declaration)
        mended = {**last.amended, **(_checked(last, change) if change else {})}
        direction = Declaration.Direction(last.direction)
        made = opening.open_for(shipment, direction, now=now, amended=mended)
        _note(shipment, made, mended, actor=actor, now=now)
        _lift(shipment, actor=actor, now=now)
        moving.plan(shipment, None)
    return made


def _last(shipment: Shipment, declaration: Declaration) -> Declaration:
    papers = shipment.declarations.filter(direction=declaration.direction)
    last = papers.order_by("attempt_number").last()
    if last is None or last.pk != declaration.pk:
        raise NotMendable(_("There is a younger version of this paper."))
    if last.state != Declaration.State.REJECTED:
        raise NotMendable(_("Only a rejected paper is sent again."))
    return last


def _note(
    shipment: Shipment,
    made: Declaration,
    mended: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
) -> None:
    detail = {"amended": dict(mended), "reference": made.reference}
    key = f"{made.reference}:mended"
    fact = Fact(Code.EXPORT_CUSTOMS_START, now, "customs.desk", key, detail=detail)
    moving.note(shipment, fact, actor=actor)


def _lift(shipment: Shipment, *, actor: str, now: datetime) -> None:
    """Let the order go on, if it stood for this paper."""
    for hold in shipment.order.holds.filter(reason="CUSTOMS_REJECTED", lifted_at=None):
        holds.lift(hold, answer=_("mended and sent again"), actor=actor, now=now)
