"""Valkey is absent: the shop sells on, and afterwards everything ships."""

from collections.abc import Callable

from django.utils import timezone

from logistics.models import Shipment
from orders.models import Order
from tests.shop import Shop, check, eventually

BUYERS = 3


def test_shop_sells_without_valkey_and_ships_afterwards(own_shop: Callable[..., Shop]) -> None:
    shop = own_shop()
    with shop.rows():
        offer = shop.goods(10)
        before = [shop.buyer() for _ in range(BUYERS)]
        before[0].get("/")
        shop.lose_valkey()

        numbers = [buyer.buy(offer) for buyer in before]

        assert len(set(numbers)) == BUYERS
        assert set(Order.objects.values_list("state", flat=True)) == {"PLACED"}
        for path in ("/", "/cart/", f"/p/{offer.variant.product.slug}/", "/search/?q=Model"):
            assert shop.buyer().get(path).status_code == 200
        begun = timezone.now()
        shop.find_valkey()
        for number in numbers:
            assert shop.pay(number)["outcome"] == "paid"
        eventually(lambda: Shipment.objects.filter(state="STOCKED").count() == BUYERS)
        assert (timezone.now() - begun).total_seconds() < 60
        assert [one["status"] for one in shop.payments_of(*numbers)] == ["succeeded"] * BUYERS
        check(shop)
