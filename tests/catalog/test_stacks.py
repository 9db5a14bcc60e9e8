"""Stacks are laid anew whatever way a good was changed, and by whoever lays them first."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from catalog import search
from catalog.models import Brand, Category, Offer, Product, Seller, Stack, Variant
from catalog.search import Choice, keeping, stacks
from storefront import tasks
from storefront.lib import clock, due
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def listed(model: str = "Galaxy A54", **facts) -> Offer:
    category = facts.pop("category", None) or Category.objects.get(slug="smartphones")
    brand = Brand.objects.get(slug="samsung")
    product = make.product(model=model, category=category, brand=brand, **facts)
    offer = make.offer(variant=make.variant(product=product))
    search.index(product, now=NOW)
    return offer


@pytest.fixture
def offer() -> Offer:
    """Indexed, laid, and nothing due."""
    offer = listed()
    search.restack(now=NOW)
    Product.objects.update(due_at=None)
    return offer


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def is_due(offer: Offer) -> bool:
    return Product.objects.get(pk=offer.variant.product_id).due_at is not None


CHANGES = {
    "price in bulk": lambda one: Offer.objects.filter(pk=one.pk).update(price=Decimal("5.00")),
    "price by hand": lambda one: sql(
        "UPDATE catalog_offer SET price = price + 1 WHERE id = %s", one.pk
    ),
    "bulk_update": lambda one: Offer.objects.bulk_update(
        [Offer(pk=one.pk, article="NEW-1")], ["article"]
    ),
    "another offer": lambda one: make.offer("9.00", variant=one.variant),
    "no offer": lambda one: sql("DELETE FROM catalog_offer WHERE id = %s", one.pk),
    "variant": lambda one: Variant.objects.filter(pk=one.variant_id).update(storage_gb=512),
    "new variant": lambda one: make.variant(product_id=one.variant.product_id),
    "seller closed": lambda one: Seller.objects.filter(pk=one.seller_id).update(is_open=False),
    "brand": lambda one: sql("UPDATE catalog_brand SET aliases = '{галя}' WHERE slug = 'samsung'"),
    "title": lambda one: Product.objects.update(title_ru="Другое"),
    "specs": lambda one: sql("""UPDATE catalog_product SET specs = '{"nfc": false}'"""),
    "stock": lambda one: search.note(one.variant.product_id, harbin_quantity=3),
    "rating": lambda one: search.note(one.variant.product_id, rating=Decimal("4.0")),
    "sales": lambda one: search.note(one.variant.product_id, sold=3),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_good_is_due_whatever_way_it_was_changed(offer, name):
    before = Product.objects.get(pk=offer.variant.product_id)
    assert before.due_at is None

    CHANGES[name](offer)

    assert is_due(offer)


UNSEEN = {
    "the same price": lambda one: Offer.objects.update(price=one.price.amount),
    "a text of the seller": lambda one: Seller.objects.update(about_ru="О нас"),
    "what is noted again": lambda one: search.note(
        one.variant.product_id, harbin_quantity=0, sold=0
    ),
    "more of the same": lambda one: search.note(one.variant.product_id, transit_days=9),
    "indexing": lambda one: search.index(one.variant.product, now=NOW),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_nobody_sees_makes_nothing_due(offer, name):
    UNSEEN[name](offer)

    assert not is_due(offer)


def test_a_change_takes_the_lease_of_who_is_indexing_away(offer):
    clock_now = clock.wall()
    Product.objects.update(due_at=clock_now)
    held = due.claim(Product, offer.variant.product_id)
    assert held is not None

    Offer.objects.update(price=Decimal("7.00"))

    with pytest.raises(due.Zombie):
        due.finish(held, at=None)


def test_the_worker_indexes_and_lays(offer, django_capture_on_commit_callbacks):
    Offer.objects.update(price=Decimal("777.00"))

    tasks.index_product(id=offer.variant.product_id)
    stack = Stack.objects.get()
    assert stack.version != stack.marks
    tasks.lay_stack(id=stack.pk)

    stack.refresh_from_db()
    assert (stack.version, stack.due_at, stack.quantity) == (stack.marks, None, 1)
    assert not is_due(offer)
    found = search.find(search.Query())
    assert found.counts.price == search.Span(Decimal("777.00"), Decimal("777.00"))


def test_who_marks_while_a_stack_is_laid_keeps_it_due(offer):
    search.index(offer.variant.product, now=NOW)
    stack = due.claim(Stack, Stack.objects.get().pk)
    assert stack is not None
    other = listed("Galaxy S25")

    search.lay(stack, now=NOW)

    again = Stack.objects.get()
    assert again.due_at is not None
    assert again.version != again.marks
    search.restack(now=NOW)
    assert Stack.objects.get().quantity == 2
    assert {row.pk for row in search.find(search.Query()).products} == {
        offer.variant.product_id,
        other.variant.product_id,
    }


def test_a_lost_lease_writes_nothing(offer):
    search.index(offer.variant.product, now=NOW)
    stack = due.claim(Stack, Stack.objects.get().pk)
    assert stack is not None
    Stack.objects.update(attempt=99)
    before = Stack.objects.get().version

    with pytest.raises(due.Zombie):
        search.lay(stack, now=NOW)

    assert Stack.objects.get().version == before


def test_marks_do_not_put_off_a_stack_that_waits(offer):
    search.index(offer.variant.product, now=NOW)
    first = Stack.objects.get().due_at
    Stack.objects.update(quantity=1_000_000)

    search.index(offer.variant.product, now=NOW)

    assert Stack.objects.get().due_at == first


def test_a_large_stack_waits_a_while(offer):
    Stack.objects.update(quantity=500_000, due_at=None)
    before = clock.wall()

    search.index(offer.variant.product, now=NOW)

    due_at = Stack.objects.get().due_at
    assert due_at is not None
    assert (due_at - before).total_seconds() >= 500_000 // stacks.GOODS_A_SECOND


def test_another_category_marks_both(offer):
    tablets = Category.objects.get(slug="tablets")
    Product.objects.update(category=tablets)
    product = offer.variant.product
    product.refresh_from_db()

    search.index(product, now=NOW)

    stale = {row.category.slug for row in Stack.objects.all() if row.version != row.marks}
    assert stale == {"smartphones", "tablets"}
    assert search.find(search.Query(categories=(tablets.pk,))).counts.total == 1
    old = Category.objects.get(slug="smartphones")
    assert search.find(search.Query(categories=(old.pk,))).counts.total == 0


def test_a_small_stale_stack_is_laid_by_its_reader(offer):
    listed("Galaxy S25")

    assert search.find(search.Query()).counts.total == 2
    assert Stack.objects.get().quantity == 1


def test_a_large_stale_stack_is_shown_as_it_was_laid(offer, monkeypatch):
    monkeypatch.setattr(keeping, "SMALL", 0)
    listed("Galaxy S25")

    assert search.find(search.Query()).counts.total == 1
    search.restack(now=NOW)
    assert search.find(search.Query()).counts.total == 2


def test_a_good_that_has_gone_meanwhile_is_not_shown(offer, monkeypatch):
    Product.objects.update(is_listed=False)

    assert search.find(search.Query()).products == []


def test_stored_and_read_again_it_is_the_same(offer, monkeypatch):
    other = listed("Galaxy S25", released="2026-01", specs={"screen_inch": 6.9})
    search.note(other.variant.product_id, rating=Decimal("4.5"), rating_count=1, harbin_quantity=1)
    search.settle(now=NOW)
    keeping.forget()
    (stored,) = keeping.current()
    laid = stacks.piles.lay(stacks.rows(category=Stack.objects.get().category_id))

    assert stored.columns == laid.columns
    assert stored.quantities == laid.quantities
    assert stored.numbers == laid.numbers
    assert {name: stored.lists[name] for name in laid.lists} == laid.lists


def test_only_what_changed_is_read_again(offer, django_assert_num_queries):
    listed("Tab", category=Category.objects.get(slug="tablets"))
    search.restack(now=NOW)
    search.find(search.Query())

    with django_assert_num_queries(2):  # what is stale; the products
        search.find(search.Query(choice=Choice(flags=frozenset({"nfc"}))))
    search.index(offer.variant.product, now=NOW)
    with django_assert_num_queries(3):  # and the rows of the stack that is stale and small
        search.find(search.Query())
    search.restack(now=NOW)
    with django_assert_num_queries(2):  # laid as this process has laid it already
        search.find(search.Query())
    keeping.forget()
    with django_assert_num_queries(3):  # and the columns of both
        search.find(search.Query())


def test_the_best_sold_are_prominent_in_a_large_shop(monkeypatch):
    monkeypatch.setattr(stacks, "PROMINENT", 4)
    monkeypatch.setattr(stacks, "LEAST_PROMINENT", 1)
    offers = [listed(f"Galaxy {number}") for number in range(8)]
    assert Product.objects.prominent().count() == 8
    for sold, offer in enumerate(offers):
        search.note(offer.variant.product_id, sold=sold)

    search.settle(now=NOW)

    best = Product.objects.prominent().order_by("sold_quantity")
    assert list(best.values_list("sold_quantity", flat=True)) == [3, 4, 5, 6, 7]


def test_what_is_not_prominent_is_found_when_nothing_else_is(offer):
    Product.objects.update(is_prominent=False)

    assert search.find(search.Query(text="galaxy a54")).counts.total == 1


def test_few_are_prominent_though_all_stacks_are_laid_for_the_first_time(monkeypatch):
    monkeypatch.setattr(stacks, "PROMINENT", 4)
    monkeypatch.setattr(stacks, "LEAST_PROMINENT", 1)
    for slug in ("smartphones", "tablets"):
        category = Category.objects.get(slug=slug)
        for number in range(8):
            listed(f"{slug} {number}", category=category)

    search.restack(now=NOW)

    assert Product.objects.prominent().count() == 4


def test_no_search_reads_what_waits_to_be_sorted_in(db):
    sql = "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND reloptions = %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [["product_search", "product_prominent_search"], ["fastupdate=off"]])
        assert cursor.fetchone() == (2,)
