"""Tasks that run a flow: claim a due row, call one function, or try again later."""

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction

from catalog import leftovers, promotions, search
from catalog.models import ImportJob, PriceList, Product, Promotion, Stack
from logistics.models import RecipientIdentity
from orders import forgetting
from orders.models import Delivery, Order
from payments import jobs, ledger
from payments.models import AccountChange, Charge, Chargeback, Dispute, Job, Notice
from storefront import celery
from storefront.flows import (
    cancellation,
    changing,
    disputes,
    identifying,
    importing,
    payment,
    settlement,
)
from storefront.lib import clock, due, http, sweeping
from storefront.notifications import sending, settling

log = logging.getLogger(__name__)
OUTSIDE = (http.Unreachable, http.Unknown, http.Refused)
LOOKS = 6  # how often a notice of an unknown object is followed before it is put aside


@shared_task(name="storefront.tasks.sweep")
def sweep(**_: Any) -> None:
    """Find what waits; any number of sweepers may run."""
    sending.announce(wall=clock.wall())
    sweeping.sweep(held=celery.held)


@shared_task(name="storefront.tasks.heartbeat")
def heartbeat(*, queue: str, **_: Any) -> None:
    """A sign that a queue is not only alive but works; `/deepz` shows its age."""
    cache.set(f"heartbeat:{queue}", clock.wall().isoformat(), timeout=3600)


@shared_task(name="storefront.tasks.drive_charge")
def drive_charge(*, id: int, **_: Any) -> None:
    """Create a payment at its provider, or ask how it stands."""
    charge = due.claim(Charge, id)
    if charge is None:
        return
    try:
        with due.fenced():
            payment.drive(charge, now=clock.now())
    except OUTSIDE as error:
        due.retry(charge, error)


@shared_task(name="storefront.tasks.receive")
def receive(*, id: int, **_: Any) -> None:
    """Follow a stored notice."""
    notice = due.claim(Notice, id)
    if notice is None:
        return
    try:
        outcome = payment.receive(notice, now=clock.now())
    except OUTSIDE as error:
        due.retry(notice, error)
        return
    if outcome == payment.UNKNOWN_OBJECT and notice.failures < LOOKS:
        due.retry(notice, outcome)  # it may speak of a charge that is only now being written down
        return
    with due.fenced(), transaction.atomic(durable=True):
        due.finish(notice, at=None)
        Notice.objects.filter(pk=notice.pk).update(outcome=outcome[:200])


@shared_task(name="storefront.tasks.expire_order")
def expire_order(*, id: int, **_: Any) -> None:
    """Give back the goods of an order nobody paid."""
    order = due.claim(Order, id)
    if order is not None:
        with due.fenced():
            cancellation.expire(order, wall=clock.wall(), now=clock.now())


@shared_task(name="storefront.tasks.release_delivery")
def release_delivery(*, id: int, **_: Any) -> None:
    """End the protection of a delivery."""
    delivery = due.claim(Delivery, id)
    if delivery is not None:
        with due.fenced():
            settlement.release(delivery, now=clock.now())


@shared_task(name="storefront.tasks.watch_identity")
def watch_identity(*, id: int, **_: Any) -> None:
    """Remind of a recipient's papers, stop waiting for them, or erase them."""
    identity = due.claim(RecipientIdentity, id)
    if identity is not None:
        with due.fenced():
            identifying.watch(identity, now=clock.now())


@shared_task(name="storefront.tasks.watch_dispute")
def watch_dispute(*, id: int, **_: Any) -> None:
    """Note that a time of a dispute is over."""
    dispute = due.claim(Dispute, id)
    if dispute is not None:
        with due.fenced():
            disputes.watch(dispute, now=clock.now())


@shared_task(name="storefront.tasks.drive_chargeback")
def drive_chargeback(*, id: int, **_: Any) -> None:
    """Hand in our answer to a chargeback, or ask how it stands."""
    chargeback = due.claim(Chargeback, id)
    if chargeback is None:
        return
    try:
        with due.fenced():
            disputes.drive(chargeback, now=clock.now())
    except OUTSIDE as error:
        due.retry(chargeback, error)


@shared_task(name="storefront.tasks.index_product")
def index_product(*, id: int, **_: Any) -> None:
    """Bring a product's search columns up to date."""
    product = due.claim(Product, id)
    if product is None:
        return
    with due.fenced(), transaction.atomic(durable=True):
        search.index(product, now=clock.now())
        due.finish(product, at=None)


@shared_task(name="storefront.tasks.price_list")
def price_list(*, id: int, **_: Any) -> None:
    """Let a price list begin or end."""
    _turn(due.claim(PriceList, id))


@shared_task(name="storefront.tasks.promotion")
def promotion(*, id: int, **_: Any) -> None:
    """Let a promotion begin or end."""
    _turn(due.claim(Promotion, id))


def _turn(row: PriceList | Promotion | None) -> None:
    if row is None:
        return
    with due.fenced(), transaction.atomic(durable=True):
        due.finish(row, at=promotions.turn(row, now=clock.now()))


@shared_task(name="storefront.tasks.lay_stack")
def lay_stack(*, id: int, **_: Any) -> None:
    """Lay the goods of a category anew, so that choices are counted as the shop is."""
    stack = due.claim(Stack, id)
    if stack is not None:
        with due.fenced():
            search.lay(stack, now=clock.now())


@shared_task(name="storefront.tasks.run_job")
def run_job(*, id: int, **_: Any) -> None:
    """Run a periodic job of its business day; what it made of sellers' money is told them."""
    job = due.claim(Job, id)
    if job is None:
        return
    try:
        with due.fenced():
            jobs.run(job, now=clock.now())
            settling.announce(now=clock.now(), wall=clock.wall())
    except OUTSIDE as error:
        due.retry(job, error)
    except ledger.StillWriting as error:
        log.warning("%s is put off: %s", job, error)
        due.retry(job, error)


@shared_task(name="storefront.tasks.enter_account")
def enter_account(*, id: int, **_: Any) -> None:
    """Let the account of a seller come into force whose cooling time is over."""
    change = due.claim(AccountChange, id)
    if change is not None:
        with due.fenced():
            changing.enter(change, now=clock.now(), wall=clock.wall())


@shared_task(name="storefront.tasks.import_table", soft_time_limit=100, time_limit=120)
def import_table(*, id: int, **_: Any) -> None:
    """Do a slice of a seller's file, and let others have their turn."""
    job = due.claim(ImportJob, id)
    if job is None:
        return
    try:
        with due.fenced():
            importing.work(job, now=clock.now(), wall=clock.wall())
    except (DatabaseError, SoftTimeLimitExceeded, OSError) as error:
        with due.fenced():
            importing.put_off(job, error, now=clock.now())


@shared_task(name="storefront.tasks.clear_uploads")
def clear_uploads(**_: Any) -> None:
    """Remove what sellers sent and nobody needs any more, and old buyers' names, every night."""
    forgetting.forget_old(now=clock.now())
    kept = timedelta(days=settings.UPLOADS_KEPT_DAYS)
    leftovers.clear(kept, now=clock.now(), wall=clock.wall())
