"""What is asked, and what was really asked."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase
from moneyed import Money

from catalog import asking, books, former, listings
from catalog.models import AskedPrice, FormerPriceRule, Offer, OfferEvent, PriceList, Promotion
from storefront.lib import kept
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BORIS = "user:boris"
ONE = Decimal("0.01")


def asked(price: str = "100.00", *, since: datetime = NOW - 40 * DAY, **facts) -> Offer:
    """An offer that is in the shop since then."""
    offer = make.offer(price, **facts)
    asking.refresh([offer.pk], now=since, because="APPROVED")
    return offer


def reprice(offer: Offer, price: str, at: datetime) -> None:
    asking.set_list_price(offer, Decimal(price), actor=BORIS, now=at)


def told(offer: Offer) -> list[tuple[str, bool]]:
    rows = AskedPrice.objects.filter(offer=offer).order_by("pk")
    return [(str(row.price.amount), row.is_asked) for row in rows]


def fresh(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


def timed(kind: type, seller, **facts):
    plain = {"title": "双十二", "starts_at": NOW, "created_at": NOW, "actor": BORIS}
    return kind.objects.create(seller=seller, **{**plain, **facts})


def promoted(offer: Offer, **facts) -> Promotion:
    made = timed(Promotion, offer.seller, **facts)
    made.lines.create(offer=offer)
    return made


def listed(offer: Offer, price: str, **facts) -> PriceList:
    made = timed(PriceList, offer.seller, **facts)
    made.lines.create(offer=offer, price=Money(price, "CNY"))
    return made


def now_asked(offer: Offer, at: datetime = NOW) -> str:
    asking.refresh([offer.pk], now=at, because="test")
    return str(fresh(offer).price.amount)


def wrong_books() -> list[tuple[str, list[str]]]:
    return [(name, failures) for name, _rows, failures in books.checks() if failures]


def test_new_price_is_asked_recorded_and_told_once():
    offer = asked()

    assert asking.reprice_many({offer.pk: Decimal("90")}, actor=BORIS, now=NOW) == {offer.pk}
    assert asking.reprice_many({offer.pk: Decimal("90.00")}, actor=BORIS, now=NOW) == set()

    assert (fresh(offer).price.amount, fresh(offer).list_price_cny) == (Decimal(90), Decimal(90))
    (event,) = OfferEvent.objects.filter(kind="REPRICED")
    assert event.detail == {"before": "100.00", "price": "90.00"}
    assert told(offer) == [("100.00", True), ("90.00", True)]
    assert wrong_books() == []


@pytest.mark.parametrize("price", ["0", "-1", "1.001", "NaN", "Infinity", "10000000000", "1E+40"])
def test_what_is_no_price_changes_nothing_for_anybody(price):
    good, bad = asked(), asked()

    with pytest.raises(asking.WrongPrice):
        asking.reprice_many({good.pk: Decimal(5), bad.pk: Decimal(price)}, actor=BORIS, now=NOW)

    assert fresh(good).price.amount == 100
    assert not OfferEvent.objects.exists()


def test_other_currency_is_refused_in_words_and_by_the_database():
    with pytest.raises(asking.OtherCurrency, match="RUB"):
        asking.check_currency("RUB")

    offer = asked()
    with pytest.raises(IntegrityError, match="asked_price_in_yuan"), transaction.atomic():
        AskedPrice.objects.create(offer=offer, price=Money(100, "RUB"), asked_from=NOW, because="")
    with pytest.raises(IntegrityError, match="price_list_line_in_yuan"), transaction.atomic():
        timed(PriceList, offer.seller).lines.create(offer=offer, price=Money(100, "RUB"))
    with pytest.raises(IntegrityError, match="price_list_in_yuan"), transaction.atomic():
        timed(PriceList, offer.seller, currency="RUB")
    with pytest.raises(IntegrityError, match="promotion_in_yuan"), transaction.atomic():
        promoted(offer, rate_bps=1000, currency="RUB")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_history_is_not_written_anew(change):
    offer = asked()
    rows = AskedPrice.objects.filter(offer=offer)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(price=Decimal(1)) if change == "update" else rows.delete()

    assert told(offer) == [("100.00", True)]


def test_price_list_holds_from_its_start_until_before_its_end():
    offer = asked()
    listed(offer, "80", starts_at=NOW, ends_at=NOW + DAY)

    moments = [NOW - ONE_TICK, NOW, NOW + DAY - ONE_TICK, NOW + DAY]
    assert [now_asked(offer, at) for at in moments] == ["100.00", "80.00", "80.00", "100.00"]
    assert asking.plain(fresh(offer)) == 100


ONE_TICK = timedelta(microseconds=1)


def test_list_that_started_last_wins_and_the_earlier_one_comes_back():
    offer = asked()
    listed(offer, "80", starts_at=NOW - 5 * DAY)
    listed(offer, "120", starts_at=NOW - DAY, ends_at=NOW + DAY)

    assert now_asked(offer) == "120.00"
    assert now_asked(offer, NOW + DAY) == "80.00"


def test_best_promotion_is_taken_off_not_both():
    offer = asked("100")
    promoted(offer, rate_bps=1000)
    amount = promoted(offer, discount=Decimal("15"), ends_at=NOW + DAY)

    assert now_asked(offer) == "85.00"
    assert AskedPrice.objects.latest("pk").promotion_id == amount.pk
    assert now_asked(offer, NOW + DAY) == "90.00"


def test_promotion_is_taken_off_the_price_list_and_seller_reprices_under_it():
    offer = asked("100")
    listed(offer, "80")
    promoted(offer, rate_bps=2500)
    assert now_asked(offer) == "60.00"

    reprice(offer, "200", NOW)

    assert (fresh(offer).price.amount, asking.plain(fresh(offer))) == (60, 200)
    assert told(offer)[-1] == ("60.00", True)
    assert wrong_books() == []


def test_stopped_used_up_or_foreign_promotion_changes_nothing():
    offer, other = asked(), asked()
    promoted(offer, rate_bps=1000, stopped_at=NOW)
    promoted(offer, rate_bps=2000, most_pieces=3, sold_pieces=3)
    promoted(other, rate_bps=3000)

    assert now_asked(offer) == "100.00"
    assert now_asked(other) == "70.00"


def test_refreshing_twice_is_once():
    offer = asked()
    promoted(offer, rate_bps=1000)

    assert asking.refresh([offer.pk], now=NOW, because="test") == {offer.pk}
    assert asking.refresh([offer.pk], now=NOW, because="test") == set()

    assert told(offer) == [("100.00", True), ("90.00", True)]
    offer.variant.product.refresh_from_db()
    assert offer.variant.product.due_at is not None


def test_many_offers_cost_as_many_statements_as_two(django_assert_num_queries):
    few = {asked().pk: Decimal(7) for _number in range(2)}
    many = {asked().pk: Decimal(7) for _number in range(20)}

    for prices in (few, many):
        with django_assert_num_queries(16):
            asking.reprice_many(prices, actor=BORIS, now=NOW)


def test_history_tells_when_nobody_could_buy():
    offer = make.offer("100", state=Offer.State.REVIEW)
    listings.reprice(offer, Decimal(90), actor=BORIS, now=NOW)
    assert told(offer) == []

    listings.approve(offer, actor=BORIS, now=NOW)
    listings.pause(offer, actor=BORIS, now=NOW + DAY)
    listings.reprice(offer, Decimal(80), actor=BORIS, now=NOW + 2 * DAY)
    listings.resume(offer, actor=BORIS, now=NOW + 3 * DAY)

    assert told(offer) == [("90.00", True), ("90.00", False), ("80.00", True)]
    steps = asking.history(offer, days=30, now=NOW + 5 * DAY)
    assert [(step.since, step.until, step.price) for step in steps] == [
        (NOW, NOW + DAY, Decimal(90)),
        (NOW + 3 * DAY, NOW + 5 * DAY, Decimal(80)),
    ]


def test_closed_seller_asks_nothing():
    offer = asked()
    offer.seller.is_open = False
    offer.seller.save(update_fields=["is_open"])

    asking.refresh([offer.pk], now=NOW, because="closed")

    assert told(offer) == [("100.00", True), ("100.00", False)]


def test_variant_shows_the_lowest_of_its_offers():
    variant = make.variant()
    dear = asked("100", since=NOW - 10 * DAY, variant=variant)
    asked("95", since=NOW - 6 * DAY, variant=variant)
    reprice(dear, "90", NOW - 2 * DAY)

    steps = asking.history(variant, days=7, now=NOW)

    assert [(step.since, step.price) for step in steps] == [
        (NOW - 7 * DAY, 100),
        (NOW - 6 * DAY, 95),
        (NOW - 2 * DAY, 90),
    ]


def test_struck_price_is_the_low_of_thirty_days_before_the_reduction():
    offer = asked("100", since=NOW - 40 * DAY)
    reprice(offer, "95", NOW - 25 * DAY)
    reprice(offer, "110", NOW - 20 * DAY)
    reprice(offer, "80", NOW - DAY)

    assert former.struck(fresh(offer), now=NOW) == 95


def test_a_price_that_only_stood_before_the_thirty_days_does_not_count():
    offer = asked("70", since=NOW - 60 * DAY)
    reprice(offer, "100", NOW - 31 * DAY)
    reprice(offer, "80", NOW)

    assert former.struck(fresh(offer), now=NOW) == 100


def test_the_price_that_held_into_the_thirty_days_counts():
    offer = asked("70", since=NOW - 60 * DAY)
    reprice(offer, "100", NOW - 30 * DAY + ONE_TICK)
    reprice(offer, "80", NOW)

    assert former.struck(fresh(offer), now=NOW) is None


@pytest.mark.parametrize(("days", "struck"), [(13, None), (14, Decimal(100)), (29, Decimal(100))])
def test_short_history_strikes_nothing(days, struck):
    offer = asked("100", since=NOW - days * DAY)
    reprice(offer, "80", NOW)

    assert former.struck(fresh(offer), now=NOW) == struck


def test_time_out_of_the_shop_is_no_time_asked():
    offer = asked("100", since=NOW - 29 * DAY)
    listings.pause(offer, actor=BORIS, now=NOW - 27 * DAY)
    listings.resume(offer, actor=BORIS, now=NOW - DAY)
    reprice(offer, "80", NOW)

    assert former.struck(fresh(offer), now=NOW) is None


@pytest.mark.parametrize(("days", "struck"), [(30, Decimal(100)), (31, None)])
def test_reduction_is_told_for_thirty_days(days, struck):
    offer = asked("100")
    reprice(offer, "80", NOW)

    assert former.struck(fresh(offer), now=NOW + days * DAY) == struck


def test_pause_neither_begins_nor_ends_a_reduction():
    offer = asked("100")
    reprice(offer, "80", NOW)
    listings.pause(offer, actor=BORIS, now=NOW + DAY)
    assert former.struck(fresh(offer), now=NOW + 2 * DAY) is None
    listings.resume(offer, actor=BORIS, now=NOW + 2 * DAY)

    assert former.struck(fresh(offer), now=NOW + 3 * DAY) == 100
    assert former.struck(fresh(offer), now=NOW + 31 * DAY) is None


def test_dearer_than_before_strikes_nothing():
    offer = asked("100")
    reprice(offer, "80", NOW)
    reprice(offer, "85", NOW + DAY)

    assert former.struck(fresh(offer), now=NOW + 2 * DAY) is None


@pytest.mark.parametrize(
    "wrong", [(0, 0, 30), (30, 0, 30), (30, 31, 30), (367, 14, 30), (30, 14, 0)]
)
def test_days_of_former_prices_are_some_and_not_too_many(wrong: tuple[int, int, int]):
    names = ("lowest_of_days", "asked_at_least_days", "told_for_days")
    days = dict(zip(names, wrong, strict=True))
    rule = FormerPriceRule(**days, valid_from=(NOW + 1000 * DAY).date(), source="test")

    with pytest.raises(ValidationError):
        rule.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        rule.save()


def test_a_new_rule_holds_from_its_day_and_without_one_nothing_is_struck():
    offer = asked("70", since=NOW - 60 * DAY)
    reprice(offer, "100", NOW - 40 * DAY)
    reprice(offer, "80", NOW)
    FormerPriceRule.objects.create(
        lowest_of_days=60,
        asked_at_least_days=14,
        told_for_days=30,
        valid_from=(NOW + DAY).date(),
        source="test",
    )

    assert former.struck(fresh(offer), now=NOW) == 100
    assert former.struck(fresh(offer), now=NOW + DAY) is None  # 70 was asked in the 60 days
    FormerPriceRule.objects.all().delete()
    kept.forget()
    assert former.struck(fresh(offer), now=NOW) is None


def test_offers_of_a_page_are_struck_in_one_query(django_assert_num_queries):
    offers = [asked(), asked(), asked()]
    for offer in offers[:2]:
        reprice(offer, "80", NOW)
    rows = [fresh(offer) for offer in offers]
    former.rule(NOW.date())

    with django_assert_num_queries(1):
        found = former.struck_many(rows, now=NOW)

    assert found == {offers[0].pk: 100, offers[1].pk: 100}


prices = some.decimals("0.01", "99999.99", places=2)


@given(
    price=prices,
    rates=some.lists(some.integers(1, 9_999), max_size=3),
    amounts=some.lists(prices, max_size=3),
)
def test_asked_price_is_never_nothing_and_never_above_the_list(price, rates, amounts):
    discounts = [asking.Discount(rate, None, rate) for rate in rates]
    discounts += [asking.Discount(None, amount, -1) for amount in amounts]

    found = asking.best(price, discounts)

    assert ONE <= found.price <= price
    assert found.price == found.price.quantize(ONE)
    assert found == asking.best(price, reversed(discounts)) or len(rates + amounts) > 1
    alone = [asking.best(price, [each]).price for each in discounts]
    assert found.price == min([price, *alone])


class TestStruckPriceIsNotMadeUp(TestCase):
    """A seller who raises his price shortly before a reduction gains nothing by it."""

    @settings(max_examples=25, deadline=None)
    @given(
        base=some.integers(50, 200),
        raised=some.integers(1, 400),
        hours=some.integers(1, 29 * 24),
        reduced=some.integers(1, 250),
    )
    def test_a_raise_before_a_promotion_strikes_no_higher_price(self, base, raised, hours, reduced):
        honest, sly = asked(str(base)), asked(str(base))
        reprice(sly, str(base + raised), NOW - timedelta(hours=hours))

        for offer in (honest, sly):
            reprice(offer, str(reduced), NOW)

        fair = former.struck(fresh(honest), now=NOW)
        made_up = former.struck(fresh(sly), now=NOW)
        assert made_up == (base if base > reduced else None)
        assert fair in (made_up, None)
