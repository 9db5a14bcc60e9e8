"""Anna buys by air from Harbin and from Shenzhen; it arrives, and the sellers are paid."""

import re
from collections.abc import Callable

from django.contrib.auth import get_user_model

from catalog.models import Seller, SellerMember
from logistics.models import Shipment
from orders.models import Handover, Order
from payments import ledger
from payments.models import Payout, Rate, Refund
from tests.buyer import Buyer, form
from tests.shop import Shop, check, eventually

SPEED = 100_000
PATIENCE = 150
PASSWORD = "a-long-word-of-the-tests"
LINK = re.compile(r"https?://[^/\s]+(/o/[\w-]+/)")
WAY = (
    "PRE_ADVICE",
    "HUB_PICKED",
    "HUB_PACKED",
    "EXPORT_CUSTOMS_START",
    "EXPORT_CUSTOMS_CLEARED",
    "HUB_BAGGED",
    "HUB_OUTBOUND",
    "LINEHAUL_DEPARTED",
    "LINEHAUL_ARRIVED",
    "IMPORT_CUSTOMS_START",
    "IMPORT_CUSTOMS_CLEARED",
    "LASTMILE_ACCEPTED",
    "OUT_FOR_DELIVERY",
    "DELIVERED",
)


def test_goods_of_two_origins_reach_the_door_and_their_sellers_are_paid(
    own_shop: Callable[..., Shop],
) -> None:
    shop = own_shop()
    with shop.rows():
        here, there = shop.goods(5), shop.goods(5, at="shenzhen", price="499.00")
        anna = shop.buyer()
        number = anna.buy(here, there)
        payment = eventually(lambda: anna.to_acquirer(number), why="the acquirer's page opens")
        assert shop.pay_there(payment, card="2200000000000053")["outcome"] == "paid"
        assert (
            Order.objects.get(number=number).shown_number in anna.get(f"/pay/return/{number}/").text
        )
        boris_hands_over(shop, there.seller)
        guest = by_the_letter(shop)
        seen = states_seen(shop, guest, number)
        eventually(lambda: paid_out(here.seller, there.seller), seconds=PATIENCE, why="payouts")
        shop.hurry(1)

        order = Order.objects.get(number=number)
        assert len(seen) > 3, f"the page told only of {seen}"
        it_arrived(shop, order)
        money_is_where_it_belongs(order, [here.seller, there.seller])
        check(shop)


def boris_hands_over(shop: Shop, seller: Seller) -> None:
    """The seller signs up, proves his address, and hands over what his page shows."""
    handover = eventually(lambda: Handover.objects.filter(seller=seller).first())
    boris = shop.buyer()
    known = form(boris.get("/account/signup/"), "/account/signup/")
    known |= {"email": "boris@example.com", "password1": PASSWORD}
    assert boris.send("/account/signup/", known).status_code == 302
    proof = form(boris.get("/account/confirm-email/"), "/account/confirm-email/")
    proof |= {"code": shop.mailed_code("boris@example.com")}
    assert boris.send("/account/confirm-email/", proof).status_code == 302
    user = get_user_model().objects.get(email="boris@example.com")
    SellerMember.objects.create(user=user, seller=seller, role="OWNER")
    page = boris.get("/zh-hans/seller/orders/")
    address = f"/zh-hans/seller/orders/{handover.pk}/hand-over/"

    assert boris.send(address, form(page, address)).status_code == 302

    handover.refresh_from_db()
    assert handover.actor == f"user:{user.pk}"
    assert handover.handed_at is not None


def by_the_letter(shop: Shop) -> Buyer:
    """Another browser, in which the secret link of the letter was clicked."""
    found = eventually(lambda: LINK.search(str(shop.books("mails?to=anna@example.com"))))
    guest = shop.buyer()
    guest.get(found[1])
    return guest


def states_seen(shop: Shop, guest: Buyer, number: str) -> set[str]:
    """The page that refreshes itself, looked at while business time flies."""
    seen: set[str] = set()

    def is_there() -> bool:
        fragment = guest.get(f"/orders/{number}/", headers={"HX-Request": "true"}).text
        seen.update(re.findall(r"<h1>(.*?)</h1>", fragment))
        order = Order.objects.get(number=number)
        return not order.deliveries.filter(delivered_at=None).exists()

    shop.hurry(SPEED)
    eventually(is_there, seconds=PATIENCE, why="both parcels arrive")
    return seen


def paid_out(*sellers: Seller) -> bool:
    return Payout.objects.filter(seller__in=sellers, state="CREDITED").count() == len(sellers)


def it_arrived(shop: Shop, order: Order) -> None:
    assert order.state == "COMPLETED"
    parcels = list(Shipment.objects.filter(order=order))
    assert [parcel.state for parcel in parcels] == ["DELIVERED", "DELIVERED"]
    for parcel in parcels:
        told = set(parcel.events.values_list("code", flat=True))
        assert told >= set(WAY) - ({"HUB_PICKED"} if "HUB_INBOUND" in told else set())
    assert order.deliveries.exclude(is_kept=None).count() == 2
    assert order.events.filter(kind="DELIVERED").count() == 2
    booked = shop.books("parcels")["parcels"]
    assert sorted(one["reference"] for one in booked) == sorted(one.number for one in parcels)


def money_is_where_it_belongs(order: Order, sellers: list[Seller]) -> None:
    assert ledger.order_balance("buyer_funds", "RUB", order.number) == 0
    refunds = Refund.objects.filter(charge__order=order)
    assert set(refunds.values_list("reason", flat=True)) <= {"BROKEN_PROMISE"}
    given = sum(refund.price.amount for refund in refunds)
    left = ledger.order_balance("acquirer_clearing", "RUB", order.number)
    assert left == (order.total.amount - given) * 100
    for seller in sellers:
        line = order.lines.get(seller=seller)
        net = line.price_cny * line.quantity - line.commission
        assert Payout.objects.get(seller=seller).money == net
        assert ledger.balance("seller_payable", "CNY", seller.slug) == 0
    assert ledger.balance("payouts_in_transit", "CNY") == 0
    assert Rate.objects.filter(currency="CNY", rate_on=order.rate_on, rate=order.rate).exists()
