"""Disputes from the buyer's claim to the money, and chargebacks of banks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from catalog import papers
from orders.models import Delivery
from payments import chargebacks, disputes, evidence
from payments.models import Chargeback, Dispute, DisputeFile, Refund
from storefront.lib import due

Files = Sequence[tuple[str, papers.Document]]


@transaction.atomic(durable=True)
def open(
    delivery: Delivery, claim: disputes.Claim, files: Files, *, actor: str, now: datetime
) -> Dispute:
    """Take in a buyer's claim with its pictures and papers.

    Locks: the order row; the dispute.
    Raises: NotDisputable, TooManyFiles.
    """
    dispute = disputes.open(delivery, claim, actor=actor, now=now)
    _lay_in(dispute, files, side="BUYER", now=now)
    return dispute


@transaction.atomic(durable=True)
def add(dispute: Dispute, files: Files, *, side: str, now: datetime) -> None:
    """Lay in more pictures and papers.

    Locks: the order row; the dispute.
    Raises: Late, TooManyFiles.
    """
    _lay_in(dispute, files, side=side, now=now)


def _lay_in(dispute: Dispute, files: Files, *, side: str, now: datetime) -> None:
    for name, document in files:
        evidence.of_dispute(dispute, document, side=side, name=name, now=now)


@transaction.atomic(durable=True)
def answer(dispute: Dispute, text: str, files: Files, *, actor: str, now: datetime) -> None:
    """Take in what the seller says, with his pictures and papers.

    Locks: the order row; the dispute.
    Raises: WrongState, TooManyFiles.
    """
    _lay_in(dispute, files, side="SELLER", now=now)
    disputes.answer(dispute, text, actor=actor, now=now)


@transaction.atomic(durable=True)
def withdraw(dispute: Dispute, *, actor: str, now: datetime) -> None:
    """The buyer lets it be.

    Locks: the order row; the dispute.
    Raises: WrongState.
    """
    disputes.withdraw(dispute, actor=actor, now=now)


@transaction.atomic(durable=True)
def decide(dispute: Dispute, verdict: disputes.Verdict, *, actor: str, now: datetime) -> None:
    """Decide, and let the money go.

    Locks: the order row; the dispute; the charges.
    Raises: WrongState, TooEarly, TooMuch.
    """
    _wake(disputes.decide(dispute, verdict, actor=actor, now=now))


@transaction.atomic(durable=True)
def agree(dispute: Dispute, *, is_granted: bool, actor: str, now: datetime) -> None:
    """A second person agrees, or sends the decision back.

    Locks: the order row; the dispute; the charges.
    Raises: WrongState, SamePerson, TooMuch.
    """
    _wake(disputes.agree(dispute, is_granted=is_granted, actor=actor, now=now))


@transaction.atomic(durable=True)
def returned(dispute: Dispute, *, actor: str, now: datetime) -> None:
    """The goods are back, so the money goes too.

    Locks: the order row; the dispute; the charges.
    Raises: WrongState, TooMuch.
    """
    _wake(disputes.returned(dispute, actor=actor, now=now))


def _wake(given: Iterable[Refund]) -> None:
    for refund in given:
        due.wake(refund.DUE_TASK, id=refund.pk)


def watch(dispute: Dispute, *, now: datetime) -> None:
    """A time of a claimed dispute is over.

    Raises: Zombie.
    """
    disputes.watch(dispute, now=now)


def drive(chargeback: Chargeback, *, now: datetime) -> None:
    """Hand in our answer to a claimed chargeback, or ask how it stands.

    Raises: the errors of `storefront.lib.http`; the caller retries. Zombie.
    """
    charge = chargeback.charge
    told = chargebacks.ask(chargeback)
    actor = f"provider:{charge.provider}"
    chargebacks.settle(charge, told, actor=actor, now=now, claimed=chargeback)


def evidence_of(chargeback: Chargeback) -> Files:
    """What both sides of this order's disputes laid in, as far as there is room for it."""
    rows = DisputeFile.objects.filter(dispute__delivery__order=chargeback.charge.order_id)
    most = evidence.room_for_bank(chargeback)
    return [(row.name, evidence.document(row)) for row in rows.order_by("pk")[:most]]


@transaction.atomic(durable=True)
def answer_bank(
    chargeback: Chargeback, text: str, files: Files, *, actor: str, now: datetime
) -> None:
    """Lay our evidence in and write the answer to the buyer's bank, due to be sent at once.

    Locks: the order row; the chargeback.
    Raises: TooLate, Late, TooManyFiles.
    """
    for name, document in files:
        evidence.of_chargeback(chargeback, document, name=name, actor=actor, now=now)
    chargebacks.answer(chargeback, text, actor=actor, now=now)
    due.wake(chargeback.DUE_TASK, id=chargeback.pk)
