"""What buyers and sellers say in a dispute, and the pictures and papers they lay in."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog import papers
from orders.models import Delivery, OrderLine
from payments import disputes
from payments.models import Dispute

MOST_AT_ONCE = 8
ACCEPT = "application/pdf,image/jpeg,image/png"
HELP = _(
    "Up to eight; PDF, JPEG or PNG, up to 8 MB each. Nobody but buyer, seller and us sees them."
)
WHOLE = ""


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class Evidence(forms.FileField):
    """Pictures and papers, known by what they hold; what is wrong is said by the file's name."""

    def __init__(self, **more: Any) -> None:
        widget = _Files(attrs={"accept": ACCEPT})
        super().__init__(label=_("Pictures and papers"), help_text=HELP, widget=widget, **more)

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, papers.Document]]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(gettext("At most %(most)s files.") % {"most": MOST_AT_ONCE})
        if self.required and not files:
            raise forms.ValidationError(gettext("Choose a file."))
        taken, problems = [], []
        for file in files:
            try:
                document = papers.read(file.read(papers.MOST_BYTES + 1))
            except papers.BadPaper as bad:
                problems.append(f"{file.name}: {bad}")
            else:
                taken.append((str(file.name), document))
        if problems:
            raise forms.ValidationError(problems)
        return taken


class ClaimForm(forms.Form):
    """What a buyer objects to in a delivery."""

    line = forms.TypedChoiceField(label=_("What is it about"), required=False)
    quantity = forms.IntegerField(
        label=_("How many pieces"), required=False, min_value=1, max_value=999
    )
    kind = forms.ChoiceField(
        label=_("What is wrong"), choices=Dispute.Kind.choices, widget=forms.RadioSelect
    )
    wanted = forms.ChoiceField(
        label=_("What would be right"), choices=Dispute.Wanted.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What happened"),
        min_length=10,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In your own words, Russian or Chinese. The seller reads it."),
    )
    papers = Evidence(required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, delivery: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(row.pk): row for row in delivery.lines.order_by("position")}
        choices = [(pk, row.title) for pk, row in self.lines.items()]
        if len(choices) == 1:
            self.initial["line"] = choices[0][0]
        self.fields["line"].choices = [  # type: ignore[attr-defined]
            (WHOLE, _("the whole delivery")),
            *choices,
        ]

    @property
    def claim(self) -> disputes.Claim:
        """What was said, as the trade takes it."""
        given = self.cleaned_data
        line: OrderLine | None = self.lines.get(str(given["line"]))
        return disputes.Claim(
            kind=given["kind"],
            wanted=given["wanted"],
            text=given["text"],
            line=line,
            quantity=given["quantity"] or 0,
        )


class EvidenceForm(forms.Form):
    """More pictures and papers."""

    papers = Evidence()

    use_required_attribute = False


class AnswerForm(forms.Form):
    """What a seller answers to a claim."""

    text = forms.CharField(
        label=_("Your answer"),
        min_length=2,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In Chinese or Russian. The buyer and our operator read it."),
    )
    papers = Evidence(required=False)

    use_required_attribute = False
