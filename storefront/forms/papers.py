"""Papers of a recipient, as they stand in the passport; what is wrong is said beside the field."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from logistics.customs.vault import Person
from logistics.models import ConsentText
from storefront.lib import identifiers

NAME = re.compile(r"[А-ЯЁа-яё][А-ЯЁа-яё '-]*")
OLDEST, YOUNGEST = 120, 14  # years; a passport is given from fourteen


def _digits(places: int, example: str) -> forms.TextInput:
    return forms.TextInput(
        attrs={
            "inputmode": "numeric",
            "autocomplete": "off",
            "placeholder": example,
            "size": places,
        }
    )


def _name(label: Any, **more: Any) -> forms.CharField:
    box = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=60, widget=box, **more)


def _day(label: Any) -> forms.DateField:
    box = forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=box)


class PapersForm(forms.Form):
    """Passport, INN and what the recipient agrees to; empty is a whole answer where it may be."""

    use_required_attribute = False  # at checkout the whole part may stay empty

    surname = _name(_("Surname"))
    name = _name(_("First name"))
    patronymic = _name(_("Patronymic"), required=False)
    birth_on = _day(_("Date of birth"))
    series = forms.CharField(label=_("Passport series"), max_length=7, widget=_digits(5, "45 09"))
    number = forms.CharField(label=_("Passport number"), max_length=8, widget=_digits(6, "123456"))
    issued_on = _day(_("Issued on"))
    issuer = forms.CharField(
        label=_("Issued by"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit_code = forms.CharField(
        label=_("Code of the unit"), max_length=9, widget=_digits(7, "770-001")
    )
    inn = forms.CharField(
        label=_("INN"),
        max_length=14,
        help_text=_("Twelve digits; it is on the page of the tax service and in your bank's app."),
        widget=_digits(12, "123456789047"),
    )

    def __init__(
        self, *args: Any, today: date, texts: Iterable[ConsentText], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for text in texts:
            self.fields[f"agree_{text.kind}"] = forms.BooleanField(
                label=text.text, error_messages={"required": _("Without it customs is not told.")}
            )

    def agreements(self) -> list[forms.BoundField]:
        """The boxes to tick."""
        return [self[name] for name in self.fields if name.startswith("agree_")]

    def clean_surname(self) -> str:
        return self._named("surname")

    def clean_name(self) -> str:
        return self._named("name")

    def clean_patronymic(self) -> str:
        return self._named("patronymic") if self.cleaned_data["patronymic"] else ""

    def _named(self, field: str) -> str:
        name = " ".join(self.cleaned_data[field].split())
        if not NAME.fullmatch(name):
            raise forms.ValidationError(_("Write it in Cyrillic letters, as in the passport."))
        return name

    def _number(self, field: str, form: str, words: Any) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data[field])
        if not re.fullmatch(form, digits, re.ASCII):
            raise forms.ValidationError(words)
        return digits

    def clean_series(self) -> str:
        return self._number("series", r"\d{4}", _("A passport series has four digits."))

    def clean_number(self) -> str:
        return self._number("number", r"\d{6}", _("A passport number has six digits."))

    def clean_unit_code(self) -> str:
        code = self._number("unit_code", r"\d{6}", _("The code has six digits: 770-001."))
        return f"{code[:3]}-{code[3:]}"

    def clean_inn(self) -> str:
        number = self._number("inn", r"\d{12}", _("The INN of a person has twelve digits."))
        if not identifiers.is_inn_of_person(number):
            raise forms.ValidationError(
                _("The check digits do not fit: one of the digits is wrong.")
            )
        return number

    def clean_birth_on(self) -> date:
        day: date = self.cleaned_data["birth_on"]
        if not self.today.year - OLDEST <= day.year <= self.today.year - YOUNGEST:
            raise forms.ValidationError(_("Check the year of birth."))
        return day

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        issued, born = given.get("issued_on"), given.get("birth_on")
        if issued and (issued > self.today or (born and issued.year < born.year + YOUNGEST)):
            self.add_error("issued_on", _("This passport cannot have been issued on that day."))
        return given

    def person(self) -> Person | None:
        """What was filled in; None, if nothing was."""
        given = {name: self.cleaned_data.get(name) for name in Person.__dataclass_fields__}
        return Person(**given) if given["inn"] else None  # type: ignore[arg-type]
