"""Sellers hear by mail of each statement, and of each payout that arrived or came back, once."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from moneyed import Money

from catalog.models import Seller, SellerMember
from payments.models import Payout, Settlement
from storefront.accounts.models import User
from storefront.lib import clock
from storefront.notifications import settling
from storefront.notifications.models import SellerLetter
from tests.factories import catalog
from tests.factories.payments import NOW
from tests.flows import story

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 11, 23)
NAMES = ("carried", "commission", "refunded", "penalty", "storage", "corrected")


@pytest.fixture(autouse=True)
def simulated(db: None) -> Iterator[None]:
    with clock.simulated(NOW):
        yield


@pytest.fixture
def seller() -> Seller:
    made = catalog.seller()
    for role in ("OWNER", "FINANCE", "LISTING"):
        user = User.objects.create(email=f"{role.lower()}@example.com")
        SellerMember.objects.create(user=user, seller=made, role=role)
    return made


def statement(seller: Seller, *, made_at=NOW) -> Settlement:
    zero = {f"{name}_units": 0 for name in NAMES}
    sums = {**zero, "sold_units": 119_508, "net_units": 119_508}
    by = {"made_at": made_at, "made_by": "task:job"}
    return Settlement.objects.create(seller=seller, period_until=UNTIL, **sums, **by)


def payout(seller: Seller, state: str, reason: str = "") -> Payout:
    return Payout.objects.create(
        seller=seller,
        period_until=UNTIL,
        money=Money(Decimal("1195.08"), "CNY"),
        message=f"PAY-{state}",
        state=state,
        reason=reason,
        made_at=NOW,
        ended_at=NOW,
    )


def send() -> list[tuple[str, str]]:
    mail.outbox.clear()
    settling.announce(now=NOW, wall=NOW)
    for letter in SellerLetter.objects.filter(sent_at=None).order_by("pk"):
        settling.send(story.claim(letter), wall=NOW)
    return [(one.to[0], one.body) for one in mail.outbox]


def test_a_statement_is_told_once_to_those_who_may_see_money(seller: Seller) -> None:
    made = statement(seller)

    told, again = send(), send()

    assert [to for to, _text in told] == ["owner@example.com", "finance@example.com"]
    assert all(
        "1,195.08" in text and f"/zh-hans/seller/money/{made.pk}/" in text for _to, text in told
    )
    assert again == []


def test_a_payout_that_arrives_and_then_comes_back_is_told_twice(seller: Seller) -> None:
    made = payout(seller, "CREDITED")
    arrived = send()
    Payout.objects.filter(pk=made.pk).update(state="RETURNED", reason="AC01")

    back = send()

    assert len(arrived) == len(back) == 2
    assert SellerLetter.objects.filter(payout=made).count() == 2
    assert "AC01" not in back[0][1]
    assert "1,195.08" in back[0][1]


def test_what_is_long_past_or_still_under_way_is_not_told(seller: Seller) -> None:
    statement(seller, made_at=NOW - settling.LOOKS_BACK - timedelta(days=1))
    payout(seller, "SENT")

    assert send() == []
    assert not SellerLetter.objects.exists()
