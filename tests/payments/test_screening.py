"""Parties against lists: hits, decisions of people, and the gates they stand before."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from catalog.models import Seller, SellerEvent
from orders.models import Hold
from payments import settlement, tasks
from payments.models import Decision, Hit, ListedParty, Payout, ScreenedParty, ScreeningRun
from payments.screening import clearing, parties, running
from payments.screening.clearing import NotClear, SamePerson, Standing
from payments.settlement import conversions, payouts
from storefront.lib import due
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.factories.payments import NOW
from tests.payments import lists

UNTIL, LATER = date(2026, 12, 14), NOW + timedelta(days=21)
pytestmark = pytest.mark.django_db
Kind = ScreenedParty.Kind
Verdict = Decision.Verdict
WHY = {"reason": "born in another century", "now": NOW}


def run_all() -> ScreeningRun:
    """What the worker does until nobody is left."""
    while ScreeningRun.objects.filter(closed_at=None, due_at__isnull=False).exists():
        row = ScreeningRun.objects.get(closed_at=None)
        tasks.screen_parties(id=row.pk)
    return ScreeningRun.objects.latest("pk")


def listed_seller(**facts: str) -> Seller:
    return goods.seller(name_en="Ladoga Testovaya", name_ru="Ладога Тестовая", **facts)


def party(seller: Seller, kind: str = Kind.SELLER) -> ScreenedParty:
    return ScreenedParty.objects.get(kind=kind, key=seller.uscc)


def only_hit() -> Hit:
    return Hit.objects.get()


def test_without_any_list_everybody_is_clear():
    seller = listed_seller()

    assert clearing.clear(Kind.SELLER, seller.uscc, now=NOW)
    assert not ScreenedParty.objects.exists()


def test_a_new_list_screens_everybody_in_the_background():
    seller, other = listed_seller(), goods.seller()
    lists.take()
    assert not clearing.clear(Kind.SELLER, other.uscc, now=NOW)

    run = run_all()

    assert run.closed_at is not None
    assert run.parties == ScreenedParty.objects.count() == 3  # two sellers, one bank
    hit = only_hit()
    assert (hit.party, hit.name.text, hit.list.kind) == (
        party(seller),
        "LADOGA TESTOVAYA LLC",
        "OFAC_SDN",
    )
    assert hit.score_bps >= 8500
    assert hit.why["notes"] == ["letter for letter"]
    assert clearing.clear(Kind.SELLER, other.uscc, now=NOW)
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


def test_a_score_never_clears_or_blocks_alone_but_a_number_is_conclusive():
    seller = goods.seller(name_en="Quite Another", uscc="91420112711981060J")
    numbered = (9, "SOMEBODY ELSE", lists.FIRM, "USCCC) 91420112711981060J (China).")
    lists.take(*lists.FIRST, numbered)

    run_all()

    hit = only_hit()
    assert (hit.is_conclusive, hit.score_bps) == (True, 10_000)
    assert clearing.of_hit(hit) is Standing.OPEN
    clearing.decide(hit, Verdict.OTHER, actor="user:1", **WHY)
    assert clearing.of_hit(hit) is Standing.WAITING
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


def test_a_grave_clearance_needs_somebody_else():
    seller = listed_seller()
    lists.take()
    run_all()
    hit = only_hit()
    assert hit.score_bps >= 9500

    clearing.decide(hit, Verdict.OTHER, actor="user:1", **WHY)
    with pytest.raises(SamePerson):
        clearing.second(hit, actor="user:1", **WHY)
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)
    clearing.second(hit, actor="user:2", **WHY)

    assert clearing.clear(Kind.SELLER, seller.uscc, now=NOW)
    with pytest.raises(clearing.NothingToSecond):
        clearing.second(hit, actor="user:3", **WHY)


def test_a_decision_says_why_and_names_the_version():
    listed_seller()
    version = lists.take().version
    run_all()

    with pytest.raises(clearing.NoReason):
        clearing.decide(only_hit(), Verdict.SAME, reason=" ", actor="user:1", now=NOW)
    assert not Decision.objects.exists()
    made = clearing.decide(only_hit(), Verdict.SAME, actor="user:1", **WHY)

    assert (made.list, made.decided_by, made.reason) == (version, "user:1", WHY["reason"])


def test_a_match_blocks_until_two_people_say_otherwise():
    seller = listed_seller()
    lists.take()
    run_all()
    hit = only_hit()
    clearing.decide(hit, Verdict.SAME, actor="user:1", **WHY)

    assert clearing.standing(party(seller), party(seller).against) is Standing.LISTED
    clearing.decide(hit, Verdict.OTHER, actor="user:2", **WHY)
    assert clearing.of_hit(Hit.objects.get()) is Standing.LISTED
    clearing.second(hit, actor="user:1", **WHY)
    assert clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


@pytest.mark.parametrize(
    "facts",
    [
        {"decided_by": "user:1", "first_by": "user:1"},
        {"decided_by": "user:2", "first_by": "user:9"},
        {"decided_by": "user:2", "first_by": ""},
    ],
)
def test_the_database_wants_two_people_too(facts):
    listed_seller()
    lists.take()
    run_all()
    hit = only_hit()
    first = clearing.decide(hit, Verdict.OTHER, actor="user:1", **WHY)
    plain = {"hit": hit, "verdict": "OTHER", "reason": "x", "decided_at": NOW, "list": hit.list}

    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(seconds=first, **plain, **facts)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("table", ["hit", "decision"])
def test_hits_and_decisions_are_never_changed(table):
    from django.db import connection

    listed_seller()
    lists.take()
    run_all()
    clearing.decide(only_hit(), Verdict.OTHER, actor="user:1", **WHY)

    for statement in (f"DELETE FROM payments_{table}", f"UPDATE payments_{table} SET id = id + 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def cleared() -> Seller:
    seller = listed_seller()
    lists.take()
    run_all()
    clearing.decide(only_hit(), Verdict.OTHER, actor="user:1", **WHY)
    clearing.second(only_hit(), actor="user:2", **WHY)
    assert clearing.clear(Kind.SELLER, seller.uscc, now=NOW)
    return seller


def test_a_decision_is_used_again_while_neither_side_changed():
    seller = cleared()

    lists.take(*lists.FIRST, (4, "NOVYI, Test", lists.PERSON, ""), on=date(2026, 11, 8))
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)  # not screened against it yet
    run_all()

    assert Hit.objects.count() == 1
    assert clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


def test_a_changed_entry_opens_the_question_again():
    seller = cleared()
    changed = (2, "LADOGA TESTOVAYA LLC", lists.FIRM, "Tax ID No. 7707083894 (Russia).")

    lists.take(lists.FIRST[0], changed, lists.FIRST[2], on=date(2026, 11, 8))
    run_all()

    assert Hit.objects.count() == 2
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


def test_a_changed_party_opens_the_question_again():
    seller = cleared()

    Seller.objects.filter(pk=seller.pk).update(name_ru="Ладога Тестовая Плюс")
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)
    run_all()

    assert Hit.objects.count() == 2
    assert not clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


def test_an_entry_that_left_the_list_holds_nobody():
    seller = listed_seller()
    lists.take()
    run_all()

    lists.take(lists.FIRST[0], lists.FIRST[2], on=date(2026, 11, 8))
    run_all()

    assert ListedParty.objects.filter(uid="2", until=None).count() == 0
    assert clearing.clear(Kind.SELLER, seller.uscc, now=NOW)


def test_a_killed_worker_leaves_the_rest_to_the_next(monkeypatch):
    for _ in range(5):
        goods.seller()
    lists.take()
    monkeypatch.setattr(running, "BATCH", 2)
    row = due.claim(ScreeningRun, ScreeningRun.objects.get().pk)
    assert row is not None
    parties.note(parties.everybody(now=NOW), now=NOW)
    on = running.ground(on=NOW.date())
    first = ScreenedParty.objects.order_by("pk").first()
    assert first is not None
    running.screen(first, on, now=NOW)  # and here the worker dies, its lease runs out
    ScreeningRun.objects.update(lease_until=None)

    run = run_all()

    assert run.closed_at is not None
    assert not ScreenedParty.objects.exclude(against=on.key).exists()
    assert run.parties == ScreenedParty.objects.count() - 1
    assert ScreenedParty.objects.get(pk=first.pk).screened_at == NOW


def sold(seller: Seller) -> None:
    order = factory.order(goods.offer("1299.00", seller=seller))
    money.paid(order)
    (delivery,) = money.delivered(order)
    settlement.release(delivery, actor="task:release", now=NOW)


def test_who_is_not_clear_is_not_paid_and_the_reason_is_told(monkeypatch):
    money.rate()
    bad, good = listed_seller(), goods.seller()
    sold(bad)
    sold(good)
    lists.take()
    run_all()
    monkeypatch.setattr(conversions, "free_yuan", lambda: 10**9)
    settlement.settle(UNTIL, now=LATER, actor="task:job")

    made = payouts.make(UNTIL, actor="task:job", now=LATER)

    assert [payout.seller for payout in made] == [good]
    assert not Payout.objects.filter(seller=bad).exists()
    event = SellerEvent.objects.get(seller=bad, kind="PAYOUT_LEFT_OUT")
    assert event.detail == {"until": "2026-12-14", "screening": "open"}


def test_the_recipient_of_a_large_order_is_screened_and_held():
    lists.take()
    order = factory.order(goods.offer("1299.00"))
    type(order).objects.filter(pk=order.pk).update(
        recipient="Иван Петрович Тестов", goods=200_000, total=200_000 + order.freight.amount
    )
    order.refresh_from_db()

    clearing.meet(order, now=NOW)
    run_all()

    hit = Hit.objects.get(party__kind=Kind.RECIPIENT)
    assert hit.party.key == order.number
    assert all(pair[0] == "" for pair in hit.why["pairs"])  # nothing of the person is kept
    assert Hold.objects.get(order=order).reason == "SCREENING"
    clearing.decide(hit, Verdict.OTHER, actor="user:1", **WHY)
    if clearing.of_hit(hit) is Standing.WAITING:
        clearing.second(hit, actor="user:2", **WHY)
    assert Hold.objects.get(order=order).lifted_at is not None


def test_a_small_order_is_nobodys_business():
    lists.take()

    clearing.meet(factory.order(goods.offer("1299.00")), now=NOW)

    assert not ScreenedParty.objects.filter(kind=Kind.RECIPIENT).exists()


def test_the_refusal_says_nothing_of_the_person():
    assert NotClear("text").code == "not_clear"
    for standing in set(Standing) - {Standing.CLEAR}:
        assert str(clearing.TEXTS[standing]())
