"""Locks are taken in key order, evaluated at once, and only inside a transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from catalog.models import Brand
from storefront.lib import locks
from tests.factories import catalog


@pytest.mark.django_db
def test_rows_are_locked_in_key_order_without_blocking_foreign_keys() -> None:
    made = [catalog.brand() for _ in range(3)]
    wanted = Brand.objects.filter(pk__in=[one.pk for one in reversed(made)]).order_by("-name")

    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        transaction.atomic(),
    ):
        found = locks.rows(wanted)

    assert found == made
    (statement,) = [q["sql"] for q in seen.captured_queries if q["sql"].startswith("SELECT")]
    assert statement.endswith('ORDER BY "catalog_brand"."id" ASC FOR NO KEY UPDATE')


@pytest.mark.django_db
def test_one_row_is_locked_by_its_key_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = catalog.brand()

    with transaction.atomic(), django_assert_num_queries(1) as seen:
        assert locks.row(Brand.objects.all(), made.pk) == made

    assert seen.captured_queries[0]["sql"].endswith("FOR NO KEY UPDATE")


@pytest.mark.django_db
def test_unknown_row_is_told() -> None:
    with pytest.raises(Brand.DoesNotExist), transaction.atomic():
        locks.row(Brand.objects.all(), -1)


def test_lock_outside_a_transaction_is_refused() -> None:
    with ThreadPoolExecutor(1) as outside:  # a thread of its own has no transaction open
        rows = outside.submit(locks.rows, Brand.objects.all())
        row = outside.submit(locks.row, Brand.objects.all(), 1)

    for refused in (rows, row):
        with pytest.raises(AssertionError, match="outside a transaction"):
            refused.result()
