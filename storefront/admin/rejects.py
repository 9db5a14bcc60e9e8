"""The desk of rejects: what a window found wrong, and mending, cancelling, taking goods back."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold import widgets
from unfold.decorators import display

from logistics.customs import filings, mending, returning
from logistics.customs.mending import Change
from logistics.models import Declaration
from storefront.lib import clock

from . import cells, doing

NAMES = {
    "gname": _("name of the goods"),
    "gmodel": _("specification and model"),
    "gcode": _("tariff code, 10 digits"),
    "barCode": _("barcode"),
    "wrapType": _("kind of packing"),
    "netWeight": _("net weight, kg"),
    "POD": _("port of destination"),
    "note": _("note"),
}
REMEDIES = {
    "fix": _("Mend the element and send again."),
    "retry": _("Send again as it is."),
    "duplicate": _("It is there already: wait for the answer to the first."),
    "blocked": _("Customs keep the goods: ask the office."),
    "hold": _("Wait for the inspection."),
}


class Mending(forms.Form):
    """One element and its new text; nothing is mended, if no element is chosen."""

    element = forms.ChoiceField(
        label=_("Element to mend"),
        required=False,
        choices=[("", "\u2014"), *((key, f"{key}: {text}") for key, text in NAMES.items())],
        widget=widgets.UnfoldAdminSelectWidget,
    )
    line = forms.IntegerField(
        label=_("Line of the list"),
        required=False,
        min_value=1,
        max_value=100,
        initial=1,
        widget=widgets.UnfoldAdminIntegerFieldWidget,
    )
    text = forms.CharField(
        label=_("New text"),
        required=False,
        max_length=250,
        widget=widgets.UnfoldAdminTextInputWidget,
    )


def _is_ours(declaration):
    return declaration.direction == Declaration.Direction.EXPORT


def _begun(declaration):
    """The element that the rejection names, with what the list says in it."""
    element = mending.field_of(declaration.reason)
    if element not in NAMES:
        return {}
    return {"element": element, "line": 1, "text": mending.text_of(declaration, element)}


def _named(declaration):
    return f"{declaration}: {declaration.reason}"


class Rejects:
    """For the desk of declarations: why a paper was rejected, and what may be done about it."""

    @display(description=_("what customs say"))
    def verdict(self, declaration):
        """The operator's text of the code, in the reader's language."""
        if declaration.state not in ("REJECTED", "REFUSED", "HELD"):
            return cells.NOTHING
        read = mending.advice(declaration.answer_code, declaration.reason)
        code = f"{read.code}: " if read.code else ""
        return cells.lines([f"{code}{read.title}", declaration.reason])

    @display(description=_("element"))
    def element(self, declaration):
        name = mending.field_of(declaration.reason)
        return cells.lines([name, NAMES[name]]) if name in NAMES else name or cells.NOTHING

    @display(description=_("what to mend"))
    def remedy(self, declaration):
        if declaration.state != "REJECTED":
            return cells.NOTHING
        read = mending.advice(declaration.answer_code, declaration.reason)
        return REMEDIES.get(read.remedy, REMEDIES["fix"])

    @display(description=_("mended"))
    def mended(self, declaration):
        rows = list(declaration.amended.items())
        return cells.pairs(rows) if rows else cells.NOTHING

    @display(description=_("next version"))
    def younger(self, declaration):
        rows = declaration.shipment.declarations.filter(direction=declaration.direction)
        found = rows.filter(attempt_number__gt=declaration.attempt_number)
        following = found.order_by("attempt_number").first()
        return cells.link(following) if following else cells.NOTHING

    @display(description=_("may come back without duty until"))
    def back_until(self, declaration):
        return cells.day(returning.last_day(declaration, on=clock.now().date())) or cells.NOTHING

    @doing.deed(
        doing.Deed(
            title=_("Mend and send again"),
            question=_("A new version is made; the old one stays as it was. Send it?"),
            form=Mending,
            suits=lambda paper: _is_ours(paper) and mending.is_open(paper),
            shown=_named,
            begins=_begun,
            icon="build",
        )
    )
    def mend(self, declaration, answers, hands):
        change = None
        if answers["element"]:
            change = Change(answers["element"], answers["line"] or 0, answers["text"])
        mending.send_again(declaration, change, actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Cancel the list"),
            question=_("Customs are asked to strike the list out; the parcel is declared anew."),
            form=doing.Reason,
            suits=lambda paper: _is_ours(paper) and paper.state in ("SENT", "HELD", "RELEASED"),
            icon="cancel",
            is_grave=True,
        )
    )
    def cancel_list(self, declaration, answers, hands):
        filings.cancel(declaration, reason=answers["text"], actor=hands.actor, now=hands.now)

    @doing.deed(
        doing.Deed(
            title=_("Goods come back"),
            question=_("File that the goods of this list return to China unchanged?"),
            form=doing.Reason,
            suits=lambda paper: _is_ours(paper) and paper.state == "RELEASED",
            icon="assignment_return",
        )
    )
    def goods_return(self, declaration, answers, hands):
        returning.come_back(declaration, reason=answers["text"], actor=hands.actor, now=hands.now)
