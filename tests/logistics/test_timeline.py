"""A buyer reads each thing once, and two things in two ways."""

from collections import Counter

import pytest
from django.utils import translation

from logistics import timeline
from logistics.states import State
from orders.models import Order
from tests.factories import catalog
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db
FROM_SHENZHEN = {"origin": "shenzhen", "lane": "szx-air-svx"}


def told(order: Order) -> list[tuple[str, str]]:
    """Titles and what stands below them, oldest first, without the parcels' numbers."""
    numbers = [parcel.number for parcel in order.shipments.all()]
    entries = reversed(timeline.tell(order).entries)
    return [
        (entry.title, " · ".join(part for part in entry.text.split(" · ") if part not in numbers))
        for entry in entries
    ]


@pytest.mark.parametrize("language", ["ru", "en", "zh-hans"])
def test_nothing_is_told_twice_in_the_same_words(outside: Outside, language: str) -> None:
    order = story.paid_order(catalog.offer(), catalog.offer(), **FROM_SHENZHEN)
    story.run()

    with translation.override(language):
        counted = Counter(told(order))

    assert len(counted) > 15
    assert [entry for entry, times in counted.items() if times > 1] == []


def test_each_seller_hands_over_once_and_by_name(outside: Outside) -> None:
    goods = catalog.offer(), catalog.offer()
    order = story.paid_order(*goods, **FROM_SHENZHEN)
    story.run()

    with translation.override("en"):
        handed = [text for title, text in told(order) if "handed the goods over" in title]
        names = [offer.seller.name for offer in goods]

    assert sorted(handed) == sorted(names)


def test_only_our_own_plan_is_a_plan(outside: Outside) -> None:
    order = story.paid_order()
    story.run(story.is_in(order, State.PACKED))
    story.parcel(order).events.create(
        code="PRE_ADVICE", happened_at=story.NOW, source="cdek", source_key="CREATED"
    )

    with translation.override("en"):
        titles = [title for title, _text in told(order)]

    assert titles.count("Parcel planned") == 1
    assert titles.count("Registered with the delivery service") == 1
