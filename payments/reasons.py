"""Why a payment or a refund did not go through, in words for the buyer.

Source: reasons of cancellation of the acquirer's API v3, as in the design notes 3.2 and in
yookassa 3.13, domain/models/cancellation_details.py.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "3d_secure_failed": _("The bank's confirmation code was wrong or did not come in time."),
    "call_issuer": _("Your bank refused. Call it to learn why, or pay another way."),
    "canceled_by_merchant": _("We cancelled the payment."),
    "card_expired": _("The card has expired."),
    "country_forbidden": _("Cards of this country cannot be used here."),
    "deal_expired": _("The time of the deal this payment belonged to is over."),
    "expired_on_capture": _("The money was held for too long and went back to the card."),
    "expired_on_confirmation": _("The payment page was open too long."),
    "fraud_suspected": _("The payment looked unsafe to the bank. Try another card."),
    "general_decline": _("The bank refused without a reason. Try another card."),
    "identification_required": _("The bank wants you identified before you can pay this way."),
    "insufficient_funds": _("There was not enough money on the card."),
    "internal_timeout": _("The acquirer did not answer in time. Try again."),
    "invalid_card_number": _("The number of the card is wrong."),
    "invalid_csc": _("The code on the back of the card was wrong."),
    "issuer_unavailable": _("Your bank does not answer at the moment. Try again later."),
    "loan_application_expired": _("The request for instalments was not finished in time."),
    "loan_declined": _("The bank refused the instalments. Pay another way."),
    "loan_declined_by_payer": _("You declined the bank's offer of instalments."),
    "payment_method_limit_exceeded": _("The limit of this card or of the day is reached."),
    "payment_method_restricted": _("This way of paying is blocked by the bank."),
    "permission_revoked": _("The permission to charge was withdrawn."),
    "rejected_by_timeout": _("The bank did not answer in time. Try again."),
    "unsupported_mobile_operator": _("This mobile operator cannot be paid from."),
}
PARTIES: dict[str, Promise] = {
    "merchant": _("cancelled by the shop"),
    "yoo_money": _("cancelled by the acquirer"),
    "payment_network": _("refused by the bank or the payment system"),
}
REFUNDS: dict[str, Promise] = {
    "general_decline": _("The bank refused the refund without a reason."),
    "insufficient_funds": _("There was not enough money on the shop's account for the refund."),
    "rejected_by_payee": _("The recipient's bank refused the refund."),
    "rejected_by_timeout": _("The recipient's bank did not answer in time."),
    "yoo_money_account_closed": _("The account to be refunded to is closed."),
    "some_articles_already_refunded": _("Some of these goods were refunded before."),
    "payment_basket_id_not_found": _("The acquirer does not find the basket to be refunded."),
    "payment_article_number_not_found": _("The acquirer does not find the goods to be refunded."),
    "payment_tru_code_not_found": _("The acquirer does not find the code of the goods."),
    "too_many_refunding_articles": _("More pieces are to be refunded than were paid."),
}
OTHER = _("The payment was refused. Try again or pay another way.")


def party(name: str) -> str:
    """Who ended a payment; no text for those we do not know."""
    return str(PARTIES.get(name, ""))


def refund(reason: str) -> str:
    """Why a refund did not go through; the code itself for those we do not know."""
    return str(REFUNDS.get(reason, reason))


def text(reason: str) -> str:
    """The sentence for a reason; a general one for those we do not know."""
    return str(TEXTS.get(reason, OTHER))
