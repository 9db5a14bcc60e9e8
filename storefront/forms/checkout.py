"""Recipient, address and method of payment."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from logistics.customs.vault import Person
from orders.models import City
from payments.models import Charge

from .papers import PapersForm

NAME = re.compile(r"^[^\W\d_][^\d_]*$")
PHONE = re.compile(r"^\+?[78]?[\s(-]*9\d{2}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}$")


def _text(autocomplete: str, **attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, **attrs})


class CheckoutForm(forms.Form):
    """One page: everything a parcel needs, and how it is paid."""

    recipient = forms.CharField(
        label=_("Full name"),
        max_length=120,
        help_text=_("As in the passport: the carrier hands the parcel to this person."),
        widget=_text("name"),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        help_text=_("The courier calls this number."),
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "placeholder": "+7 9__ ___-__-__"}
        ),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The link to your order and every step of its way go here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=6,
        widget=_text("postal-code", inputmode="numeric"),
    )
    street = forms.CharField(
        label=_("Street, house, flat"), max_length=300, widget=_text("street-address")
    )
    method = forms.ChoiceField(
        label=_("Payment"),
        choices=Charge.Method.choices,
        initial=Charge.Method.CARD,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, city: City, papers: PapersForm | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        self.papers = papers
        if self.data.get("point"):  # its address stands in place of the buyer's
            for name in ("postcode", "street"):
                self.fields[name].required = False

    def is_valid(self) -> bool:
        """With the recipient's papers: what was begun of them must be whole."""
        are_papers_good = self.papers is None or self.papers.is_valid()
        return super().is_valid() and are_papers_good

    def person(self) -> Person | None:
        """The recipient's papers, where they were given with the order."""
        return self.papers.person() if self.papers else None

    def offer(self, methods: tuple[str, ...], instalments_from: str) -> None:
        """Leave the ways of paying that this sum may be paid by, and say from where instalments."""
        field: Any = self.fields["method"]
        field.choices = [each for each in Charge.Method.choices if each[0] in methods]
        words = gettext("Instalments are offered from %(sum)s.")
        field.help_text = words % {"sum": instalments_from}

    def clean_recipient(self) -> str:
        name = " ".join(self.cleaned_data["recipient"].split())
        if not NAME.match(name) or " " not in name:
            raise forms.ValidationError(_("Write the first name and the surname."))
        return name

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if not PHONE.match(phone):
            raise forms.ValidationError(_("A Russian mobile number is needed: +7 9…"))
        return "+7" + re.sub(r"\D", "", phone)[-10:]

    def clean_postcode(self) -> str:
        postcode: str = self.cleaned_data["postcode"].strip()
        if self.data.get("point"):
            return postcode
        if not re.fullmatch(r"\d{6}", postcode):
            raise forms.ValidationError(_("A postcode has six digits."))
        if not any(postcode.startswith(prefix) for prefix in self.city.postcodes):
            raise forms.ValidationError(
                _("This postcode is not in %(city)s. Choose another delivery city above."),
                params={"city": self.city.title},
            )
        return postcode
