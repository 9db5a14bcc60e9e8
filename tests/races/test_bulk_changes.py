"""Two bulk changes that meet the same products in opposite order both come to their end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, connections, transaction

from catalog import asking, imports
from catalog.goods import Goods
from catalog.models import AskedPrice, Offer, OfferEvent, Product
from tests import conftest
from tests.factories import catalog
from tests.races.crowd import together
from tests.shop import rows_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CARDS = 1000


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker, worker_id: str) -> Iterator[None]:
    """A database of its own, in which work is committed for real."""
    name = f"bulk_{worker_id}"
    conftest.clone(name)
    with django_db_blocker.unblock(), rows_of(name):
        yield
        connections.close_all()
    conftest.owner_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def in_own_connection(deed) -> None:
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            # A slow machine may wait as long as it likes; a deadlock is found in a second.
            cursor.execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            deed()
    finally:
        connections.close_all()


def shelf(count: int) -> tuple[list[Offer], list[Offer]]:
    """Two sellers with the same cards, the second of whom listed them in opposite order."""
    first = catalog.offer("100.00")
    plain = Product.objects.get(pk=first.variant.product_id)
    cards = [
        Product(
            slug=f"card-{number}",
            brand=plain.brand,
            category=plain.category,
            kind=plain.kind,
            model=f"Card {number}",
            title_ru=f"Карта {number}",
        )
        for number in range(count)
    ]
    Product.objects.bulk_create(cards)
    variants = [catalog.variant(product=card) for card in cards]
    found = []
    for rows in (variants, variants[::-1]):
        seller = catalog.seller()
        made = [
            Offer(
                seller=seller,
                variant=row,
                article=f"A-{row.pk}",
                price=Decimal(100),
                price_currency="CNY",
                state=Offer.State.LIVE,
                updated_at=NOW,
            )
            for row in rows
        ]
        found.append(Offer.objects.bulk_create(made))
    return found[0], found[1]


@pytest.mark.usefixtures("committed")
def test_prices_of_the_same_goods_in_opposite_order():
    """More offers than one statement takes: each statement marks the products it meets."""
    here, there = shelf(CARDS)
    prices = [dict.fromkeys((row.pk for row in rows), Decimal(7)) for rows in (here, there)]
    deeds = [partial(asking.reprice_many, each, actor="t", now=NOW) for each in prices]

    together([partial(in_own_connection, deed) for deed in deeds])

    told = Offer.objects.filter(article__startswith="A-").values_list("price", flat=True)
    assert set(told) == {Decimal(7)}


@pytest.mark.usefixtures("committed")
def test_files_that_change_some_goods_and_bring_others_crosswise():
    """Each seller changes what the other one brings."""
    here, there = shelf(40)
    half = Offer.objects.filter(pk__in=[row.pk for row in (*here[20:], *there[20:])])
    half.delete()  # each is left with the goods that the other one has not
    deeds = []
    for rows, others in ((here[:20], there[:20]), (there[:20], here[:20])):
        goods = [changed(row, line) for line, row in enumerate(rows, 1)]
        goods += [brought(row, line) for line, row in enumerate(others, 100)]
        write = partial(imports.write, goods, seller=rows[0].seller, actor="t", now=NOW)
        deeds.append(partial(in_own_connection, write))
    together(deeds)

    assert Offer.objects.filter(article__startswith="N-").count() == 40
    assert OfferEvent.objects.filter(kind="REPRICED").count() == 40


def changed(offer: Offer, line: int) -> Goods:
    return Goods(line, offer.article, identity={"price_cny": Decimal(77)})


def brought(offer: Offer, line: int) -> Goods:
    variant = offer.variant
    card = variant.product
    identity = {"brand": card.brand.name, "model": card.model, "category": "smartphones"}
    identity |= {"kind": card.kind, "price_cny": Decimal(99), "colour": variant.colour_en}
    identity |= {"ram_gb": variant.ram_gb, "storage_gb": variant.storage_gb}
    names = ("net_weight_g", "weight_g", "length_mm", "width_mm", "height_mm")
    facts = {name: getattr(variant, name) for name in names}
    return Goods(line, f"N-{variant.pk}", identity=identity, facts=facts)


@pytest.mark.django_db
def test_goods_that_leave_the_shop_for_review_are_asked_no_more():
    """An import moves states in one statement; the price history hears of it."""
    offer = catalog.offer("100.00", article="A-1")
    asking.refresh([offer.pk], now=NOW - timedelta(days=20), because="APPROVED")
    goods = Goods(1, "A-1", card={"title_ru": "Другое"})

    imports.write([goods], seller=offer.seller, actor="t", now=NOW)

    offer.refresh_from_db()
    last = AskedPrice.objects.filter(offer=offer).latest_first()[0]
    assert (offer.state, last.is_asked, last.asked_from) == ("REVIEW", False, NOW)
    assert connection.in_atomic_block
