"""What the floor is told at bins, at notices and at pieces with numbers, to the last word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from logistics import warehouse as stocks
from logistics.models import Bin, Place, Serial, SerialRule
from logistics.stocking import advices, bins, serials
from orders import days
from storefront.lib.refusal import Refusal
from tests.factories import catalog, logistics, warehouse
from tests.factories.warehouse import MEI, NOW, PLAN, put_away, shelf
from tests.logistics.conftest import *

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def refusal(job) -> str:
    with pytest.raises(Refusal) as refused:
        job()
    return str(refused.value)


def test_what_cannot_be_carried_is_said_with_its_bin():
    warehouse.laid_out()
    stock = logistics.stock(catalog.offer(), 4)
    Bin.objects.filter(pk=shelf("A01-01-1-1").pk).update(is_open=False)

    asked = {
        "Say how many pieces go to another bin.": [(0, "A02-01-1-1"), (-1, "A02-01-1-1")],
        "Bin B04-01-1-1 is for bonded goods of its place.": [(1, "B04-01-1-1")],
        "Bin A01-01-1-1 is not in use.": [(1, "A01-01-1-1")],
        "The bin does not hold so many free pieces.": [(5, "A02-01-1-1")],
    }
    for words, tries in asked.items():
        for pieces, code in tries:
            assert refusal(lambda n=pieces, to=code: put_away(stock, n, to)) == words
    same = "Say how many pieces go to another bin."
    assert refusal(lambda: put_away(stock, 1, "DOCK-D")) == same
    assert [row.quantity for row in bins.contents(shelf("DOCK-D"))] == [4]


def test_a_place_is_laid_out_once_and_as_large_as_it_may_be():
    most = replace(PLAN, aisles=2, racks=bins.MOST_BINS // 2, bonded_aisles=2)
    words = f"From one to {bins.MOST_BINS} bins can be laid out."
    wrong = [
        replace(PLAN, aisles=0),
        replace(most, racks=most.racks + 1),
        replace(PLAN, bonded_aisles=PLAN.aisles + 1),
    ]
    for plan in wrong:
        assert refusal(lambda plan=plan: warehouse.laid_out(plan)) == words
    assert not Bin.objects.exists()

    warehouse.laid_out(replace(PLAN, levels=2, positions=3, bonded_aisles=PLAN.aisles))

    shelves = Bin.objects.filter(kind=Bin.Kind.SHELF)
    assert shelves.count() == PLAN.aisles * PLAN.racks * 2 * 3
    assert set(shelves.values_list("regime", flat=True)) == {"bonded"}
    docks = Bin.objects.filter(kind=Bin.Kind.DOCK)
    assert set(docks.values_list("aisle", "rack", "level", "position", "walk")) == {(0, 0, 0, 0, 0)}
    assert refusal(warehouse.laid_out) == "This place has its bins already."


def test_pieces_are_numbered_while_their_rule_holds():
    SerialRule.objects.all().delete()
    SerialRule.objects.create(
        kind="phone",
        scheme="IMEI",
        valid_from=NOW.date(),
        valid_until=NOW.date() + timedelta(days=2),
        source="test",
    )

    asked = [NOW + timedelta(days=number) for number in (-1, 0, 1, 2)]
    assert [serials.scheme_of("phone", now=at) for at in asked] == ["", "IMEI", "IMEI", ""]
    assert serials.scheme_of("case", now=NOW) == ""


def test_numbers_are_kept_of_the_row_they_came_to_alone():
    offers = [catalog.offer(), catalog.offer()]
    stock, other = (logistics.stock(offer, 3) for offer in offers)
    numbers = sorted(warehouse.imei() for _piece in range(2))

    serials.take_in(stock, numbers, now=NOW)

    rows = Serial.objects.order_by("number").values_list("number", "scheme", "stock", "taken_at")
    assert list(rows) == [(number, "IMEI", stock.pk, NOW) for number in numbers]
    for row in (stock, other):
        row.refresh_from_db()
    assert (stock.is_serial, other.is_serial) == (True, False)
    again = refusal(lambda: serials.take_in(stock, numbers[::-1], now=NOW))
    assert again == f"{numbers[0]} was scanned already: another piece has it."


@pytest.mark.parametrize(
    ("scanned", "words"),
    [
        ("35-209900-176148-1", ""),
        ("352099001761482", "352099001761482 is no IMEI: scan it again."),
        ("35209900176148", "35209900176148 is no IMEI: scan it again."),
        ("x" * 40, f"{'X' * 20} is no IMEI: scan it again."),
    ],
)
def test_a_scanned_number_is_read_as_it_is_printed(scanned: str, words: str):
    if words:
        assert refusal(lambda: serials.check([scanned])) == words
    else:
        serials.check([scanned])
        twice = "352099001761481 was scanned already: another piece has it."
        assert refusal(lambda: serials.check([scanned, scanned])) == twice


def test_a_notice_is_for_today_at_the_earliest_and_half_a_year_at_the_latest():
    offer = catalog.offer()
    today = days.of_china(NOW)
    early = "Goods are announced from today on, at most half a year ahead."

    for on in (today, today + advices.FARTHEST):
        assert warehouse.advice(offer, expected_on=on).expected_on == on
    for on in (today - timedelta(days=1), today + advices.FARTHEST + timedelta(days=1)):
        assert refusal(lambda on=on: warehouse.advice(offer, expected_on=on)) == early
    none = "Say how many pieces of each."
    for pieces in (0, advices.MOST_PIECES + 1):
        assert refusal(lambda n=pieces: warehouse.advice(offer, n)) == none
    stranger = {catalog.offer().pk: 1}
    assert refusal(lambda: warehouse.advice(offer, pieces=stranger)) == "These are not your goods."


def test_only_places_that_orders_are_served_from_count_as_available():
    offer = catalog.offer()
    logistics.stock(offer, 3)
    elsewhere = logistics.place("border", kind=Place.Kind.BORDER)
    stocks.receive(elsewhere, offer, 9, regime="domestic", **{**MEI, "actor": "task:test"})

    assert stocks.available([offer.pk]) == {offer.pk: {"harbin": 3}}
