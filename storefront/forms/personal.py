"""The yes before everything held about a person is erased."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ErasureForm(forms.Form):
    sure = forms.BooleanField(label=_("I understand that this cannot be taken back."))
