"""Price lists and promotions: made, begun, ended, stopped, used up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from catalog import asking, promotions
from catalog.models import AskedPrice, Offer, PriceList, PriceListLine, Promotion, PromotionLine
from orders import lifecycle
from orders.models import Order
from orders.states import CancelReason
from storefront import tasks
from storefront.lib import clock, due
from tests.factories import catalog as make
from tests.factories import orders as make_orders
from tests.factories import payments as make_payments

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
BORIS = {"actor": "user:boris", "now": NOW}
TENTH = asking.Discount(rate_bps=1000)


@pytest.fixture(autouse=True)
def _plain_words() -> Iterator[None]:
    with translation.override("en"):
        yield


def asked(price: str = "100.00", **facts) -> Offer:
    offer = make.offer(price, **facts)
    asking.refresh([offer.pk], now=NOW - 40 * DAY, because="APPROVED")
    return offer


def plan(**facts) -> promotions.Plan:
    return promotions.Plan(**{"title": "双十二", "starts_at": NOW, **facts})


def promote(*offers: Offer, discount: asking.Discount = TENTH, **facts) -> Promotion:
    most = facts.pop("most_pieces", None)
    return promotions.promote(
        offers[0].seller,
        plan(**facts),
        discount=discount,
        offers=[offer.pk for offer in offers],
        most_pieces=most,
        **BORIS,
    )


def price(offer: Offer) -> str:
    return str(Offer.objects.get(pk=offer.pk).price.amount)


def run(task, row, at: datetime) -> None:
    """Let the row's task run at an instant."""
    with clock.simulated(at):
        task(id=row.pk)


def nothing_is_written() -> bool:
    kinds = (PriceList, PriceListLine, Promotion, PromotionLine)
    return not any(kind.objects.exists() for kind in kinds)


def test_promotion_begins_and_ends_by_its_due_row():
    offer = asked()
    row = promote(offer, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    assert (price(offer), row.due_at) == ("100.00", NOW + DAY)

    run(tasks.promotion, row, NOW + DAY - TICK)
    assert price(offer) == "100.00"
    run(tasks.promotion, row, NOW + DAY)
    assert price(offer) == "90.00"
    run(tasks.promotion, row, NOW + DAY)  # a hint twice
    row.refresh_from_db()
    assert row.due_at == NOW + 2 * DAY

    run(tasks.promotion, row, NOW + 2 * DAY - TICK)
    assert price(offer) == "90.00"
    run(tasks.promotion, row, NOW + 2 * DAY)
    row.refresh_from_db()
    assert (price(offer), row.due_at) == ("100.00", None)
    told = AskedPrice.objects.filter(offer=offer).order_by("pk")
    assert list(told.values_list("asked_from", "promotion", "because")) == [
        (NOW - 40 * DAY, None, "APPROVED"),
        (NOW + DAY, row.pk, f"promotion:{row.pk}"),
        (NOW + 2 * DAY, None, f"promotion:{row.pk}"),
    ]


def test_what_was_missed_in_a_long_stop_is_simply_over():
    offer = asked()
    row = promote(offer, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)

    run(tasks.promotion, row, NOW + 9 * DAY)

    row.refresh_from_db()
    assert (price(offer), row.due_at) == ("100.00", None)
    assert AskedPrice.objects.filter(offer=offer).count() == 1


def test_price_list_holds_at_once_and_ends_by_its_due_row():
    offer, other = asked(), asked()
    prices = {offer.pk: Decimal("80")}
    row = promotions.list_prices(offer.seller, plan(ends_at=NOW + DAY), prices=prices, **BORIS)

    assert (price(offer), price(other)) == ("80.00", "100.00")
    run(tasks.price_list, row, NOW + DAY)

    assert price(offer) == "100.00"
    assert asking.plain(Offer.objects.get(pk=offer.pk)) == 100


def test_stopping_ends_it_at_once_and_stopping_again_is_nothing():
    offer = asked()
    row = promote(offer, ends_at=NOW + 9 * DAY)
    assert price(offer) == "90.00"

    promotions.stop(row, now=NOW + DAY)
    promotions.stop(row, now=NOW + 2 * DAY)

    row.refresh_from_db()
    assert (price(offer), row.stopped_at, row.due_at) == ("100.00", NOW + DAY, None)
    assert promotions.standing(row, now=NOW + DAY) == promotions.OVER


def test_worker_that_lost_its_lease_to_a_stop_writes_nothing():
    offer = asked()
    row = promote(offer, starts_at=NOW + DAY)
    with clock.simulated(NOW + DAY):
        claimed = due.claim(Promotion, row.pk)
    assert claimed is not None
    promotions.stop(row, now=NOW + DAY)

    with pytest.raises(due.Zombie):
        due.finish(claimed, at=NOW + 9 * DAY)

    row.refresh_from_db()
    assert row.due_at is None


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"currency": "RUB"}, asking.OtherCurrency),
        ({"currency": "USD"}, asking.OtherCurrency),
        ({"ends_at": NOW}, promotions.WrongTimes),
        ({"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY}, promotions.WrongTimes),
        ({"starts_at": NOW + 400 * DAY}, promotions.WrongTimes),
        ({"discount": asking.Discount(rate_bps=0)}, promotions.WrongDiscount),
        ({"discount": asking.Discount(rate_bps=10_000)}, promotions.WrongDiscount),
        ({"discount": asking.Discount(rate_bps=-5)}, promotions.WrongDiscount),
        ({"discount": asking.Discount(amount=Decimal(100))}, promotions.WrongDiscount),
        ({"discount": asking.Discount(amount=Decimal("100.01"))}, promotions.WrongDiscount),
        ({"discount": asking.Discount(amount=Decimal(0))}, asking.WrongPrice),
        ({"discount": asking.Discount(amount=Decimal(-1))}, asking.WrongPrice),
        ({"discount": asking.Discount()}, promotions.WrongDiscount),
        ({"discount": asking.Discount(1000, Decimal(1))}, promotions.WrongDiscount),
        ({"most_pieces": 0}, promotions.WrongDiscount),
    ],
)
def test_promotion_that_cannot_be_is_refused_and_writes_nothing(facts, refusal):
    offer = asked()

    with pytest.raises(refusal) as caught:
        promote(offer, **facts)

    assert str(caught.value)
    assert nothing_is_written()
    assert price(offer) == "100.00"


def test_goods_whose_price_would_be_gone_are_named():
    dear, cheap = asked("100"), asked("5", article="LH-5")
    Offer.objects.filter(pk=cheap.pk).update(seller=dear.seller)

    with pytest.raises(promotions.WrongDiscount, match="of the price of LH-5"):
        promote(dear, cheap, discount=asking.Discount(amount=Decimal(5)))

    promote(dear, cheap, discount=asking.Discount(amount=Decimal("4.99")))
    assert (price(dear), price(cheap)) == ("95.01", "0.01")


def test_price_lowered_under_a_promotion_never_becomes_a_gift():
    offer = asked("100")
    promote(offer, discount=asking.Discount(amount=Decimal(50)))
    assert price(offer) == "50.00"

    asking.set_list_price(offer, Decimal("50"), **BORIS)

    assert price(offer) == "50.00"


def test_goods_of_others_and_none_are_refused():
    offer, foreign = asked(), asked()
    with pytest.raises(promotions.WrongGoods, match="not yours"):
        promote(offer, foreign)
    with pytest.raises(promotions.WrongGoods, match="between one and"):
        promotions.promote(offer.seller, plan(), discount=TENTH, offers=[], **BORIS)
    with pytest.raises(promotions.WrongGoods, match="not yours"):
        promotions.list_prices(offer.seller, plan(), prices={foreign.pk: Decimal(5)}, **BORIS)
    assert nothing_is_written()


@pytest.mark.parametrize("bad", ["0", "-1", "0.001"])
def test_price_list_with_a_wrong_price_is_refused_whole(bad):
    offer = asked()
    with pytest.raises(asking.WrongPrice):
        promotions.list_prices(offer.seller, plan(), prices={offer.pk: Decimal(bad)}, **BORIS)
    assert nothing_is_written()


def test_overlaps_are_of_the_same_goods_and_the_same_time():
    offer, other = asked(), asked()
    row = promote(offer, starts_at=NOW + DAY, ends_at=NOW + 3 * DAY)
    before = promote(offer, ends_at=NOW + DAY)
    across = promote(offer, starts_at=NOW + 2 * DAY)
    promote(offer, starts_at=NOW + 3 * DAY)
    promote(other)

    assert list(promotions.overlapping(row)) == [across]
    promotions.stop(across, now=NOW)
    assert list(promotions.overlapping(row)) == []
    assert before.pk != row.pk


def test_lists_of_a_seller_stand_apart_from_what_is_over():
    offer = asked()
    past = promote(offer, ends_at=NOW + DAY)
    now = promotions.list_prices(offer.seller, plan(), prices={offer.pk: Decimal(9)}, **BORIS)
    promote(asked())
    at = NOW + DAY

    assert promotions.of(offer.seller, now=at) == [now]
    assert promotions.of(offer.seller, now=at, over=True) == [past]


def paid(offer: Offer, pieces: int, at: datetime = NOW) -> None:
    """An order of so many pieces at the price of now, paid by the real function."""
    make_payments.paid(ordered(offer, pieces, at), now=at + timedelta(minutes=5))


def ordered(offer: Offer, pieces: int, at: datetime = NOW) -> Order:
    return make_orders.order(Offer.objects.get(pk=offer.pk), quantity=pieces, now=at)


def counted(row: Promotion) -> tuple[int, datetime | None, datetime | None]:
    row.refresh_from_db()
    return row.sold_pieces, row.stopped_at, row.due_at


def test_promotion_ends_with_its_last_piece_and_never_sells_one_more():
    offer = asked()
    row = promote(offer, most_pieces=3)

    paid(offer, 2)
    assert counted(row) == (2, None, None)
    with pytest.raises(promotions.UsedUp, match="Only 1 piece is left at this price"):
        ordered(offer, 2)
    assert counted(row) == (2, None, None)
    assert Order.objects.count() == 1
    paid(offer, 1)
    assert counted(row) == (3, NOW, NOW)
    with pytest.raises(promotions.UsedUp, match="No piece is left"):
        ordered(offer, 1)

    run(tasks.promotion, row, NOW)
    assert price(offer) == "100.00"
    ordered(offer, 9, NOW + TICK)
    assert counted(row) == (3, NOW, None)


def test_pieces_that_nobody_paid_are_free_again_and_paid_ones_are_not():
    offer = asked()
    row = promote(offer, most_pieces=3)
    first, second = ordered(offer, 2), ordered(offer, 1)
    make_payments.paid(second, now=NOW)
    run(tasks.promotion, row, NOW)
    assert (price(offer), counted(row)) == ("100.00", (3, NOW, None))

    later = NOW + timedelta(hours=1)
    lifecycle.cancel(first, reason=CancelReason.EXPIRED, actor="task:expire", now=later)
    assert counted(row) == (1, None, later)
    run(tasks.promotion, row, later)
    assert price(offer) == "90.00"

    lifecycle.cancel(second, reason=CancelReason.BUYER, actor="user:1", now=later)
    assert counted(row)[0] == 1
    paid(offer, 2, later)
    assert counted(row) == (3, later, later)


def test_pieces_are_counted_on_the_promotion_that_made_the_price():
    offer = asked()
    weak = promote(offer, discount=asking.Discount(rate_bps=500), most_pieces=9)
    strong = promote(offer, most_pieces=9)

    paid(offer, 1)
    promotions.stop(strong, now=NOW + DAY)
    paid(offer, 4, at=NOW + DAY)
    promotions.stop(weak, now=NOW + 2 * DAY)
    paid(offer, 2, at=NOW + 2 * DAY)

    weak.refresh_from_db()
    strong.refresh_from_db()
    assert (strong.sold_pieces, weak.sold_pieces) == (1, 4)


def test_order_agreed_to_under_a_promotion_counts_though_it_is_paid_after():
    offer = asked()
    row = promote(offer, ends_at=NOW + DAY, most_pieces=9)
    sold = promotions.Sold(offer.pk, 2, Decimal("90.00"), NOW + DAY - TICK)
    run(tasks.promotion, row, NOW + DAY)

    promotions.take([sold], now=NOW + 2 * DAY)

    row.refresh_from_db()
    assert row.sold_pieces == 2
