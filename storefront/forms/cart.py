"""What a visitor sends about a line of his cart."""

from django import forms


class LineForm(forms.Form):
    offer = forms.IntegerField(min_value=1)
    quantity = forms.IntegerField(min_value=0, max_value=99, required=False)

    def clean_quantity(self) -> int:
        quantity = self.cleaned_data["quantity"]
        return 1 if quantity is None else int(quantity)
