"""Tasks of money: claim a due row, ask outside, record the answer, or try again later."""

from typing import Any

from celery import shared_task

from storefront.lib import clock, due, http

from . import receipts, refunds, settlement
from .models import Payout, Receipt, Refund, ScreeningRun
from .screening import running

OUTSIDE = (http.Unreachable, http.Unknown, http.Refused)


@shared_task(name="payments.tasks.send_refund")
def send_refund(*, id: int, **_: Any) -> None:
    """Send a refund, or ask how it stands."""
    refund = due.claim(Refund, id)
    if refund is None:
        return
    try:
        answer = refunds.ask(refund)
        actor = f"provider:{refund.charge.provider}"
        refunds.settle(refund, answer, actor=actor, now=clock.now())
    except OUTSIDE as error:
        due.retry(refund, error)


@shared_task(name="payments.tasks.send_receipt")
def send_receipt(*, id: int, **_: Any) -> None:
    """Send a fiscal receipt, or ask how it stands."""
    receipt = due.claim(Receipt, id)
    if receipt is None:
        return
    try:
        answer = receipts.ask(receipt)
        actor = f"provider:{receipt.charge.provider}"
        receipts.settle(receipt, answer, actor=actor, now=clock.now())
    except OUTSIDE as error:
        due.retry(receipt, error)


@shared_task(name="payments.tasks.drive_payout")
def drive_payout(*, id: int, **_: Any) -> None:
    """Send a payout to the bank, or ask how it stands."""
    payout = due.claim(Payout, id)
    if payout is None:
        return
    try:
        settlement.drive(payout, now=clock.now())
    except OUTSIDE as error:
        due.retry(payout, error)


# The first of a run reads every list, which takes its time on a busy machine; the lease is longer.
@shared_task(name="payments.tasks.screen_parties", soft_time_limit=120, time_limit=130)
def screen_parties(*, id: int, **_: Any) -> None:
    """Hold a batch of parties against the lists of sanctions."""
    run = due.claim(ScreeningRun, id)
    if run is not None:
        with due.fenced():
            running.work(run, now=clock.now())
