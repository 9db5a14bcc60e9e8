"""A seller lists his goods, brings them to Shenzhen and hands over what was sold."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import columns, goods, imports, listings, sheets, uploads
from catalog.goods import Goods, Problem
from catalog.imports import Fate, Outcome
from catalog.models import Offer, Picture, Seller
from logistics import holdings
from logistics.models import Shipment
from logistics.states import State as Parcel
from orders import lifecycle
from orders.models import Delivery, Handover
from orders.states import State
from storefront.lib import due, locks
from storefront.lib.refusal import Refusal

BATCH = 500


class NotTaken(Refusal):
    """What was typed cannot be taken; `problems` names the fields."""

    code = "not_taken"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


class NotYours(Refusal):
    """The goods are shown by others too, so that one of them cannot change how."""

    code = "not_yours"


class TooLate(Refusal):
    """There is nothing to hand over any more."""

    code = "too_late"


@dataclass
class Report:
    """What became of a table; `unknown` headings were not read."""

    counts: Counter[Fate] = field(default_factory=Counter)
    refused: list[tuple[sheets.Row, list[Problem]]] = field(default_factory=list)
    keeps_card: int = 0
    unknown: list[str] = field(default_factory=list)


@transaction.atomic(durable=True)
def add(listing: Goods, *, seller: Seller, actor: str, now: datetime, submits: bool) -> Offer:
    """List new goods, with what there is of them in Shenzhen; the same form twice is once.

    Locks: the seller, then as `imports.write`, then stock by key.
    Raises: NotTaken.
    """
    outcome = _write(listing, seller=seller, actor=actor, now=now, submits=submits)
    assert outcome.offer is not None
    if outcome.fate == Fate.UPDATED:
        raise NotTaken([_taken()])
    if listing.quantity:
        holdings.top_up({outcome.offer.pk: listing.quantity}, actor=actor, now=now, cause="listing")
    return outcome.offer


@transaction.atomic(durable=True)
def edit(listing: Goods, *, seller: Seller, actor: str, now: datetime, form_key: str) -> Outcome:
    """Change goods; `quantity` more pieces come to Shenzhen, once per form.

    Other facts than the approved ones send the offer back to review, another price does not.
    Locks: as `add`.
    Raises: NotTaken.
    """
    outcome = _write(listing, seller=seller, actor=actor, now=now, submits=False)
    assert outcome.offer is not None
    if listing.quantity:
        cause = f"form:{form_key}"
        holdings.bring(outcome.offer, listing.quantity, cause=cause, actor=actor, now=now)
    return outcome


def _write(listing: Goods, *, seller: Seller, actor: str, now: datetime, submits: bool) -> Outcome:
    (outcome,) = imports.write([listing], seller=seller, actor=actor, now=now, submits=submits)
    if outcome.fate == Fate.REFUSED:
        raise NotTaken(listing.problems)
    return outcome


def _taken() -> Problem:
    return Problem("article", "other_goods", _("You use this article number already."))


@transaction.atomic(durable=True)
def submit(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Ask for approval.

    Raises: NotComplete, WrongState.
    """
    return listings.submit(offer, actor=actor, now=now)


@transaction.atomic(durable=True)
def pause(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Take goods out of the shop for a while.

    Raises: WrongState.
    """
    return listings.pause(offer, actor=actor, now=now)


@transaction.atomic(durable=True)
def resume(offer: Offer, *, actor: str, now: datetime) -> Offer:
    """Bring paused goods back.

    Raises: NotComplete, WrongState.
    """
    return listings.resume(offer, actor=actor, now=now)


@transaction.atomic(durable=True)
def show(offer: Offer, pictures: Sequence[uploads.Upload], *, actor: str, now: datetime) -> int:
    """Add pictures; goods in the shop go back to review with them. How many were new.

    Locks: the variant, then the offer and its product.
    Raises: NotYours, TooManyPictures.
    """
    _check_own(offer)
    kept = uploads.keep(offer.variant, pictures)
    if kept:
        _look_again(offer, actor=actor, now=now)
    return len(kept)


@transaction.atomic(durable=True)
def hide(picture: Picture, offer: Offer) -> None:
    """Take a picture away.

    Raises: NotYours.
    """
    _check_own(offer)
    uploads.remove(picture)


def _check_own(offer: Offer) -> None:
    if not may_show(offer):
        raise NotYours(_("Others sell these goods too: their pictures stay as they are."))


def may_show(offer: Offer) -> bool:
    """Whether the seller may choose the pictures: he alone sells this variant."""
    return not Offer.objects.filter(variant=offer.variant_id).exclude(pk=offer.pk).exists()


def _look_again(offer: Offer, *, actor: str, now: datetime) -> None:
    if offer.state in (Offer.State.LIVE, Offer.State.PAUSED):
        listings.submit(offer, actor=actor, now=now)


@transaction.atomic(durable=True)
def hand_over(handover: Handover, *, actor: str, now: datetime) -> bool:
    """Record that a seller brought his goods, and let the parcel go on; twice is once.

    Locks: the order, then its parcels.
    Raises: TooLate, once the order or this delivery was cancelled.
    """
    order = lifecycle.lock(handover.delivery.order_id)
    delivery = Delivery.objects.get(pk=handover.delivery_id)
    if order.state == State.CANCELLED or delivery.cancelled_at is not None:
        raise TooLate(_("This order was cancelled: keep the goods."))
    is_new = lifecycle.hand_over(handover, actor=actor, now=now)
    for shipment in Shipment.objects.filter(delivery=delivery, state=Parcel.AWAITED):
        due.plan(shipment, now)
        due.wake(Shipment.DUE_TASK, id=shipment.pk)
    return is_new


def take_in(
    sheet: sheets.Sheet,
    *,
    seller: Seller,
    actor: str,
    now: datetime,
    is_trial: bool = False,
    say: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Take in a table, in batches that are whole or not at all; `say` hears of each.

    A trial does everything and keeps nothing.
    Raises: NotATable.
    """
    plan = columns.recognise(sheet.headings)
    rows = _read(sheet.rows, plan)
    report = Report(unknown=plan.unknown)
    told: set[int] = set()
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        with transaction.atomic(durable=True):
            outcomes = _take_batch(part, seller=seller, actor=actor, now=now, told=told)
            transaction.set_rollback(is_trial)
        _count(report, outcomes, part)
        say(min(start + BATCH, len(rows)), len(rows))
    return report


Pair = tuple[sheets.Row, Goods]


def _read(rows: Iterable[sheets.Row], plan: columns.Plan) -> list[Pair]:
    """Read every row; an article number that comes again is refused."""
    lines: dict[str, int] = {}
    found = []
    for row in rows:
        said = goods.read(row, plan)
        first = lines.setdefault(said.article, said.line)
        if said.article and first != said.line:
            text = _("Line %(line)s has this article number already.") % {"line": first}
            said.refuse("article", "repeated", text)
        found.append((row, said))
    return found


def _take_batch(
    pairs: Sequence[Pair], *, seller: Seller, actor: str, now: datetime, told: set[int]
) -> list[Outcome]:
    locks.row(Seller.objects.all(), seller.pk)
    good = [said for _row, said in pairs if not said.problems]
    _check_levels(good, seller)
    ready = [said for said in good if not said.problems]
    outcomes = imports.write(ready, seller=seller, actor=actor, now=now, told=told)
    wanted = {
        outcome.offer.pk: outcome.goods.quantity
        for outcome in outcomes
        if outcome.offer and outcome.goods.quantity and outcome.fate != Fate.REFUSED
    }
    brought = holdings.top_up(wanted, actor=actor, now=now)
    for outcome in outcomes:
        if outcome.fate == Fate.UNCHANGED and outcome.offer and outcome.offer.pk in brought:
            outcome.fate = Fate.UPDATED
    return outcomes


def _check_levels(rows: Iterable[Goods], seller: Seller) -> None:
    """Fewer pieces than lie there already is no import but a loss, which has its own paper."""
    counted = [said for said in rows if said.quantity is not None]
    have = holdings.levels(seller, {said.article for said in counted})
    for said in counted:
        level = have.get(said.article, 0)
        if said.quantity is not None and said.quantity < level:
            text = _("%(have)s pieces are in Shenzhen already; a table can only bring more.")
            said.refuse("quantity", "fewer", text % {"have": level})


def _count(report: Report, outcomes: Iterable[Outcome], pairs: Iterable[Pair]) -> None:
    for outcome in outcomes:
        report.counts[outcome.fate] += outcome.fate != Fate.REFUSED
        report.keeps_card += outcome.keeps_card and outcome.fate != Fate.REFUSED
    refused = [(row, said.problems) for row, said in pairs if said.problems]
    report.counts[Fate.REFUSED] += len(refused)
    report.refused += refused
