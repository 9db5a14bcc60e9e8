"""Listing goods, bringing them to Shenzhen, handing over what was sold."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from catalog.goods import Goods
from catalog.models import Offer, Product, Variant
from logistics import shipments, warehouse
from logistics.models import Shipment, Stock
from orders import lifecycle
from orders.models import Handover, OrderEvent
from orders.states import CancelReason
from storefront.flows import cancellation, selling
from tests.factories import catalog as make
from tests.factories import logistics as place
from tests.factories import orders as sell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WHO = {"actor": "user:7", "now": NOW}
FACTS = {
    "net_weight_g": 191,
    "weight_g": 426,
    "length_mm": 163,
    "width_mm": 86,
    "height_mm": 54,
    "hs_code": "8517130000",
    "origin": "CN",
    "battery_kind": "built_in",
    "battery_wh": Decimal("27.09"),
    "fsb_notification": "ДЕМО-0001",
}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def boris():
    return make.seller()


def goods(article: str = "A-1", *, quantity: int | None = 5, **facts) -> Goods:
    identity = {
        "brand": "Xiaomi",
        "model": "17",
        "category": "smartphones",
        "kind": "phone",
        "colour": "black",
        "ram_gb": 12,
        "storage_gb": 256,
        "price_cny": Decimal("3999.00"),
    }
    if quantity is not None:
        identity["quantity"] = quantity
    return Goods(0, article, identity, facts={**FACTS, **facts})


def add(said: Goods, seller, *, submits: bool = True) -> Offer:
    return selling.add(said, seller=seller, submits=submits, **WHO)


def shenzhen_order(seller):
    """A paid order of goods that the seller must bring to Shenzhen."""
    offer = make.offer(seller=seller)
    place.stock(offer, at="shenzhen")
    order = sell.order(offer, part={"origin": "shenzhen", "lane": "szx-air-svx"})
    warehouse.reserve(order, actor="test", now=NOW)
    lifecycle.mark_paid(order, actor="test", now=NOW)
    warehouse.allocate(order, actor="test", now=NOW)
    return order


def test_goods_are_listed_with_their_stock_and_sent_for_approval(boris):
    offer = add(goods(), boris)

    assert offer.state == "REVIEW"
    assert Product.objects.get().slug == "xiaomi-17"
    stock = Stock.objects.get()
    assert (stock.offer, stock.on_hand, stock.place.code) == (offer, 5, "shenzhen")


def test_same_form_twice_lists_once(boris):
    first = add(goods(), boris)
    second = add(goods(), boris)

    assert first.pk == second.pk
    assert Stock.objects.get().on_hand == 5
    assert first.events.count() == 2


def test_article_in_use_is_refused_and_nothing_written(boris):
    add(goods(), boris)
    other = goods(quantity=9)
    other.identity["price_cny"] = Decimal("1.00")

    with pytest.raises(selling.NotTaken) as caught:
        add(other, boris)

    assert [problem.column for problem in caught.value.problems] == ["article"]
    assert Offer.objects.get().price.amount == Decimal("3999.00")
    assert Stock.objects.get().on_hand == 5


def test_draft_is_sent_later_once_it_is_complete(boris):
    offer = add(goods(fsb_notification=""), boris, submits=False)
    assert offer.state == "DRAFT"
    with pytest.raises(selling.Refusal, match="FSB notification"):
        selling.submit(offer, **WHO)

    said = goods(quantity=None, fsb_notification="ДЕМО-0002")
    selling.edit(said, seller=boris, form_key="k1", **WHO)
    assert Offer.objects.get().state == "DRAFT"
    selling.submit(offer, **WHO)

    assert Offer.objects.get().state == "REVIEW"


def test_price_changes_at_once_and_facts_go_through_review(boris):
    offer = add(goods(), boris)
    Offer.objects.update(state="LIVE")
    cheaper = goods(quantity=None)
    cheaper.identity["price_cny"] = Decimal("3888.00")

    selling.edit(cheaper, seller=boris, form_key="k1", **WHO)
    offer.refresh_from_db()
    assert (offer.state, offer.price.amount) == ("LIVE", Decimal("3888.00"))

    selling.edit(goods(quantity=None, weight_g=430), seller=boris, form_key="k2", **WHO)
    offer.refresh_from_db()
    assert offer.state == "REVIEW"


def test_more_pieces_come_once_per_form(boris):
    add(goods(), boris)
    for key in ("k1", "k1", "k2"):
        selling.edit(goods(quantity=3), seller=boris, form_key=key, **WHO)

    assert Stock.objects.get().on_hand == 11


def test_live_goods_may_not_lose_their_papers(boris):
    add(goods(), boris)
    Offer.objects.update(state="LIVE")

    with pytest.raises(selling.NotTaken) as caught:
        selling.edit(goods(hs_code=""), seller=boris, form_key="k1", **WHO)

    assert caught.value.problems[0].column == "hs_code"
    assert Variant.objects.get().hs_code == "8517130000"


def test_goods_are_handed_over_once_and_the_parcel_goes_on(boris):
    order = shenzhen_order(boris)
    (parcel,) = shipments.plan(order, actor="test", now=NOW)
    Shipment.objects.update(state="AWAITED", due_at=NOW + timedelta(hours=2))
    handover = Handover.objects.get(seller=boris)

    assert selling.hand_over(handover, **WHO) is True
    assert selling.hand_over(handover, actor="user:8", now=NOW + timedelta(hours=1)) is False

    handover.refresh_from_db()
    assert (handover.handed_at, handover.actor) == (NOW, "user:7")
    assert OrderEvent.objects.filter(kind="HANDED_OVER").count() == 1
    parcel.refresh_from_db()
    assert parcel.due_at <= NOW + timedelta(hours=1)


def test_goods_of_a_cancelled_order_stay_with_their_seller(boris):
    order = shenzhen_order(boris)
    shipments.plan(order, actor="test", now=NOW)
    handover = Handover.objects.get(seller=boris)
    cancellation.cancel(order, reason=CancelReason.BUYER, actor="test", now=NOW)

    with pytest.raises(selling.TooLate):
        selling.hand_over(handover, **WHO)

    handover.refresh_from_db()
    assert handover.handed_at is None
