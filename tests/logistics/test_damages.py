"""Damaged pieces: a person decides once for each, and what follows is done."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from logistics.models import AdviceCount, DamageDecision, Stock
from logistics.stocking import advices, damages
from logistics.stocking.damages import Decision, NotDecidable
from payments import ledger, manual
from tests.factories import catalog, warehouse
from tests.factories.warehouse import MEI
from tests.logistics.test_advices import _media, broken, cover, found

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
__all__ = ["_media"]
VERA = {"actor": "user:vera", "now": warehouse.NOW}


@pytest.fixture
def count() -> AdviceCount:
    """Three damaged pieces of five."""
    _advice, line = cover(5)
    pictures = [warehouse.picture()]
    return advices.receive(line, found(whole=2, damaged=3, pictures=pictures), **MEI)


def test_each_piece_is_decided_about_once(count: AdviceCount) -> None:
    made = damages.decide(count, Decision("RETURN", 1, note="a torn box"), **VERA)

    assert (made.count, made.outcome, made.pieces, made.note) == (count, "RETURN", 1, "a torn box")
    assert (made.offer, made.posting) == (None, None)
    assert (made.actor, made.happened_at) == (VERA["actor"], VERA["now"])
    article = count.line.offer.article
    for wrong, why in (
        (Decision("RETURN", 3), "2"),
        (Decision("RETURN", 0), "2"),
        (Decision("SELL", 1, article=" nothing "), "nothing"),
        (Decision("SELL", 1, article=article), article),
        (Decision("RETURN", 1, owed=Decimal(5)), "^Only what is written off"),
        (Decision("WRITE_OFF", 1, owed=Decimal(-1)), "^Only what is written off"),
    ):
        with pytest.raises(NotDecidable, match=why):
            damages.decide(count, wrong, **VERA)

    assert damages.left(count) == 2
    assert list(AdviceCount.objects.undecided()) == [count]
    with pytest.raises(DatabaseError), transaction.atomic():
        DamageDecision.objects.update(pieces=2)


def test_what_is_sold_as_another_article_becomes_its_stock(count: AdviceCount) -> None:
    seller = count.line.advice.seller
    variant = catalog.variant(product=count.line.offer.variant.product)
    other = catalog.offer(seller=seller, variant=variant, article="CASE-DAMAGED")

    made = damages.decide(count, Decision("SELL", 3, article=" CASE-DAMAGED "), **VERA)

    assert made.offer == other
    stock = Stock.objects.get(offer=other)
    assert (stock.on_hand, stock.regime) == (3, count.line.advice.regime)
    (move,) = stock.moves.all()
    assert (move.cause, move.kind) == (f"damage:{count.line.advice.number}", "RECEIVED")
    assert (move.actor, move.happened_at) == (VERA["actor"], VERA["now"])
    assert Stock.objects.get(offer=count.line.offer).on_hand == 2
    assert list(AdviceCount.objects.undecided()) == []
    assert broken() == []


def test_what_the_house_broke_is_owed_to_the_seller_when_a_second_person_agrees(
    count: AdviceCount,
) -> None:
    seller = count.line.advice.seller
    said = Decision("WRITE_OFF", 2, owed=Decimal("40.00"), note="fell from the rack")

    wish = damages.decide(count, said, **VERA).posting

    assert wish is not None
    assert wish.reason == f"{count.line.advice.number}: 2 x fell from the rack"
    assert wish.asked_by == VERA["actor"]
    assert ledger.balance("seller_payable", "CNY", seller.slug) == 0
    with pytest.raises(manual.NotASecondPerson):
        manual.post(wish, **VERA)
    manual.post(wish, actor="user:nina", now=warehouse.NOW)
    assert ledger.balance("seller_payable", "CNY", seller.slug) == -4000
    assert ledger.balance("compensation_expense", "CNY") == 4000
