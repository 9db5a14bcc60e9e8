"""The desk of screening: two people, a reason, and a page that shows why."""

import pytest
from django.urls import reverse

from payments.models import Decision, Hit, ListedName, ListedParty, SanctionsList
from payments.screening import clearing, parties
from payments.screening.clearing import Standing
from tests.admin import world
from tests.admin.test_deeds import deed, listing, told
from tests.factories import catalog

WHY = {"sure": "1", "text": "the firm is forty years younger"}


@pytest.fixture
def hit(desks: None) -> Hit:
    """A grave likeness that nobody has looked at."""
    version = SanctionsList.objects.earliest("pk")
    entry = ListedParty.objects.create(kind="UN", uid="x-1", what="FIRM", since=version)
    name = ListedName.objects.create(party=entry, text="LADOGA", quality="PRIMARY")
    seller = catalog.seller(name_en="Ladoga")
    (party,) = parties.note([("SELLER", seller.uscc)], now=world.NOW)
    why = {"pairs": [["ladoga", "ladoga", 1.0, 1.0]], "notes": ["only read"]}
    facts = {"party": party, "party_digest": party.digest, "entry": entry, "name": name}
    return Hit.objects.create(list=version, score_bps=9700, why=why, found_at=world.NOW, **facts)


def page(row) -> str:
    return reverse("admin:payments_hit_change", args=[row.pk])


def test_the_page_shows_both_sides_and_why(sign_in, hit):
    text = sign_in("finance").get(page(hit)).content.decode()

    for part in ("LADOGA", "Ladoga", "ladoga = ladoga: 100%", "97.00 %"):
        assert part in text


def test_a_clearance_needs_a_reason_and_another_person(sign_in, hit):
    first = sign_in("finance")

    assert not told(first.post(deed(hit, "somebody_else"), {"sure": "1", "text": ""}))
    assert not Decision.objects.filter(hit=hit).exists()
    first.post(deed(hit, "somebody_else"), WHY)
    assert "подтвердить другой" in told(first.post(deed(hit, "confirm"), WHY))[-1]
    assert clearing.of_hit(Hit.objects.get(pk=hit.pk)) is Standing.WAITING
    sign_in("superuser").post(deed(hit, "confirm"), WHY)

    assert clearing.of_hit(Hit.objects.get(pk=hit.pk)) is Standing.CLEAR


def test_a_match_is_said_by_one(sign_in, hit):
    sign_in("finance").post(deed(hit, "the_same"), WHY)

    assert clearing.of_hit(Hit.objects.get(pk=hit.pk)) is Standing.LISTED


@pytest.mark.parametrize("role", ["operator", "customs", "authority"])
def test_screening_is_for_finance_alone(sign_in, hit, role):
    client = sign_in(role)

    assert client.get(page(hit)).status_code == 403
    assert client.get(listing(Hit)).status_code == 403
    client.post(deed(hit, "the_same"), WHY)
    assert not Decision.objects.filter(hit=hit).exists()


def test_the_list_of_what_is_to_be_decided(sign_in, hit):
    found = sign_in("finance").get(listing(Hit), {"undecided": "1"})

    rows = list(found.context["cl"].result_list)
    assert hit in rows
    assert all(clearing.of_hit(row) in (Standing.OPEN, Standing.WAITING) for row in rows)
