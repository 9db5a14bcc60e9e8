"""Reviews and the like that a buyer writes."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReviewForm(forms.Form):
    """An opinion on goods that were received."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    rating = forms.TypedChoiceField(
        label=_("Rating"),
        coerce=int,
        choices=[(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")],
    )
    title = forms.CharField(label=_("In a few words"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Your opinion"), max_length=3000, required=False, widget=forms.Textarea
    )
