"""Every reason and party of the acquirer has its words in three languages."""

import re

import pytest
from django.utils import translation
from yookassa.domain.models import cancellation_details as theirs

from payments import reasons

# Source: DOMAIN 3.2, and yookassa 3.13, domain/models/cancellation_details.
CANCELLED = [
    "3d_secure_failed",
    "call_issuer",
    "canceled_by_merchant",
    "card_expired",
    "country_forbidden",
    "deal_expired",
    "expired_on_capture",
    "expired_on_confirmation",
    "fraud_suspected",
    "general_decline",
    "identification_required",
    "insufficient_funds",
    "internal_timeout",
    "invalid_card_number",
    "invalid_csc",
    "issuer_unavailable",
    "payment_method_limit_exceeded",
    "payment_method_restricted",
    "permission_revoked",
    "unsupported_mobile_operator",
]
REFUNDS = [
    "general_decline",
    "insufficient_funds",
    "rejected_by_payee",
    "rejected_by_timeout",
    "yoo_money_account_closed",
    "some_articles_already_refunded",
    "too_many_refunding_articles",
]


def test_no_reason_and_no_party_is_without_words() -> None:
    assert set(CANCELLED) <= set(reasons.TEXTS)
    assert set(reasons.PARTIES) == {"merchant", "yoo_money", "payment_network"}
    assert set(REFUNDS) <= set(reasons.REFUNDS)


def _of(codes: type) -> set[str]:
    return {value for name, value in vars(codes).items() if name.isupper()} - {"unknown"}


def test_the_official_client_knows_no_other_reason() -> None:
    assert _of(theirs.CancellationDetailsReasonCode) <= set(reasons.TEXTS)
    assert _of(theirs.RefundCancellationDetailsReasonCode) <= set(reasons.REFUNDS)


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
@pytest.mark.parametrize(
    "words",
    [*reasons.TEXTS.values(), *reasons.PARTIES.values(), *reasons.REFUNDS.values()],
    ids=str,
)
def test_each_is_said_in_russian_and_chinese(language: str, words: object) -> None:
    letters = "[а-яё]" if language == "ru" else "[\u4e00-\u9fff]"
    with translation.override(language):
        assert re.search(letters, str(words)), str(words)


def test_what_nobody_knows_gets_general_words() -> None:
    assert reasons.text("never_heard_of") == str(reasons.OTHER)
    assert reasons.party("never_heard_of") == ""
    assert reasons.refund("never_heard_of") == "never_heard_of"
