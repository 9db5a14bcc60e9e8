"""The people of a seller: invited, seated, given another role, sent away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from catalog import members
from catalog.models import SellerInvitation, SellerMember
from storefront.accounts.models import User
from storefront.lib import clock
from storefront.notifications import tasks
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VERA = {"actor": "user:7", "now": NOW}


def invited(seller, email="ling@example.com", role="LISTING") -> SellerInvitation:
    times = {"now": NOW, "wall": NOW}
    return members.invite(seller, email, role=members.Role(role), actor="user:1", **times)


def test_a_seat_is_offered_by_mail_and_taken_once():
    seller, ling = make.seller(), User.objects.create(email="ling@example.com")
    row = invited(seller, " Ling@example.com ")
    with clock.simulated(NOW):
        tasks.send_invitation(id=row.pk)
    token = mail.outbox[0].body.partition("/seller/join/")[2].partition("/")[0]
    assert token == members.secret(row.key)
    assert token not in str(SellerInvitation.objects.values().get())

    found = members.find(token, email="ling@example.com", wall=NOW)
    for _time in range(2):
        seat = members.take_up(found, user_id=ling.pk, now=NOW, wall=NOW)
        assert (seat.seller_id, seat.role) == (seller.pk, "LISTING")

    assert SellerMember.objects.count() == 1
    kinds = list(seller.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["INVITED", "SEATED"]


def test_a_link_opens_for_its_address_and_its_time_alone():
    seller = make.seller()
    row = invited(seller)
    token = members.secret(row.key)
    last = NOW + members.VALID - timedelta(seconds=1)
    assert members.find(token, email="LING@example.com", wall=last) == row

    for given in (
        {"email": "gleb@example.com", "wall": NOW},
        {"email": "ling@example.com", "wall": NOW + members.VALID},
    ):
        with pytest.raises(members.NotInvited):
            members.find(token, **given)
    with pytest.raises(members.NotInvited):
        members.find("guessed", email="ling@example.com", wall=NOW)

    members.take_back(row, actor="user:1", now=NOW, wall=NOW)
    with pytest.raises(members.NotInvited):
        members.find(token, email="ling@example.com", wall=NOW)
    with pytest.raises(members.NotInvited):
        members.take_up(row, user_id=1, now=NOW, wall=NOW)
    assert not SellerMember.objects.exists()


def test_a_newer_invitation_takes_the_place_of_the_older():
    seller = make.seller()
    older, newer = invited(seller), invited(seller, role="FINANCE")

    assert list(members.open_invitations(seller, wall=NOW)) == [newer]
    with pytest.raises(members.NotInvited):
        members.find(members.secret(older.key), email=older.email, wall=NOW)


def test_nobody_sits_at_two_desks_or_is_invited_to_his_own():
    seller, ling = make.seller(), User.objects.create(email="ling@example.com")
    SellerMember.objects.create(user=ling, seller=make.seller(), role="OWNER")

    row = invited(seller)
    with pytest.raises(members.SeatedElsewhere):
        members.take_up(row, user_id=ling.pk, now=NOW, wall=NOW)
    row.refresh_from_db()
    assert row.taken_at is None

    anna = User.objects.create(email="anna@example.com")
    SellerMember.objects.create(user=anna, seller=seller, role="FINANCE")
    with pytest.raises(members.SeatedHere):
        invited(seller, "anna@example.com")


def test_so_many_invitations_are_open_at_once():
    seller = make.seller()
    for number in range(members.MOST_OPEN):
        invited(seller, f"person-{number}@example.com")

    with pytest.raises(members.TooManyInvitations):
        invited(seller, "one-more@example.com")


def test_the_last_owner_stays():
    seller = make.seller()
    boris, ling = (
        SellerMember.objects.create(
            user=User.objects.create(email=f"{name}@example.com"), seller=seller, role=role
        )
        for name, role in (("boris", "OWNER"), ("ling", "LISTING"))
    )

    for verb in (
        lambda: members.remove(boris, **VERA),
        lambda: members.change_role(boris, members.Role.FINANCE, **VERA),
    ):
        with pytest.raises(members.LastOwner):
            verb()
    members.change_role(boris, members.Role.OWNER, **VERA)
    assert not seller.events.exists()

    members.change_role(ling, members.Role.OWNER, **VERA)
    members.remove(boris, **VERA)
    assert list(SellerMember.objects.values_list("user__email", "role")) == [
        ("ling@example.com", "OWNER")
    ]
    details = list(seller.events.order_by("pk").values_list("kind", "detail"))
    assert details[0] == (
        "ROLE_CHANGED",
        {"user": ling.user_id, "before": "LISTING", "role": "OWNER"},
    )
    assert details[1] == ("REMOVED", {"user": boris.user_id, "role": "OWNER"})
