"""Payouts: two people above a limit, routes that come back, and no step that pays twice."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Seller
from orders import holds, lifecycle
from orders.models import Delivery, Order, Term
from payments import banks, books, ledger, settlement, tasks
from payments.banking import choosing
from payments.models import Conversion, LeftOut, Payout, PayoutBatch, Settlement
from payments.settlement import approvals, driving, payouts
from storefront.lib import clock, kept
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=20)
UNTIL = date(2026, 12, 14)


def sold(seller: Seller | None = None, price: str = "1299.00", *, at: datetime = LATER) -> Order:
    order = factory.order(goods.offer(price, seller=seller or goods.seller()))
    money.paid(order)
    (delivery,) = money.delivered(order)
    lifecycle.mark_released(delivery, now=at)
    settlement.release(delivery, actor="task:release", now=at)
    return order


def close(until: date = UNTIL, *, at: datetime = LATER) -> list[Payout]:
    with clock.simulated(at):
        return settlement.close_period(until, now=at, actor="task:job")


def drive(payout: Payout, *, at: datetime) -> Payout:
    """As a worker does it, after any earlier one's lease has run out."""
    Payout.objects.filter(pk=payout.pk).update(due_at=at, lease_until=None)
    with clock.simulated(at):
        tasks.drive_payout(id=payout.pk)
    return Payout.objects.get(pk=payout.pk)


def broken() -> list[tuple[str, list[str]]]:
    return [(name, failures) for name, _rows, failures in books.checks() if failures]


def limit(yuan: int) -> None:
    Term.objects.create(
        key="payout_two_people_yuan", value=yuan, unit="CNY", valid_from=NOW.date(), source="test"
    )
    kept.forget()


@pytest.fixture
def large(outside: Sandbox) -> Payout:
    """A payout above the limit."""
    money.rate()
    limit(1_000)
    sold()
    (payout,) = close()
    return payout


def test_a_large_payout_waits_and_nothing_moves(large: Payout) -> None:
    assert (large.state, large.needs_two, large.due_at) == ("WAITING", True, None)
    assert large.batch.state == "FROZEN"
    assert not Payout.objects.filter(due_at__isnull=False).exists()
    assert settlement.waiting_for_people() == settlement.ForPeople(1, 0, 0)
    with pytest.raises(IntegrityError, match="payout_has_two_people"), transaction.atomic():
        Payout.objects.filter(pk=large.pk).update(state="READY")


def test_one_asks_and_another_approves(large: Payout) -> None:
    approvals.ask(large, reason=" checked " + "x" * 300, actor="user:vera")
    assert settlement.waiting_for_people() == settlement.ForPeople(0, 1, 0)

    approvals.approve(large, reason=" agreed " + "x" * 300, actor="user:oleg", now=LATER)

    approved = Payout.objects.get()
    assert (approved.state, approved.due_at) == ("READY", LATER)
    assert (approved.asked_by, approved.decided_by) == ("user:vera", "user:oleg")
    assert approved.asked_why == "checked " + "x" * 292
    assert (approved.decided_why, approved.decided_at) == ("agreed " + "x" * 293, LATER)
    batch = PayoutBatch.objects.get()
    assert (batch.state, batch.approved_at, batch.sent_at) == ("APPROVED", LATER, None)
    sent = drive(approved, at=LATER + timedelta(minutes=1))
    assert (sent.state, PayoutBatch.objects.get().state) == ("SENT", "SENT")
    assert sent.sent_at == PayoutBatch.objects.get().sent_at == LATER + timedelta(minutes=1)
    assert sent.due_at == sent.sent_at + driving.LOOK_AGAIN
    assert broken() == []


def test_who_asked_may_not_decide_in_python_nor_in_the_database(large: Payout) -> None:
    approvals.ask(large, reason="checked", actor="user:vera")

    for decide in (approvals.approve, approvals.refuse):
        with pytest.raises(settlement.SamePerson, match=r"^Кто запросил, решать не может"):
            decide(large, reason="mine", actor="user:vera", now=LATER)
    with pytest.raises(IntegrityError, match="payout_decider_is_not_asker"), transaction.atomic():
        Payout.objects.filter(pk=large.pk).update(decided_by="user:vera", decided_why="x")
    assert Payout.objects.get().decided_by == ""


def test_nobody_approves_what_nobody_asked_for_or_without_a_reason(large: Payout) -> None:
    with pytest.raises(approvals.NotWaiting, match="ещё никто не запросил"):
        approvals.approve(large, reason="yes", actor="user:oleg", now=LATER)
    with pytest.raises(approvals.NoReason, match=r"^Укажите причину"):
        approvals.ask(large, reason="  ", actor="user:vera")
    approvals.ask(large, reason="checked", actor="user:vera")
    with pytest.raises(approvals.NotWaiting, match=r"^Эту выплату уже запросили") as refused:
        approvals.ask(large, reason="checked too", actor="user:oleg")
    assert refused.value.facts == {"by": "user:vera"}


def test_a_refused_payout_is_carried_to_the_next_period(large: Payout) -> None:
    approvals.ask(large, reason="checked", actor="user:vera")
    approvals.refuse(large, reason="the account is doubtful", actor="user:oleg", now=LATER)

    with pytest.raises(approvals.NotWaiting, match="никого не ждёт") as late:
        approvals.approve(large, reason="no, yes", actor="user:anna", now=LATER)
    assert late.value.facts == {"state": "CANCELLED"}
    refused = Payout.objects.get()
    assert (refused.decided_by, refused.decided_why) == ("user:oleg", "the account is doubtful")
    assert refused.decided_at == refused.ended_at == LATER
    (again,) = close(date(2026, 12, 21), at=LATER + timedelta(days=7))

    assert again.money == large.money
    assert Settlement.objects.order_by("-pk").first().carried_units == 119_508
    assert Conversion.objects.count() == 1
    assert broken() == []


def test_what_a_payout_was_made_of_never_changes(large: Payout) -> None:
    for change in (
        {"money": Decimal(1)}, {"account": "1"}, {"creditor": "x"}, {"needs_two": False},
        {"settlement": None}, {"message": "other"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="stays as it was made"), transaction.atomic():
            Payout.objects.filter(pk=large.pk).update(**change)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        PayoutBatch.objects.update(total=Decimal(1))
    for table in (Settlement, Payout, PayoutBatch):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            table.objects.all()._raw_delete("default")


def test_the_digest_is_over_whom_how_much_and_where_to(large: Payout) -> None:
    seller = large.seller
    sealed = f"{large.message}|119508|{seller.name_zh}|{seller.bank_account}|{seller.cnaps}"

    assert large.batch.digest == payouts.digest([sealed])
    assert (large.batch.payouts_n, large.batch.total) == (1, large.money)
    assert (large.batch.number, large.batch.period_until) == (1, UNTIL)
    assert (large.batch.made_by, large.batch.made_at) == ("task:job", LATER)


def test_a_payout_holds_whom_it_pays_and_what_speaks_for_its_route(large: Payout) -> None:
    seller = large.seller
    assert (large.creditor, large.account, large.cnaps) == (
        seller.name_zh, seller.bank_account, seller.cnaps,
    )  # fmt: skip
    assert large.message == f"PAY-20261214-{seller.pk}-1"
    assert (large.predecessor, large.made_at, large.period_until) == (None, LATER, UNTIL)
    assert large.settlement == Settlement.objects.get()
    assert large.route is not None
    assert large.choice


def test_lines_that_may_not_be_paid_are_left_out_with_their_reason(outside: Sandbox) -> None:
    seller = goods.seller()
    fine, stopped, uncleared = (sold(seller) for _ in range(3))
    holds.put(stopped, reason="DISPUTE", owner="finance", actor="user:anna", now=LATER)
    Delivery.objects.filter(order=uncleared).update(cleared_at=None)
    under_way = factory.order(goods.offer(seller=seller))
    money.paid(under_way)

    (payout,) = close()

    assert payout.money.amount == Decimal("1195.08")
    row = payout.settlement
    assert [line.order_line.order for line in row.lines.all()] == [fine]
    left = {gap.order_line.order_id: gap.reason for gap in row.left_out.all()}
    assert left == {
        stopped.pk: LeftOut.Reason.ON_HOLD,
        uncleared.pk: LeftOut.Reason.NOT_CLEARED,
        under_way.pk: LeftOut.Reason.NOT_DELIVERED,
    }
    holds.lift(stopped.holds.get(), answer="settled", actor="user:vera", now=LATER)
    (later,) = close(date(2026, 12, 21), at=LATER + timedelta(days=7))
    assert [line.order_line.order for line in later.settlement.lines.all()] == [stopped]
    assert broken() == []


@pytest.mark.parametrize(("more", "is_found"), [("0.00", False), ("0.01", True)])
def test_a_payout_of_more_than_was_settled_is_found(more: str, is_found: bool) -> None:
    money.rate()
    sold()
    settlement.settle(UNTIL, now=LATER, actor="task:job")
    statement = Settlement.objects.get()
    Payout.objects.create(
        seller=statement.seller, settlement=statement, period_until=UNTIL, message="PAY-1",
        money=Decimal(statement.net_units) / 100 + Decimal(more), money_currency="CNY",
        made_at=LATER,
    )  # fmt: skip

    assert ("settlements: no more is paid out than was settled" in dict(broken())) is is_found


def test_a_seller_no_bank_could_pay_is_settled_and_not_paid(outside: Sandbox) -> None:
    order = sold()
    seller = order.lines.get().seller
    Seller.objects.filter(pk=seller.pk).update(cnaps="104584001015")

    assert close() == []

    assert Settlement.objects.get().net_units == 119_508
    assert not Conversion.objects.exists()
    Seller.objects.filter(pk=seller.pk).update(cnaps=seller.cnaps)
    (paid,) = close(date(2026, 12, 21), at=LATER + timedelta(days=7))
    assert paid.money.amount == Decimal("1195.08")
    assert paid.settlement.carried_units == 119_508


def test_a_route_suspended_before_the_sending_is_exchanged_and_the_message_stays(
    outside: Sandbox,
) -> None:
    sold()
    (payout,) = close()
    choosing.suspend(payout.route, is_suspended=True, reason="news", actor="user:vera", now=LATER)

    sent = drive(payout, at=LATER + timedelta(minutes=5))

    assert (sent.state, sent.message, sent.uetr) == ("SENT", payout.message, payout.uetr)
    assert sent.route_id != payout.route_id
    with pytest.raises(IntegrityError, match="stays as it was made"), transaction.atomic():
        Payout.objects.filter(pk=sent.pk).update(route=payout.route_id)


def test_another_payout_keeps_its_route_when_one_is_exchanged(outside: Sandbox) -> None:
    for slug in ("boris", "lin"):
        sold(goods.seller(slug=slug))
    one, other = close()
    choosing.suspend(one.route, is_suspended=True, reason="news", actor="user:vera", now=LATER)

    drive(one, at=LATER + timedelta(minutes=5))

    assert Payout.objects.get(pk=other.pk).route_id == other.route_id == one.route_id


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (400, "RETURNED", "FF01"),  # it reads our file and finds it wrong: it pays nothing
        (409, "SENT", ""),  # it has the file already
        (403, "READY", ""),  # it does not even look: the file is still to be sent
        (503, "READY", ""),
    ],
)
def test_what_a_bank_answers_to_a_file(
    outside: Sandbox, status: int, state: str, reason: str
) -> None:
    sold()
    (payout,) = close()
    owed = ledger.balance("seller_payable", "CNY", payout.seller.slug)
    outside.script("banks.SNGHCNBH", replies={"status": status})

    payout = drive(payout, at=LATER + timedelta(minutes=1))

    assert (payout.state, payout.reason) == (state, reason)
    is_away = state == "SENT"
    assert ledger.balance("seller_payable", "CNY", payout.seller.slug) == (0 if is_away else owed)
    assert (payout.due_at is None) is (state == "RETURNED")


class Killed(BaseException):
    """The process ends here; nothing below may catch it."""


STEPS = {
    "after the statements": ("payments.settlement.conversions.buy", "before"),
    "after the deal, before it is booked": ("payments.settlement.conversions.convert", "before"),
    "after the deal is booked": ("payments.settlement.conversions.convert", "after"),
    "before the payouts": ("payments.settlement.payouts.make", "before"),
    "in the middle of the payouts": ("payments.settlement.payouts._made", "before"),
    "after the payouts": ("payments.settlement.payouts.make", "after"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_run_killed_at_any_step_pays_once_when_it_runs_again(
    step: str, outside: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    money.rate()
    sellers = [goods.seller(), goods.seller()]
    for seller in sellers:
        sold(seller)
    kill(monkeypatch, *STEPS[step])
    with pytest.raises(Killed):
        close()  # what it had committed stays, its open transaction is lost
    monkeypatch.undo()

    close()
    close()

    assert Payout.objects.count() == 2
    assert [row.payouts_n for row in PayoutBatch.objects.all()] == [2]
    for payout in Payout.objects.all():
        drive(payout, at=LATER + timedelta(minutes=1))
        drive(payout, at=LATER + timedelta(days=30))
    assert {row.state for row in Payout.objects.all()} == {"CREDITED"}
    assert deals(outside) == 1
    assert arrived(outside) == [119_508, 119_508]
    assert broken() == []


SENDING = {
    "before the file": ("payments.banks.send", "before"),
    "after the file, before it is noted": ("payments.banks.send", "after"),
    "while it is noted": ("payments.settlement.driving.record", "after"),
}


@pytest.mark.parametrize("step", SENDING)
def test_a_sender_killed_at_any_step_pays_once(
    step: str, outside: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold()
    (payout,) = close()
    kill(monkeypatch, *SENDING[step])
    with pytest.raises(Killed):
        drive(payout, at=LATER + timedelta(minutes=1))
    monkeypatch.undo()

    for days in (0, 1, 30, 31):
        drive(payout, at=LATER + timedelta(days=days, minutes=10))

    assert Payout.objects.get().state == "CREDITED"
    assert arrived(outside) == [119_508]
    assert broken() == []


def kill(monkeypatch: pytest.MonkeyPatch, name: str, when: str) -> None:
    import importlib

    room, _, function = name.rpartition(".")
    module = importlib.import_module(room)
    real = getattr(module, function)

    def dies(*args: object, **kwargs: object) -> None:
        if when == "after":
            real(*args, **kwargs)
        raise Killed(name)

    monkeypatch.setattr(module, function, dies)


def deals(outside: Sandbox) -> int:
    return int(outside.http.get(f"{outside.url}/_/books/deals", timeout=5).json()["count"])


def arrived(outside: Sandbox) -> list[int]:
    """What the bank's own books say was handed in, in fen."""
    found = outside.http.get(f"{outside.url}/_/books/transfers", timeout=5).json()["transfers"]
    return sorted(one["transactions"][0]["amount"] for one in found)


def test_bank_standing_is_asked_by_message(outside: Sandbox) -> None:
    sold()
    (payout,) = close()

    assert banks.standing(payout.message, payout.message) is None
