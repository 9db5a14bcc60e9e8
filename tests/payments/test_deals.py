"""What a bank offers is read, kept with its bytes, and never bought by asking."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from payments import deals
from payments.models import Conversion, DealRate, RatePayload
from storefront.lib import http
from tests.factories.payments import NOW, offer
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db

OFFER = {
    "bank": "SNGHCNBH",
    "currency": "CNY",
    "buys": "11.80",
    "sells": "11.95",
    "offered_at": "2026-11-23T09:00:00+00:00",
    "valid_until": "2026-11-23T09:15:00+00:00",
}


def body(**changed: object) -> bytes:
    return json.dumps({**OFFER, **changed}).encode()


def test_the_bank_is_asked_and_its_words_are_kept(outside: Sandbox) -> None:
    kept = deals.ensure(now=NOW)

    assert kept.sells > kept.buys > 0
    assert (kept.bank, kept.currency, kept.source) == ("SNGHCNBH", "CNY", "bank")
    payload = RatePayload.objects.get(digest=kept.payload_hash)
    assert Decimal(json.loads(bytes(payload.body))["sells"]) == kept.sells
    assert not Conversion.objects.exists()


def test_the_same_offer_is_kept_once() -> None:
    first, again = offer(), offer()

    assert first.pk == again.pk
    assert DealRate.objects.count() == RatePayload.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"null",
        body(buys="12.00"),
        body(sells="NaN"),
        body(sells="-1"),
        body(sells="0.000000000001"),
        body(currency="USD"),
        body(offered_at="2026-11-23T09:00:00"),
        body(valid_until="2026-11-23T09:00:00+00:00"),
        body(offered_at="yesterday"),
    ],
)
def test_what_is_no_offer_is_named_and_not_kept(wrong: bytes) -> None:
    with pytest.raises(http.Unknown):
        deals.read(wrong)
    assert not DealRate.objects.exists()


def test_the_database_refuses_crossed_sides() -> None:
    crossed = deals.read(body())
    crossed.buys = Decimal(13)

    with pytest.raises(IntegrityError, match="spread"), transaction.atomic():
        crossed.save()


@pytest.mark.parametrize("model", [DealRate, RatePayload])
def test_offers_and_files_stay_as_they_came(model: type) -> None:
    offer()

    with pytest.raises(Exception, match=r"permission denied|refused"), transaction.atomic():
        model.objects.update(source="mine")
    with pytest.raises(Exception, match=r"permission denied|refused"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_history_has_the_last_offer_of_each_day() -> None:
    offer("11.60", "11.70", at=NOW - timedelta(days=2))
    offer("11.80", "11.90", at=NOW)
    offer("11.90", "12.00", at=NOW + timedelta(hours=1))

    assert deals.history("CNY", since=date(2026, 11, 1)) == [
        (date(2026, 11, 21), Decimal("11.70")),
        (date(2026, 11, 23), Decimal("12.00")),
    ]
    assert deals.history("CNY", since=date(2026, 11, 22)) == [
        (date(2026, 11, 23), Decimal("12.00"))
    ]
