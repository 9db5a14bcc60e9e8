"""What an acquirer tells of one payment, in any order and any number of times, ends the same."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from random import Random

import pytest
from django.db import transaction

from orders.models import Order
from payments import books, chargebacks, ledger, refunds
from payments.models import Charge, Chargeback, ChargeFact, Journal, Receipt, Refund
from payments.providers import Answer, RefundAnswer, Taken
from storefront.flows import payment
from tests.flows import story
from tests.flows.story import NOW, goods, placed

pytestmark = pytest.mark.django_db
ACTOR = "provider:yookassa"
COPIES = 5


@pytest.fixture(autouse=True)
def noon(db: None) -> Iterator[None]:
    with story.noon():
        yield


def settled(charge: Charge, answer: Answer) -> None:
    payment.settle(Charge.objects.get(pk=charge.pk), answer, actor=ACTOR, now=NOW)


def captured(charge: Charge) -> None:
    price = charge.price.amount
    settled(
        charge,
        Answer("captured", "p-1", captured=price, fee=Decimal("10.00"), operation="p-1"),
    )


def authorised(charge: Charge) -> None:
    settled(charge, Answer("authorised", "p-1", held=charge.price.amount))


def cancelled(charge: Charge) -> None:
    settled(charge, Answer("cancelled", "p-1", party="yoo_money", reason="expired_on_capture"))


def refunded(charge: Charge) -> None:
    """The notice of a refund: its payment is read first, as `payment.receive` does."""
    captured(charge)
    told = RefundAnswer("done", "r-1", price=Decimal("640.00"), payment="p-1")
    refunds.adopt(Charge.objects.get(pk=charge.pk), told, actor=ACTOR, now=NOW)


def charged_back(charge: Charge) -> None:
    captured(charge)
    until = NOW + timedelta(days=10)
    told = Taken("received", "c-1", "p-1", "fraud", Decimal(5_000), "RUB", NOW, until)
    chargebacks.settle(Charge.objects.get(pk=charge.pk), told, actor=ACTOR, now=NOW)


def end(order: Order, charge: Charge) -> dict[str, object]:
    """All that the story left behind, without keys drawn by chance."""
    order.refresh_from_db()
    charge = Charge.objects.get(pk=charge.pk)
    facts = ChargeFact.objects.order_by("kind").values_list("kind", "operation", "money")
    refunds_left = Refund.objects.values_list("state", "price", "reason")
    return {
        "order": (order.state, order.paid_at),
        "charge": (charge.state, charge.reason, charge.provider_id),
        "facts": list(facts),
        "journals": sorted(Journal.objects.values_list("kind", flat=True)),
        "standing": {row.code: row.units for row in ledger.trial_balance()},
        "refunds": list(refunds_left),
        "chargebacks": list(Chargeback.objects.values_list("state", "money")),
        "receipts": sorted(Receipt.objects.values_list("kind", "price")),
        "holds": sorted(order.holds.values_list("reason", flat=True)),
    }


HISTORIES: dict[str, tuple[Callable[[Charge], None], ...]] = {
    "chargeback": (authorised, captured, refunded, charged_back),
    "cancelled": (authorised, captured, refunded, cancelled),
}


@pytest.mark.parametrize("name", sorted(HISTORIES))
def test_all_24_orders_of_four_notices_five_times_each_end_the_same(name: str) -> None:
    order = placed(goods())
    charge = order.charges.get()
    ends = []
    for number, told in enumerate(permutations(HISTORIES[name])):
        point = transaction.savepoint()
        copies = [notice for notice in told for _copy in range(COPIES - 1)]
        Random(number).shuffle(copies)
        for notice in (*told, *copies):
            notice(charge)
        ends.append(end(order, charge))
        assert [found for _title, _rows, found in books.checks() if found] == []
        transaction.savepoint_rollback(point)

    assert len(ends) == 24
    assert all(found == ends[0] for found in ends)
    kinds = [kind for kind, _operation, _money in ends[0]["facts"]]
    last = "CHARGEBACK" if name == "chargeback" else "CANCELLED"
    assert kinds == sorted(["AUTHORISED", "CAPTURED", "REFUNDED", last])
    assert ends[0]["charge"][0] == "CAPTURED"
    assert ends[0]["order"][0] == "PAID"
    assert ends[0]["standing"].get("card_holds.RUB", 0) == 0
