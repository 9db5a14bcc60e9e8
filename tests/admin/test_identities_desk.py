"""The desk of recipients' papers shows two digits; more costs a reason and leaves a row."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.urls import reverse

from logistics.models import IdentityAccess, RecipientIdentity
from tests.factories.papers import ANNA

SECRETS = (ANNA.number, ANNA.inn, ANNA.issuer, ANNA.surname)


def addresses(row: RecipientIdentity) -> list[str]:
    name = "admin:logistics_recipientidentity"
    return [
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_open", args=[row.pk]),
    ]


@pytest.fixture
def row(desks: None) -> RecipientIdentity:
    return RecipientIdentity.objects.latest("pk")


@pytest.mark.parametrize("role", ["customs", "operator"])
def test_lists_and_pages_show_the_last_two_digits_alone(sign_in, row, role) -> None:
    client = sign_in(role)

    for address in addresses(row)[:2]:
        body = client.get(address).content.decode()
        assert f"{row.document_tail} · " in body
        assert not any(secret in body for secret in (ANNA.number, ANNA.inn, ANNA.issuer))


def test_opening_asks_why_and_leaves_a_row(sign_in, row) -> None:
    customs, address = sign_in("customs"), addresses(row)[2]
    before = row.accesses.count()

    asked = customs.get(address).content.decode()
    unsaid = customs.post(address, {"text": " "}).content.decode()
    assert not any(secret in asked + unsaid for secret in SECRETS[:3])
    assert row.accesses.count() == before
    told = customs.post(address, {"text": "the broker asks"})

    assert "no-store" in told["Cache-Control"]
    assert all(secret in told.content.decode() for secret in SECRETS)
    look = IdentityAccess.objects.latest("pk")
    assert (look.identity, look.purpose, look.reason) == (row, "OPERATOR", "the broker asks")
    assert look.actor == f"user:{customs.session['_auth_user_id']}"
    kept = [str(entry.__dict__) for entry in LogEntry.objects.all()]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    assert not any(secret in "".join(kept) for secret in SECRETS[:3])


def test_who_may_only_look_may_not_open(sign_in, row) -> None:
    operator, address = sign_in("operator"), addresses(row)[2]

    assert operator.get(address).status_code == 403
    assert operator.post(address, {"text": "curious"}).status_code == 403
    assert sign_in("authority").get(addresses(row)[1]).status_code == 403
