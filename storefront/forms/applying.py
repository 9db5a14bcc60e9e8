"""What a firm types that wants to sell here, and the papers it lays in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from catalog import applications, papers
from catalog.applications import Paper
from catalog.checking import Check
from catalog.models import ApplicationPaper, SellerApplication, SellerMember

NAMES = ("name_zh", "name_en", "name_ru", "about_zh")
FIRM = ("uscc", "licence", "city", "zone")
PEOPLE = ("legal_person", "contact_name", "contact_phone")
BANK = ("cnaps", "bank_name", "bank_account")
TIGHT = ("uscc", "cnaps", "bank_account")  # spaces between their signs mean nothing
PREFIX = "paper_"
ACCEPT = "application/pdf,image/jpeg,image/png"


class DraftField(forms.CharField):
    """Needed in the end, but empty is no mistake of a draft."""

    def validate(self, value: Any) -> None:
        """Ask for nothing yet; the length is checked all the same."""


class TightField(DraftField):
    """A number that people copy with spaces between its signs."""

    def to_python(self, value: Any) -> str:
        return "".join((super().to_python(value) or "").split()).upper()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The spaces must have room in the browser too."""
        return {"maxlength": str(2 * (self.max_length or 0))}


def _line(name: str, *, mode: str = "text", help: Any = "", **more: Any) -> DraftField:
    """A field as long as its column."""
    column = SellerApplication._meta.get_field(name)
    assert isinstance(column, Field)
    attributes = {"inputmode": mode, "autocomplete": more.pop("autocomplete", "off")}
    kind = TightField if name in TIGHT else DraftField
    return kind(
        label=capfirst(column.verbose_name),
        help_text=help,
        max_length=column.max_length,
        widget=forms.TextInput(attrs=attributes),
        **more,
    )


class PaperField(forms.FileField):
    """A document, known by what it holds; read one byte further than allowed, never more."""

    def __init__(self, *, label: Any, help_text: Any = "", required: bool = True) -> None:
        widget = forms.FileInput(attrs={"accept": ACCEPT})
        super().__init__(label=label, help_text=help_text, required=required, widget=widget)

    def clean(self, data: "File[bytes] | None", initial: Any = None) -> Paper | None:
        if not data:
            return None
        file = super().clean(data, initial)
        try:
            document = papers.read(file.read(papers.MOST_BYTES + 1))
        except papers.BadPaper as bad:
            raise forms.ValidationError(str(bad), code=bad.code) from bad
        return Paper(ApplicationPaper.Kind.OTHER, str(file.name), document)


class BankForm(forms.Form):
    """Where a firm is paid; the checks of an application speak of it, here and later."""

    cnaps = _line("cnaps", mode="numeric", help=_("12 digits; the bank tells it."))
    bank_name = _line("bank_name", help=_("With its branch, as the bank writes it."))
    bank_account = _line("bank_account", mode="numeric", help=_("The firm's own account, in yuan."))

    use_required_attribute = False

    def tell(self, failed: Iterable[Check]) -> None:
        """Say beside the fields what stands against sending."""
        for check in failed:
            if check.field in self.errors:
                continue
            self.add_error(check.field if check.field in self.fields else None, check.text)


class ApplicationForm(BankForm):
    """An application as it is written; whatever is typed is kept, the checks speak at sending."""

    name_zh = _line("name_zh", help=_("As it stands on the business licence."))
    name_en = _line("name_en", help=_("English or Russian: buyers must be able to read it."))
    name_ru = _line("name_ru", required=False)
    about_zh = forms.CharField(
        label=capfirst(_("about the firm")),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you sell and since when, in a few sentences."),
    )
    uscc = _line("uscc", help=_("18 signs; spaces do not matter."))
    licence = _line("licence", help=_("The number on the business licence."))
    city = _line("city")
    zone = forms.ChoiceField(
        label=capfirst(_("free trade zone")),
        required=False,
        help_text=_("If the firm is registered in one."),
    )
    legal_person = _line("legal_person")
    contact_name = _line("contact_name")
    contact_phone = _line("contact_phone", mode="tel", autocomplete="tel", help="+86 138 0013 8000")
    paper_licence = PaperField(label=capfirst(ApplicationPaper.Kind.LICENCE.label))
    paper_bank = PaperField(label=capfirst(ApplicationPaper.Kind.BANK.label))
    paper_identity = PaperField(label=capfirst(ApplicationPaper.Kind.IDENTITY.label))
    paper_other = PaperField(label=capfirst(ApplicationPaper.Kind.OTHER.label), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [("", _("none")), ("Harbin", _("Harbin")), ("Heihe", _("Heihe"))]
        choices = [*zones, ("Suifenhe", _("Suifenhe"))]
        self.fields["zone"].choices = choices  # type: ignore[attr-defined]

    @property
    def facts(self) -> dict[str, str]:
        """What was typed well enough to be kept."""
        return {name: value for name, value in self.cleaned_data.items() if name in KEPT}

    @property
    def papers(self) -> list[Paper]:
        """The documents that were laid in."""
        given = ((kind, self.cleaned_data.get(_place(kind))) for kind in ApplicationPaper.Kind)
        return [Paper(kind, paper.name, paper.document) for kind, paper in given if paper]

    def place(self, paper: Paper) -> str:
        """The field a document came by."""
        return _place(paper.kind)

    def group(self, names: Iterable[str]) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def name_fields(self) -> list[forms.BoundField]:
        return self.group(NAMES)

    @property
    def firm_fields(self) -> list[forms.BoundField]:
        return self.group(FIRM)

    @property
    def people_fields(self) -> list[forms.BoundField]:
        return self.group(PEOPLE)

    @property
    def bank_fields(self) -> list[forms.BoundField]:
        return self.group(BANK)

    @property
    def paper_fields(self) -> list[forms.BoundField]:
        return self.group(map(_place, ApplicationPaper.Kind))


KEPT = frozenset(applications.FIELDS)


def _place(kind: ApplicationPaper.Kind) -> str:
    return f"{PREFIX}{kind.lower()}"


def initial(application: SellerApplication | None) -> dict[str, str]:
    """What the form begins with: what is kept already."""
    if application is None:
        return {}
    return {name: getattr(application, name) for name in applications.FIELDS}


class InviteForm(forms.Form):
    """Whom a seller wants at his desk, and for what."""

    email = forms.EmailField(
        label=capfirst(_("e-mail")),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=capfirst(_("role")),
        choices=SellerMember.Role.choices,
        initial=SellerMember.Role.LISTING,
    )


class RoleForm(forms.Form):
    """Another role for somebody who is there."""

    role = forms.ChoiceField(label=capfirst(_("role")), choices=SellerMember.Role.choices)
