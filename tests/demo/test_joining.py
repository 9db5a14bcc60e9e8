"""The sellers of the demo once applied like everybody: there is a telephone to call."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model

from catalog.models import SellerApplication, SellerMember
from payments.models import AccountChange
from storefront.management import applicants, world
from tests.factories import catalog

pytestmark = pytest.mark.django_db
CONTACTS = world.table("contacts")


def test_each_seller_of_the_demo_has_a_contact_nobody_can_take_for_a_real_one() -> None:
    assert [row["seller"] for row in CONTACTS] == [row["slug"] for row in world.table("sellers")]
    for row in CONTACTS:
        assert row["legal_person"].startswith("演示人")
        assert row["contact_name"].startswith("演示人")
        assert re.fullmatch(r"\+86 \d{2,3} 0000 000\d", row["contact_phone"])


def test_applications_of_sellers_are_written_once_and_belong_to_owners() -> None:
    mine, another = catalog.seller(slug="lianhua"), catalog.seller(slug="haisheng")
    boris = get_user_model().objects.create(email="boris@demo.sungari.example")
    SellerMember.objects.create(user=boris, seller=mine, role=SellerMember.Role.OWNER)
    catalog.seller()  # of no demo table

    assert (applicants.joined(), applicants.joined()) == (2, 0)

    found = {one.seller_id: one for one in SellerApplication.objects.all()}
    assert set(found) == {mine.pk, another.pk}
    assert found[mine.pk].user == boris
    assert not found[another.pk].user.has_usable_password()
    assert {one.state for one in found.values()} == {SellerApplication.State.APPROVED}
    assert [one.bank_account for one in found.values()] == [
        mine.bank_account,
        another.bank_account,
    ]


def test_the_desk_of_changed_accounts_shows_the_telephone() -> None:
    seller = catalog.seller(slug="haisheng")
    applicants.joined()

    shown = admin.site._registry[AccountChange].telephone(AccountChange(seller=seller))

    assert shown == "+86 755 0000 0002, 演示人四"
