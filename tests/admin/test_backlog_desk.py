"""The board of what is stuck: read in few queries, and let go on from there."""

import pytest
from django.urls import reverse

from logistics.models import Circuit, Shipment
from storefront.lib import clock

pytestmark = pytest.mark.django_db
BOARD = reverse("admin:logistics_circuit_changelist")
AGAIN = reverse("admin:logistics_circuit_again")


@pytest.fixture
def stuck(desks: object) -> Shipment:
    Circuit.objects.create(
        dependency="centre", away_since=clock.wall(), last_error="nobody answers"
    )
    return Shipment.objects.filter(failures__gt=0).earliest("pk")


def test_board_names_what_waits_and_why(operator, stuck):
    page = operator.get(BOARD).content.decode()

    assert "the carrier does not answer" in page
    assert "nobody answers" in page


def test_operator_lets_a_heap_be_tried_now(operator, stuck):
    heap = {"kind": "parcel", "dependency": "centre", "step": stuck.state}

    operator.post(AGAIN, heap)

    stuck.refresh_from_db()
    assert stuck.due_at <= clock.now()
    assert operator.post(AGAIN, heap | {"kind": "user"}).status_code == 404
    assert operator.get(AGAIN).status_code == 405
