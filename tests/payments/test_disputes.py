"""The life of a dispute: who may do what, and when; what the database refuses by itself."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from catalog import papers
from orders.models import Order
from payments import disputes, evidence, parts, protection, refunds
from payments.models import (
    Bearer,
    Dispute,
    DisputeDecision,
    DisputeEvent,
    DisputeFile,
    Refund,
    RefundPart,
)
from storefront.flows import settlement
from storefront.lib import clock, due
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.factories.tables import picture

pytestmark = pytest.mark.django_db
ANNA, BORIS, VERA, GLEB = "user:anna", "user:boris", "user:vera", "user:gleb"
DAY = timedelta(days=1)
PDF = b"%%PDF-1.4\n%d 0 obj<<>>endobj\ntrailer<<>>\n%%%%EOF"


@pytest.fixture(autouse=True)
def simulated(db, settings, tmp_path):
    settings.PAPERS_ROOT = tmp_path
    with clock.simulated(NOW):
        money.rate()
        yield


@pytest.fixture
def order() -> Order:
    made = factory.order(goods.offer("1299.00"), quantity=2)
    money.paid(made)
    money.delivered(made, at=NOW)
    return made


def opened(order: Order, **said: object) -> Dispute:
    given = {"kind": "DEFECTIVE", "wanted": "RETURN", "text": "Не заряжается"}
    claim = disputes.Claim(**{**given, "line": order.lines.get(), **said})
    return disputes.open(order.deliveries.get(), claim, actor=ANNA, now=NOW)


def answered(order: Order, **said: object) -> Dispute:
    dispute = opened(order, **said)
    return disputes.answer(dispute, "已测试", actor=BORIS, now=NOW + DAY)


def full(**more: object) -> disputes.Verdict:
    return disputes.Verdict("FULL", "Брак подтверждён", Bearer.SELLER, **more)


def decide(dispute: Dispute, verdict: disputes.Verdict, actor: str = VERA) -> list[Refund]:
    return disputes.decide(dispute, verdict, actor=actor, now=NOW + 2 * DAY)


def kinds(dispute: Dispute) -> list[str]:
    return list(dispute.events.order_by("pk").values_list("kind", flat=True))


def test_a_dispute_waits_for_its_seller_and_stops_the_money(order: Order) -> None:
    dispute = opened(order)

    assert (dispute.state, dispute.seller) == ("OPEN", order.lines.get().seller)
    assert dispute.due_at == dispute.answer_until == NOW + 5 * DAY
    assert protection.is_stopped(order.deliveries.get())


def test_nothing_is_disputed_before_it_arrived_or_after_its_release(order: Order) -> None:
    other = factory.order(goods.offer())
    money.paid(other)
    with pytest.raises(disputes.NotDisputable):
        opened(other)

    order.deliveries.update(released_at=NOW)
    with pytest.raises(disputes.NotDisputable):
        opened(order)

    assert not Dispute.objects.exists()


def test_a_delivery_is_disputed_three_times_at_most(order: Order) -> None:
    for _turn in range(3):
        disputes.withdraw(opened(order), actor=ANNA, now=NOW)

    with pytest.raises(disputes.NotDisputable):
        opened(order)


def test_a_line_of_another_delivery_is_not_disputed_here(order: Order) -> None:
    other = factory.order(goods.offer())

    with pytest.raises(disputes.NotDisputable):
        opened(order, line=other.lines.get())


def test_an_operator_waits_for_the_answer_or_for_its_deadline(order: Order) -> None:
    dispute = opened(order)

    with pytest.raises(disputes.TooEarly):
        decide(dispute, full(), actor=VERA)
    assert not DisputeDecision.objects.exists()

    disputes.decide(dispute, full(), actor=VERA, now=NOW + 5 * DAY)
    assert Dispute.objects.get().state == "PROPOSED"  # 33 980 rubles are over the limit


def test_a_silent_seller_is_noted_once_his_time_is_over(order: Order) -> None:
    dispute = opened(order)
    clock.set_virtual(NOW + 5 * DAY)
    claimed = due.claim(Dispute, dispute.pk)

    disputes.watch(claimed, now=clock.now())

    dispute.refresh_from_db()
    assert (kinds(dispute), dispute.due_at) == (["OPENED", "SILENT"], None)


def test_a_decision_over_the_limit_needs_another_person(order: Order) -> None:
    dispute = answered(order)

    assert decide(dispute, full(freight=Decimal(640))) == []
    with pytest.raises(disputes.SamePerson):
        disputes.agree(dispute, is_granted=True, actor=VERA, now=NOW + 3 * DAY)
    assert not Refund.objects.exists()
    (refund,) = disputes.agree(dispute, is_granted=True, actor=GLEB, now=NOW + 3 * DAY)

    assert refund.price.amount == Decimal("34620.00")
    assert kinds(dispute) == ["OPENED", "ANSWERED", "PROPOSED", "DECIDED"]
    with pytest.raises(disputes.WrongState):
        disputes.agree(dispute, is_granted=True, actor=GLEB, now=NOW + 3 * DAY)


def test_the_database_wants_four_eyes_too(order: Order) -> None:
    decide(answered(order), full())

    with pytest.raises(IntegrityError, match="decision_four_eyes"), transaction.atomic():
        DisputeDecision.objects.update(answered_by=VERA, answered_at=NOW, is_granted=True)


def test_a_decision_sent_back_is_made_anew(order: Order) -> None:
    dispute = answered(order)
    decide(dispute, full())

    disputes.agree(dispute, is_granted=False, actor=GLEB, now=NOW + 3 * DAY)

    assert Dispute.objects.get().state == "ANSWERED"
    (refund,) = decide(dispute, disputes.Verdict("PARTIAL", "x", "SELLER", goods=Decimal(900)))
    assert refund.price.amount == Decimal("900.00")


def test_one_of_two_pieces_is_given_back_with_its_quantity(order: Order) -> None:
    dispute = answered(order, quantity=1)

    (refund,) = decide(dispute, full())

    part = refund.parts.get()
    assert (part.kind, part.quantity, part.money.amount) == ("GOODS", 1, Decimal("16990.00"))
    assert (part.bearer, Dispute.objects.get().state) == ("SELLER", "CLOSED")


def test_goods_come_back_first_when_the_decision_says_so(order: Order) -> None:
    dispute = answered(order, quantity=1)

    assert decide(dispute, full(with_return=True)) == []
    dispute.refresh_from_db()
    assert (dispute.state, dispute.due_at) == ("RETURNING", NOW + 32 * DAY)
    (refund,) = disputes.returned(dispute, actor=VERA, now=NOW + 9 * DAY)

    assert refund.price.amount == Decimal("16990.00")
    assert kinds(dispute)[-2:] == ["DECIDED", "RETURNED"]
    with pytest.raises(disputes.WrongState):
        disputes.returned(dispute, actor=VERA, now=NOW + 9 * DAY)


def test_goods_that_never_come_back_close_it_without_money(order: Order) -> None:
    dispute = answered(order, quantity=1)
    decide(dispute, full(with_return=True))
    clock.set_virtual(NOW + 32 * DAY)

    disputes.watch(due.claim(Dispute, dispute.pk), now=clock.now())

    dispute.refresh_from_db()
    assert (dispute.state, kinds(dispute)[-1]) == ("CLOSED", "NOT_RETURNED")
    assert not Refund.objects.exists()
    delivery = order.deliveries.get()
    assert delivery.due_at == clock.now()  # its protection is long over
    settlement.release(due.claim(type(delivery), delivery.pk), now=clock.now())
    delivery.refresh_from_db()
    assert delivery.released_at is not None


@pytest.mark.parametrize(
    "verdict",
    [
        disputes.Verdict("PARTIAL", "x", Bearer.SELLER, goods=Decimal("33980.01")),
        disputes.Verdict("PARTIAL", "x", Bearer.SELLER, goods=Decimal(1), freight=Decimal(641)),
        disputes.Verdict("PARTIAL", "x", Bearer.SELLER),
        disputes.Verdict("PARTIAL", "x", Bearer.SELLER, goods=Decimal(-5)),
    ],
)
def test_no_more_is_decided_than_was_paid(order: Order, verdict: disputes.Verdict) -> None:
    dispute = answered(order)

    with pytest.raises(parts.TooMuch):
        decide(dispute, verdict)

    assert not DisputeDecision.objects.exists()


def test_a_decision_that_gives_money_says_who_bears_it(order: Order) -> None:
    with pytest.raises(disputes.WrongState):
        decide(answered(order), disputes.Verdict("FULL", "x"))


def test_what_was_given_back_before_is_not_given_by_a_dispute_again(order: Order) -> None:
    line = order.lines.get()
    refunds.spread(order, [parts.goods(line, 1)], reason="PARTLY", actor=VERA, now=NOW)
    dispute = answered(order)

    (refund,) = decide(dispute, full())

    assert refund.price.amount == Decimal("16990.00")


def test_each_side_lays_in_a_few_files_each_once(order: Order) -> None:
    dispute = opened(order)

    def lay_in(body: bytes, side: str = "BUYER") -> DisputeFile:
        document = papers.read(body)
        return evidence.of_dispute(dispute, document, side=side, name="act.pdf", now=NOW)

    assert lay_in(PDF % 1) == lay_in(PDF % 1)
    for number in range(2, 9):
        lay_in(PDF % number)
    with pytest.raises(evidence.TooManyFiles):
        lay_in(PDF % 9)
    lay_in(picture("PNG"), side="SELLER")

    disputes.withdraw(dispute, actor=ANNA, now=NOW)
    with pytest.raises(evidence.Late):
        lay_in(PDF % 10, side="SELLER")
    assert dispute.files.count() == 9


def one_more(order: Order) -> None:
    Dispute.objects.bulk_create([Dispute(**base(order), kind="DAMAGED")])


def base(order: Order) -> dict:
    return {
        "delivery": order.deliveries.get(),
        "wanted": "REFUND",
        "text": "x",
        "opened_at": NOW,
        "opened_by": "gleb",
        "answer_until": NOW,
    }


@pytest.mark.parametrize(
    "attack",
    [
        one_more,
        lambda order: Dispute.objects.update(state="WITHDRAWN"),
        lambda order: DisputeEvent.objects.update(kind="X"),
        lambda order: DisputeEvent.objects.all()._raw_delete("default"),
        lambda order: RefundPart.objects.update(bearer="SELLER"),
        lambda order: DisputeDecision.objects.update(text="x"),
        lambda order: Dispute.objects.filter(state="CLOSED").update(state="OPEN"),
    ],
    ids=["second", "no-time", "event", "removed", "part", "decision", "reopened"],
)
def test_the_database_refuses_what_the_trade_would(
    order: Order, attack: Callable[[Order], object]
) -> None:
    decide(answered(order, quantity=1), full())
    if attack is one_more:
        opened(order)

    with pytest.raises(DatabaseError), transaction.atomic():
        attack(order)
