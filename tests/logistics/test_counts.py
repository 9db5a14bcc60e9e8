"""Counts of bins: blind, twice by two people where they differ, booked by a third with a reason."""

from datetime import timedelta

import pytest

from logistics import warehouse as stocks
from logistics.models import BinCount, Stock
from logistics.stocking import bins, counts
from tests.factories import catalog, logistics, warehouse
from tests.factories.warehouse import NOW, put_away, shelf
from tests.logistics.test_advices import broken
from tests.logistics.test_bins import allocated, lying

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MEI, LI, WANG = ({"actor": f"user:{name}", "now": NOW} for name in ("mei", "li", "wang"))


@pytest.fixture
def stock() -> Stock:
    warehouse.laid_out()
    stock = logistics.stock(catalog.offer(), 9)
    put_away(stock, 6, "A01-01-1-1")
    return stock


def opened() -> BinCount:
    return counts.open(shelf("A01-01-1-1"), **MEI)


def test_a_count_that_agrees_is_done_at_once(stock: Stock):
    count = opened()
    assert opened() == count

    assert (count.opened_by, count.opened_at, count.closed_at) == ("user:mei", NOW, None)
    with pytest.raises(counts.WrongCount, match=r"^A number of pieces cannot be below zero"):
        counts.tell(count, {stock.pk: -1}, **MEI)
    assert not count.entries.exists()

    assert counts.tell(count, {stock.pk: 6}, **MEI).state == "AGREED"
    count.refresh_from_db()
    assert (count.closed_by, count.closed_at) == ("user:mei", NOW)
    with pytest.raises(counts.WrongCount, match=r"^This count is"):
        counts.tell(count, {stock.pk: 6}, **LI)
    assert opened() != count


def test_a_difference_is_counted_by_another_and_booked_by_a_third(stock: Stock):
    count = opened()

    assert counts.tell(count, {stock.pk: 4}, **MEI).state == "SECOND"
    with pytest.raises(counts.NotYours, match=r"^You counted this bin already"):
        counts.tell(count, {stock.pk: 4}, **MEI)
    assert counts.tell(count, {stock.pk: 4}, **LI).state == "DIFFERS"
    for counter in (MEI, LI):
        with pytest.raises(counts.NotYours, match=r"^Who counted does not decide"):
            counts.book(count, reason="потеря", **counter)
    with pytest.raises(counts.WrongCount, match=r"^Say why"):
        counts.book(count, reason=" ", **WANG)
    counts.book(count, reason="потеря" + "x" * 200, **WANG)
    with pytest.raises(counts.WrongCount, match=r"^This count is"):
        counts.book(count, reason="потеря", **WANG)

    stock.refresh_from_db()
    assert stock.on_hand == 7
    assert lying(stock) == {"DOCK-D": 3, "A01-01-1-1": 4}
    move = stock.moves.latest("pk")
    assert (move.kind, move.on_hand, move.actor) == ("COUNTED", -2, "user:wang")
    assert move.cause == f"count:{count.pk} потеря{'x' * 200}"[:120]
    assert move.happened_at == NOW
    count.refresh_from_db()
    assert (count.state, count.closed_by, count.closed_at) == ("BOOKED", "user:wang", NOW)
    assert count.reason == "потеря" + "x" * 194
    told = count.entries.order_by("turn").values_list("turn", "expected", "counted", "actor")
    assert list(told) == [(1, 6, 4, "user:mei"), (2, 6, 4, "user:li")]
    assert {entry.happened_at for entry in count.entries.all()} == {NOW}
    assert broken() == []


def test_a_wrong_first_count_is_forgotten_and_two_different_ones_are_counted_on(stock: Stock):
    wrong = opened()
    counts.tell(wrong, {stock.pk: 4}, **MEI)
    assert counts.tell(wrong, {stock.pk: 6}, **LI).state == "AGREED"

    torn = opened()
    counts.tell(torn, {stock.pk: 4}, **MEI)
    assert counts.tell(torn, {stock.pk: 5}, **LI).state == "SECOND"
    assert counts.tell(torn, {stock.pk: 5}, **MEI).state == "DIFFERS"
    counts.again(torn, **WANG)
    assert counts.tell(torn, {stock.pk: 6}, **LI).state == "AGREED"


def test_what_is_moved_between_two_counts_is_no_difference(stock: Stock):
    count = opened()
    counts.tell(count, {stock.pk: 5}, **MEI)
    put_away(stock, 2, "A02-01-1-1", source="A01-01-1-1")

    assert counts.tell(count, {stock.pk: 3}, **LI).state == "DIFFERS"
    counts.book(count, reason="кража", **WANG)

    assert lying(stock) == {"DOCK-D": 3, "A01-01-1-1": 3, "A02-01-1-1": 2}


def test_found_goods_are_booked_too_and_sold_ones_cannot_be_lost(stock: Stock):
    count = opened()
    for who in (MEI, LI):
        counts.tell(count, {stock.pk: 8}, **who)
    counts.book(count, reason="нашлись", **WANG)
    stock.refresh_from_db()
    assert stock.on_hand == 11
    allocated(stock.offer, 10)
    lost = opened()
    for who in (MEI, LI):
        counts.tell(lost, {stock.pk: 1}, **who)

    with pytest.raises(stocks.OutOfStock):
        counts.book(lost, reason="кража", **WANG)

    lost.refresh_from_db()
    assert lost.state == "DIFFERS"
    assert sum(lying(stock).values()) == 11
    assert broken() == []


def test_bins_never_counted_are_proposed_first(stock: Stock):
    place = logistics.place()
    counts.tell(opened(), {stock.pk: 6}, **MEI)

    proposed = [row.code for row in counts.longest_ago(place, limit=5)]

    assert proposed == ["DOCK-D", "A01-01-1-1"]
    assert bins.pieces(shelf("DOCK-D")) == {stock.pk: 3}
    dock = counts.open(shelf("DOCK-D"), cause="c" * 121, **MEI)
    assert dock.cause == "c" * 120
    assert [row.code for row in counts.longest_ago(place, limit=5)] == ["A01-01-1-1"]  # none asked
    counts.tell(dock, {stock.pk: 3}, actor="user:mei", now=NOW + timedelta(days=1))
    assert [row.code for row in counts.longest_ago(place, limit=1)] == ["A01-01-1-1"]


def test_what_lay_there_lately_may_be_counted_too(stock: Stock):
    count = opened()
    put_away(stock, 6, "A02-01-1-1", source="A01-01-1-1")

    assert counts.goods(count) == [stock]
    count.opened_at = NOW + timedelta(days=30)
    assert counts.goods(count) == [stock]
    count.opened_at += timedelta(seconds=1)
    assert counts.goods(count) == []
