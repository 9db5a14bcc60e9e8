"""Giving some of an order back from the desk of its charge."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from payments import giving
from payments.models import Bearer, Charge
from payments.parts import TooMuch
from storefront.flows import returns

from . import doing


def _number(label, **more):
    widget = widgets.UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(label=label, min_value=1, max_value=999, widget=widget, **more)


class Giving(forms.Form):
    """What of a delivery goes back, and who bears it."""

    delivery = _number(_("Number of the delivery in the order"), initial=1)
    line = _number(_("Number of the line in the order"), required=False)
    quantity = _number(_("Pieces"), required=False)
    freight = forms.DecimalField(
        label=_("For freight, rubles"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
    )
    bearer = forms.ChoiceField(
        label=_("Borne by"), choices=Bearer.choices, widget=widgets.UnfoldAdminSelectWidget
    )


class GivingBack:
    """For the desk of charges: the action that gives some of the money back."""

    @doing.deed(
        doing.Deed(
            title=_("Give some back"),
            question=_(
                "Pieces of a line at what was paid for them, or freight. The money leaves at once; "
                "above the limit of one person open a dispute instead."
            ),
            form=Giving,
            suits=lambda charge: charge.state == Charge.State.CAPTURED,
            icon="undo",
            is_grave=True,
        )
    )
    def give_some_back(self, charge, answers, hands):
        delivery = charge.order.deliveries.filter(position=answers["delivery"]).first()
        if delivery is None:
            raise TooMuch(str(_("The order has no such delivery.")))
        wish = giving.Wish(
            pieces={answers["line"]: answers["quantity"] or 1} if answers["line"] else {},
            freight=answers["freight"] or Decimal(0),
            bearer=answers["bearer"],
        )
        returns.give(delivery, wish, actor=hands.actor, now=hands.now)
