"""What is low is judged where the seller keeps it, and said for each place."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Seller, SellerMember
from logistics import holdings
from storefront.accounts.models import User
from tests.factories import catalog as goods
from tests.factories import logistics as place

pytestmark = pytest.mark.django_db


def offer(seller: Seller, *, harbin: int | None = None, shenzhen: int | None = None) -> int:
    """An offer with so many pieces; none where it never lay."""
    made = goods.offer(seller=seller)
    if harbin is not None:
        place.stock(made, harbin)
    if shenzhen is not None:
        place.stock(made, shenzhen, at="shenzhen")
    return made.pk


def low(seller: Seller) -> list[tuple[int, int | None, int | None]]:
    return [(row.pk, row.harbin, row.shenzhen) for row in holdings.low(seller)]


def test_much_in_shenzhen_hides_no_single_piece_in_harbin() -> None:
    seller = goods.seller()
    one = offer(seller, harbin=1, shenzhen=500)
    four = offer(seller, harbin=4)
    there = offer(seller, shenzhen=3)
    plenty = offer(seller, shenzhen=4)
    never = offer(seller)
    offer(goods.seller(), harbin=1)

    found = low(seller)

    assert found == [(never, None, None), (one, 1, 500), (there, None, 3)]
    assert not {four, plenty} & {pk for pk, *_pieces in found}


def test_today_says_what_is_free_at_each_place() -> None:
    seller = goods.seller()
    user = User.objects.create(email="boris@example.com")
    SellerMember.objects.create(user=user, seller=seller, role="OWNER")
    client = Client()
    client.force_login(user)
    offer(seller, harbin=2, shenzhen=500)

    rows = client.get(reverse("seller_today")).content.decode()

    assert '<td class="n">2</td><td class="n">500</td>' in rows
