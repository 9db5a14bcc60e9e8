"""Another account for payouts: two persons, a cooling time, and nothing to a wrong one."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Seller, SellerEvent, SellerMember
from orders.models import Term
from payments import settlement
from payments.models import AccountChange, Payout, ScreenedParty, Settlement
from payments.screening import clearing, parties, running
from payments.settlement import approvals, bounced, changes, may_be_paid, returns
from payments.settlement.changes import Details
from storefront.accounts.models import User
from storefront.lib import clock, kept
from storefront.management import finance
from tests.factories import catalog as goods
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.payments import lists
from tests.payments.test_payouts import broken, close, drive, limit, sold
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
NEW = Details("102100099996", "中国工商银行深圳分行", "4000023009200123456")
LATER = NOW + timedelta(days=20)
COOLED = timedelta(hours=48)
NEXT = date(2026, 12, 28)


@pytest.fixture
def seller() -> Seller:
    made = goods.seller()
    user = User.objects.create(email="hao@example.com")
    SellerMember.objects.create(user=user, seller=made, role="OWNER")
    return made


def owner(seller: Seller) -> str:
    return f"user:{seller.members.get().user_id}"


def propose(seller: Seller, details: Details = NEW, *, at: datetime = NOW) -> AccountChange:
    return changes.propose(seller, details, actor=owner(seller), now=at)


def confirm(change: AccountChange, *, at: datetime = NOW, actor: str = "user:nina"):
    return changes.confirm(change, reason="called Mr Hao", actor=actor, now=at)


def account(seller: Seller) -> str:
    return Seller.objects.values_list("bank_account", flat=True).get(pk=seller.pk)


def kinds(seller: Seller) -> list[str]:
    return list(seller.events.order_by("pk").values_list("kind", flat=True))


def test_an_account_is_proposed_confirmed_and_in_force_after_its_time(seller: Seller) -> None:
    old = seller.bank_account
    change = propose(seller)
    assert (change.state, change.old_tail, change.due_at) == ("PROPOSED", old[-4:], None)

    confirmed = confirm(change)

    assert confirmed.state == "CONFIRMED"
    assert confirmed.in_force_from == confirmed.due_at == NOW + COOLED
    early = changes.enter(change, actor="task", now=NOW + COOLED - timedelta(seconds=1))
    assert early.state == "CONFIRMED"
    assert account(seller) == old
    entered = changes.enter(change, actor="task", now=NOW + COOLED)
    assert (entered.state, entered.ended_at) == ("IN_FORCE", NOW + COOLED)
    seller.refresh_from_db()
    assert (seller.cnaps, seller.bank_name, seller.bank_account) == (
        NEW.cnaps, NEW.bank_name, NEW.bank_account,
    )  # fmt: skip
    assert changes.current(seller) == change
    assert kinds(seller) == ["ACCOUNT_PROPOSED", "ACCOUNT_CONFIRMED", "ACCOUNT_IN_FORCE"]
    told = str(list(SellerEvent.objects.values_list("detail", flat=True)))
    assert NEW.bank_account not in told
    assert NEW.bank_account[-4:] in told


def test_the_cooling_time_is_a_dated_row_with_its_source(seller: Seller) -> None:
    row = Term.objects.get(key=changes.COOLING)
    assert (row.value, row.unit) == (48, "hours")
    assert row.source
    Term.objects.create(
        key=changes.COOLING, value=72, unit="hours", valid_from=NOW.date(), source="test"
    )
    kept.forget()

    assert confirm(propose(seller)).in_force_from == NOW + timedelta(hours=72)


def test_who_proposed_or_sits_at_the_sellers_desk_never_confirms(seller: Seller) -> None:
    change = propose(seller)
    partner = User.objects.create(email="partner@example.com")
    SellerMember.objects.create(user=partner, seller=seller, role="LISTING")

    for who in (change.proposed_by, f"user:{partner.pk}"):
        with pytest.raises(changes.OneOfTheirs):
            confirm(change, actor=who)
        with pytest.raises(changes.OneOfTheirs):
            changes.refuse(change, reason="no", actor=who, now=NOW)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        AccountChange.objects.update(decided_by=change.proposed_by, decided_why="x")
    change.refresh_from_db()
    assert (change.state, change.decided_by) == ("PROPOSED", "")
    assert kinds(seller) == ["ACCOUNT_PROPOSED"]


def test_nothing_is_decided_without_a_word(seller: Seller) -> None:
    change = propose(seller)
    for decide in (changes.confirm, changes.refuse):
        with pytest.raises(changes.NoReason):
            decide(change, reason="  ", actor="user:nina", now=NOW)


def test_details_are_checked_as_those_of_an_application(seller: Seller) -> None:
    with pytest.raises(changes.WrongDetails) as refused:
        propose(seller, Details("102100099990", "工行", "12"))

    assert [check.field for check in refused.value.failed] == ["cnaps", "bank_name", "bank_account"]
    assert not AccountChange.objects.exists()


def test_one_change_at_a_time_also_in_the_database(seller: Seller) -> None:
    change = propose(seller)
    with pytest.raises(changes.AlreadyOpen):
        propose(seller)
    with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
        AccountChange.objects.create(
            seller=seller, cnaps=NEW.cnaps, bank_name="x", bank_account="1", proposed_by="user:1",
            proposed_at=NOW,
        )  # fmt: skip
    changes.withdraw(change, actor=owner(seller), now=NOW)

    assert propose(seller).state == "PROPOSED"


def test_who_confirmed_is_known_also_when_another_refuses_it_later(seller: Seller) -> None:
    change = propose(seller)
    changes.confirm(change, reason="called Mr. Li", actor="user:nina", now=NOW)
    changes.refuse(change, reason="户名不符", actor="user:oleg", now=NOW)

    told = seller.events.filter(kind__in=["ACCOUNT_CONFIRMED", "ACCOUNT_REFUSED"]).order_by("pk")
    assert [(one.actor, one.detail["reason"]) for one in told] == [
        ("user:nina", "called Mr. Li"),
        ("user:oleg", "户名不符"),
    ]


@pytest.mark.parametrize("stop", ["withdraw", "refuse"])
@pytest.mark.parametrize("is_confirmed", [False, True])
def test_it_can_be_stopped_until_it_is_in_force(
    seller: Seller, stop: str, is_confirmed: bool
) -> None:
    change, old = propose(seller), seller.bank_account
    if is_confirmed:
        confirm(change)
    if stop == "withdraw":
        stopped = changes.withdraw(change, actor=owner(seller), now=NOW)
    else:
        stopped = changes.refuse(change, reason="户名不符", actor="user:nina", now=NOW)

    assert (stopped.ended_at, stopped.due_at) == (NOW, None)
    assert changes.enter(change, actor="task", now=NOW + 2 * COOLED).state == stopped.state
    assert account(seller) == old
    with pytest.raises(changes.WrongChangeState):
        confirm(change)
    with pytest.raises(changes.WrongChangeState):
        changes.withdraw(change, actor=owner(seller), now=NOW)


def test_what_is_in_force_is_past_and_what_was_proposed_never_changes(seller: Seller) -> None:
    change = propose(seller)
    confirm(change)
    changes.enter(change, actor="task", now=NOW + COOLED)

    with pytest.raises(changes.WrongChangeState):
        changes.withdraw(change, actor=owner(seller), now=NOW + COOLED)
    assert changes.enter(change, actor="task", now=NOW + 2 * COOLED).ended_at == NOW + COOLED
    for field in ({"bank_account": "1"}, {"cnaps": "1"}, {"proposed_by": "x"}, {"old_tail": "1"}):
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            AccountChange.objects.update(**field)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountChange.objects.update(state="PROPOSED")
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        AccountChange.objects.all()._raw_delete("default")


def returned(outside: Sandbox, seller: Seller, reason: str = "AC01") -> Payout:
    """A payout of LATER that came back."""
    outside.script("banks.SNGHCNBH", refuse=[{"what": "transfer", "reason": reason, "times": 1}])
    sold(seller)
    (payout,) = close()
    for minutes in (1, 60 * 24 * 3):
        payout = drive(payout, at=LATER + timedelta(minutes=minutes))
    assert (payout.state, payout.reason) == ("RETURNED", reason)
    return payout


def test_from_a_wrong_account_to_money_on_the_new_one(seller: Seller, outside: Sandbox) -> None:
    """The whole story: AC01, nothing more to the old account, the new one, the next run."""
    payout = returned(outside, seller)
    assert bounced([seller.pk]) == {seller.pk: "AC01"}
    assert may_be_paid(seller) == "ACCOUNT_BOUNCED"
    assert close(date(2026, 12, 21), at=LATER + timedelta(days=7)) == []
    with pytest.raises(returns.CarriedOver):
        returns.send_again(payout, actor="user:nina", now=LATER + timedelta(days=7))

    change = propose(seller, at=LATER + timedelta(days=8))
    confirm(change, at=LATER + timedelta(days=8))
    assert may_be_paid(seller) == "ACCOUNT_BOUNCED"  # it cools off: still owed, still not paid
    changes.enter(change, actor="task", now=LATER + timedelta(days=10))
    seller.refresh_from_db()
    assert may_be_paid(seller) == ""
    (paid,) = close(NEXT, at=LATER + timedelta(days=14))

    assert (paid.account, paid.cnaps, paid.money) == (NEW.bank_account, NEW.cnaps, payout.money)
    assert Settlement.objects.get(period_until=NEXT).carried_units == 119_508
    for days in (14, 30):
        paid = drive(paid, at=LATER + timedelta(days=days))
    assert paid.state == "CREDITED"
    assert payout.account != paid.account
    assert broken() == []


def test_the_desks_of_a_simulation_have_a_wrong_account_confirmed_once(
    seller: Seller, outside: Sandbox
) -> None:
    returned(outside, seller)
    at = LATER + timedelta(days=4)
    with clock.simulated(at):
        first, again = finance.work(now=at), finance.work(now=at)

    change = AccountChange.objects.get()
    assert (first["accounts confirmed anew"], again["accounts confirmed anew"]) == (1, 0)
    assert (change.state, change.bank_account) == ("CONFIRMED", seller.bank_account)


def test_the_returned_sum_can_be_sent_by_hand_once_the_account_is_right(
    seller: Seller, outside: Sandbox
) -> None:
    payout = returned(outside, seller)
    with pytest.raises(returns.NotPayable):
        returns.send_again(payout, actor="user:nina", now=LATER + timedelta(days=4))
    same = Details(seller.cnaps, seller.bank_name, seller.bank_account)
    change = propose(seller, same, at=LATER + timedelta(days=4))
    confirm(change, at=LATER + timedelta(days=4))
    changes.enter(change, actor="task", now=LATER + timedelta(days=6))

    again = returns.send_again(payout, actor="user:nina", now=LATER + timedelta(days=6))

    # The bank did not blame the way, so the best one may be taken again.
    assert (again.account, again.route_id) == (seller.bank_account, payout.route_id)


def test_what_came_back_for_a_person_shuts_no_account_and_goes_once_more_by_hand(
    seller: Seller, outside: Sandbox
) -> None:
    payout = returned(outside, seller, "AC06")
    assert bounced([seller.pk]) == {}
    assert may_be_paid(seller) == ""

    again = returns.send_again(payout, actor="user:vera", now=LATER + timedelta(days=4))

    assert (again.predecessor, again.batch.made_by) == (payout, "user:vera")
    assert settlement.waiting_for_people().total == 0
    with pytest.raises(settlement.NotReturned):
        returns.send_again(payout, actor="user:vera", now=LATER + timedelta(days=4))
    assert broken() == []


def test_a_later_payout_that_arrived_says_the_account_is_right(seller: Seller) -> None:
    for number, (state, reason) in enumerate([("RETURNED", "AC01"), ("CREDITED", "")]):
        assert (bounced([seller.pk]) == {}) == (number == 0)
        Payout.objects.create(
            seller=seller, period_until=NEXT + timedelta(days=number), money=Decimal(5),
            money_currency="CNY", message=f"P{number}", account=seller.bank_account,
            cnaps=seller.cnaps, state=state, reason=reason, made_at=NOW,
            ended_at=NOW + timedelta(days=number),
        )  # fmt: skip

    assert bounced([seller.pk]) == {}


def test_payouts_under_way_keep_their_account_and_those_to_decide_are_refused(
    seller: Seller, outside: Sandbox
) -> None:
    money.rate()
    sold(seller)
    (payout,) = close()
    change = propose(seller)
    confirm(change)
    changes.enter(change, actor="task", now=NOW + COOLED)

    sent = drive(payout, at=LATER + timedelta(minutes=1))

    assert (sent.state, sent.account) == ("SENT", payout.account)
    assert sent.account != account(seller)


def test_a_payout_for_two_people_does_not_go_to_an_account_that_was_changed(
    seller: Seller, outside: Sandbox
) -> None:
    money.rate()
    limit(1_000)
    sold(seller)
    (payout,) = close()
    approvals.ask(payout, reason="checked", actor="user:vera")
    change = propose(seller)
    confirm(change)
    changes.enter(change, actor="task", now=NOW + COOLED)

    with pytest.raises(approvals.OldAccount):
        approvals.approve(payout, reason="yes", actor="user:oleg", now=LATER)
    approvals.refuse(payout, reason="another account", actor="user:oleg", now=LATER)

    (again,) = close(date(2026, 12, 21), at=LATER + timedelta(days=7))
    assert again.account == NEW.bank_account


def test_the_bank_of_a_proposed_account_is_screened_before_it_is_confirmed(
    seller: Seller,
) -> None:
    lists.take()
    change = propose(seller)

    with pytest.raises(clearing.NotClear):
        confirm(change)
    assert ScreenedParty.Kind.BANK in {kind for kind, _key in changes.of(change)}
    assert (ScreenedParty.Kind.BANK, NEW.cnaps) in list(parties.everybody(now=NOW))
    (known,) = parties.known([(ScreenedParty.Kind.BANK, NEW.cnaps)]).values()
    assert known.names == (NEW.bank_name,)
    ground = running.ground(on=NOW.date())
    for party in parties.note(changes.of(change), now=NOW):
        running.screen(party, ground, now=NOW)

    assert confirm(change).state == "CONFIRMED"


def test_the_gate_costs_one_query_for_all_sellers(django_assert_num_queries) -> None:
    many = [goods.seller().pk for _ in range(20)]

    with django_assert_num_queries(1):
        assert bounced(many) == {}
