"""The past of the demo is filled in day by day, and whoever looks meanwhile is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from storefront.cache import FILLING
from storefront.lib import clock
from storefront.management import history
from storefront.management.buyers import Crowd
from storefront.management.driver import Driver

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_it_is_told_how_far_the_past_has_come_until_it_is_filled_in() -> None:
    told: list[object] = []
    crowd = Crowd(Driver(), prefix="test", opinions=[])

    with clock.simulated(BEGUN):
        history._run_all(crowd, BEGUN + 3 * DAY, lambda _line: told.append(cache.get(FILLING)))

    assert told == [BEGUN, BEGUN + DAY, BEGUN + 2 * DAY]
    assert cache.get(FILLING) is None
