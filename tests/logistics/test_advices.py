"""Notices of sellers: announced, received with differences, closed; what came whole is stock."""

from datetime import date

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from logistics import books
from logistics.models import Advice, AdviceLine, DamagePicture, Serial, Stock
from logistics.reference import load
from logistics.stocking import advices, serials
from tests.factories import catalog, warehouse
from tests.factories.warehouse import MEI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.PAPERS_ROOT = tmp_path


def cover(quantity: int = 5, **said) -> tuple[Advice, AdviceLine]:
    """A notice of cases, which have no numbers."""
    product = catalog.product(kind="case")
    offer = catalog.offer(variant=catalog.variant(product=product))
    advice = warehouse.advice(offer, quantity, **said)
    return advice, advice.lines.get()


def found(**said) -> advices.Found:
    return advices.Found(**{"key": warehouse.key(), "whole": 0, **said})


def broken() -> list[str]:
    """What is wrong in the warehouse; the orders of these tests are not paid by anybody."""
    return [
        f"{name}: {fault}"
        for name, _count, faults in books.checks()
        for fault in faults
        if not name.startswith(("shipments", "reservations"))
    ]


def test_only_what_came_whole_is_stock_and_the_difference_is_kept():
    advice, line = cover(5)

    advices.receive(line, found(whole=2), **MEI)
    advices.receive(line, found(damaged=1, pictures=[warehouse.picture()], note="крышка"), **MEI)
    advices.close(advice, **MEI)

    line.refresh_from_db()
    advice.refresh_from_db()
    stock = Stock.objects.get(offer=line.offer)
    assert (line.received, line.damaged, line.difference) == (2, 1, -2)
    assert (stock.on_hand, stock.regime) == (2, "domestic")
    assert stock.moves.get().cause == f"advice:{advice.number}"
    assert advice.state == "RECEIVED"
    with DamagePicture.objects.get().file.open("rb") as file:
        assert file.read(2) == b"\xff\xd8"
    assert broken() == []


def test_the_same_scan_and_the_same_notice_are_taken_once():
    advice, line = cover(5, key="once")
    scan = found(whole=2)

    first, again = (advices.receive(line, scan, **MEI) for _ in range(2))
    said = advices.Announcement("domestic", date(2026, 11, 25), {line.offer_id: 5}, "once")
    same = advices.announce(advice.seller, said, **MEI)

    assert first == again
    assert same == advice
    assert Stock.objects.get(offer=line.offer).on_hand == 2


def test_damage_needs_a_picture_and_refused_counts_leave_nothing():
    advice, line = cover(5)

    with pytest.raises(advices.BadCount, match="picture"):
        advices.receive(line, found(whole=1, damaged=1), **MEI)
    with pytest.raises(advices.BadCount, match="how many"):
        advices.receive(line, found(), **MEI)

    advice.refresh_from_db()
    assert advice.state == "ANNOUNCED"
    assert not Stock.objects.exists()


def test_more_than_announced_is_taken_in_unless_it_is_bonded():
    _advice, line = cover(2)
    advices.receive(line, found(whole=3), **MEI)
    _bonded, strict = cover(2, regime="bonded")

    with pytest.raises(advices.BadCount, match="bonded"):
        advices.receive(strict, found(whole=3), **MEI)

    line.refresh_from_db()
    assert line.difference == 1
    assert list(Stock.objects.values_list("regime", "on_hand")) == [("domestic", 3)]


def test_a_notice_is_called_off_only_before_anything_came():
    advice, line = cover()
    late, late_line = cover()
    advices.receive(late_line, found(whole=1), **MEI)

    advices.cancel(advice, **MEI)
    advices.cancel(advice, **MEI)

    with pytest.raises(advices.ClosedAdvice):
        advices.cancel(late, **MEI)
    with pytest.raises(advices.ClosedAdvice):
        advices.receive(line, found(whole=1), **MEI)
    with pytest.raises(IntegrityError, match="CANCELLED"), transaction.atomic():
        Advice.objects.filter(pk=advice.pk).update(state="RECEIVED")


@pytest.mark.parametrize(
    "said",
    [
        {"expected_on": date(2026, 11, 22)},
        {"expected_on": date(2027, 11, 25)},
        {"regime": "smuggled"},
        {"pieces": {}},
    ],
)
def test_a_notice_that_cannot_be_meant_is_refused(said):
    offer = catalog.offer()

    with pytest.raises(advices.BadAdvice):
        warehouse.advice(offer, **said)
    with pytest.raises(advices.BadAdvice, match="not your goods"):
        warehouse.advice(offer, pieces={catalog.offer().pk: 1})

    assert not Advice.objects.exists()


def phone(quantity: int = 3) -> AdviceLine:
    load()
    return warehouse.advice(catalog.offer(), quantity).lines.get()


def test_telephones_are_taken_in_by_their_numbers():
    line = phone()
    one, two = warehouse.imei(), warehouse.imei()

    advices.receive(line, found(whole=2, numbers=[f"{one[:6]}-{one[6:]}", two]), **MEI)

    stock = Stock.objects.get(offer=line.offer)
    assert set(stock.serials.values_list("number", "state")) == {
        (one, "IN_STOCK"),
        (two, "IN_STOCK"),
    }
    assert stock.is_serial
    assert broken() == []


def test_a_wrong_missing_or_known_number_takes_nothing_in():
    line = phone()
    known, fresh = warehouse.imei(), warehouse.imei()
    advices.receive(line, found(whole=1, numbers=[known]), **MEI)
    wrong = fresh[:-1] + str((int(fresh[-1]) + 1) % 10)

    for numbers, words in (
        ([wrong], "no IMEI"),
        ([], "One piece, one IMEI"),
        ([fresh, fresh], "already"),
        ([known], "already"),
    ):
        with pytest.raises(serials.BadSerial, match=words):
            advices.receive(line, found(whole=max(1, len(numbers)), numbers=numbers), **MEI)

    assert Serial.objects.get().number == known
    assert Stock.objects.get(offer=line.offer).on_hand == 1


def test_a_notice_is_found_by_its_scanned_number_alone():
    advice, _line = cover()
    number = advice.number

    assert advices.find(f" {number.lower()} ") == advice
    assert advices.find(number[:-1] + str((int(number[-1]) + 1) % 10)) is None
