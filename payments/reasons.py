"""Why a payment did not go through, in words for the buyer.

Source: reasons of cancellation of the acquirer's API v3, as in the design notes 3.2.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "3d_secure_failed": _("The bank's confirmation code was wrong or did not come in time."),
    "call_issuer": _("Your bank refused. Call it to learn why, or pay another way."),
    "canceled_by_merchant": _("We cancelled the payment."),
    "card_expired": _("The card has expired."),
    "country_forbidden": _("Cards of this country cannot be used here."),
    "expired_on_confirmation": _("The payment page was open too long."),
    "fraud_suspected": _("The payment looked unsafe to the bank. Try another card."),
    "general_decline": _("The bank refused without a reason. Try another card."),
    "insufficient_funds": _("There was not enough money on the card."),
    "internal_timeout": _("The acquirer did not answer in time. Try again."),
    "invalid_card_number": _("The number of the card is wrong."),
    "invalid_csc": _("The code on the back of the card was wrong."),
    "issuer_unavailable": _("Your bank does not answer at the moment. Try again later."),
    "payment_method_limit_exceeded": _("The limit of this card or of the day is reached."),
    "payment_method_restricted": _("This way of paying is blocked by the bank."),
    "permission_revoked": _("The permission to charge was withdrawn."),
}
OTHER = _("The payment was refused. Try again or pay another way.")


def text(reason: str) -> str:
    """The sentence for a reason; a general one for those we do not know."""
    return str(TEXTS.get(reason, OTHER))
