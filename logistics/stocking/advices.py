"""Advance notices: announced by a seller, received against on the floor, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _

from catalog import papers
from catalog.models import Offer, Seller
from logistics import warehouse
from logistics.models import (
    Advice,
    AdviceCount,
    AdviceLine,
    DamageDecision,
    DamagePicture,
    Place,
    Stock,
)
from orders import days
from storefront.lib import identifiers, locks
from storefront.lib.refusal import Refusal

from . import serials
from .states import ADVICE_MOVES

S = Advice.State
MOST_LINES = 200
MOST_PIECES = 100_000
FARTHEST = timedelta(days=180)


class BadAdvice(Refusal):
    """A notice cannot be meant as it was written."""

    code = "bad_advice"


class ClosedAdvice(Refusal):
    """Nothing is received against this notice any more."""

    code = "closed_advice"


class BadCount(Refusal):
    """What was counted cannot be, or lacks its proof."""

    code = "bad_count"


@dataclass(frozen=True)
class Announcement:
    """What a seller says he sends: pieces by offer, all of one regime; `key` makes it one."""

    regime: str
    expected_on: date
    pieces: Mapping[int, int]
    key: str
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What a worker found of a line: whole and damaged pieces, their numbers and pictures."""

    key: str
    whole: int
    damaged: int = 0
    numbers: Sequence[str] = ()
    pictures: Sequence[papers.Document] = ()
    note: str = ""


def places() -> QuerySet[Place]:
    """The warehouses that goods may be announced to."""
    return Place.objects.filter(kind=Place.Kind.WAREHOUSE).order_by("pk")


@transaction.atomic
def announce(seller: Seller, said: Announcement, *, actor: str, now: datetime) -> Advice:
    """Keep a seller's notice; the same key again gives the same notice.

    Time: `expected_on` is a day in China, today or later.
    Raises: BadAdvice.
    """
    known = Advice.objects.filter(key=said.key, seller=seller).first()
    if known is not None:
        return known
    _check(seller, said, now=now)
    advice, is_new = Advice.objects.get_or_create(
        key=said.key,
        defaults={
            "number": f"A{identifiers.order_number()}",
            "seller": seller,
            "place": places()[0],
            "regime": said.regime,
            "expected_on": said.expected_on,
            "note": said.note,
            "announced_at": now,
            "announced_by": actor,
        },
    )
    if is_new:
        AdviceLine.objects.bulk_create(
            AdviceLine(advice=advice, offer_id=pk, quantity=quantity)
            for pk, quantity in sorted(said.pieces.items())
        )
    return advice


def _check(seller: Seller, said: Announcement, *, now: datetime) -> None:
    today = days.of_china(now)
    if said.regime not in Stock.Regime.values:
        raise BadAdvice(_("Choose the regime."))
    if not today <= said.expected_on <= today + FARTHEST:
        raise BadAdvice(_("Goods are announced from today on, at most half a year ahead."))
    if not said.pieces or len(said.pieces) > MOST_LINES:
        raise BadAdvice(_("Name from one to %(most)s goods.") % {"most": MOST_LINES})
    if not all(0 < quantity <= MOST_PIECES for quantity in said.pieces.values()):
        raise BadAdvice(_("Say how many pieces of each."))
    own = Offer.objects.filter(seller=seller, pk__in=said.pieces).count()
    if own != len(said.pieces):
        raise BadAdvice(_("These are not your goods."))


@transaction.atomic
def cancel(advice: Advice, *, actor: str, now: datetime) -> None:
    """The seller calls a notice off before anything came; again changes nothing.

    Locks: the notice.
    Raises: ClosedAdvice, if it is being received or is closed.
    """
    row = locks.row(Advice.objects.all(), advice.pk)
    if row.state != S.CANCELLED:
        _move(row, S.CANCELLED, closed_at=now, closed_by=actor)


@transaction.atomic
def receive(line: AdviceLine, found: Found, *, actor: str, now: datetime) -> AdviceCount:
    """Take in what was found of a line: whole pieces become stock, damaged ones do not.

    The same key again changes nothing.
    Locks: the notice, the stock row.
    Raises: ClosedAdvice; BadCount; serials.BadSerial, if a number is wrong or known.
    """
    advice = locks.row(Advice.objects.all(), line.advice_id)
    known = AdviceCount.objects.filter(key=found.key).first()
    if known is not None:
        return known
    row = AdviceLine.objects.select_related("offer__variant__product").get(pk=line.pk)
    if advice.state == S.ANNOUNCED:
        _move(advice, S.RECEIVING, began_at=now)
    elif advice.state != S.RECEIVING:
        raise _closed(advice)
    _check_count(advice, row, found)
    numbers = serials.read(found.numbers, row.offer.variant.product.kind, found.whole, now=now)
    count = AdviceCount.objects.create(
        line=row,
        key=found.key,
        whole=found.whole,
        damaged=found.damaged,
        note=found.note,
        actor=actor,
        happened_at=now,
    )
    _shelve(advice, row, count, numbers, now=now)
    _keep_pictures(count, found.pictures)
    return count


def _check_count(advice: Advice, row: AdviceLine, found: Found) -> None:
    """Raises: BadCount."""
    if found.whole < 0 or found.damaged < 0 or not found.whole + found.damaged:
        raise BadCount(_("Say how many pieces came."))
    if found.damaged and not found.pictures:
        raise BadCount(_("Damaged pieces need a picture: the seller must see them."))
    if any(picture.ending == ".pdf" for picture in found.pictures):
        raise BadCount(_("A picture is a JPEG or PNG file."))
    came = row.received + row.damaged + found.whole + found.damaged
    if advice.regime == Stock.Regime.BONDED and came > row.quantity:
        # A house rule: bonded goods stand on a customs paper by the piece.
        raise BadCount(_("More bonded goods than announced: put them aside and ask the office."))
    if came > row.quantity + MOST_PIECES:
        raise BadCount(_("Say how many pieces came."))


def _shelve(
    advice: Advice, row: AdviceLine, count: AdviceCount, numbers: Sequence[str], *, now: datetime
) -> None:
    AdviceLine.objects.filter(pk=row.pk).update(
        received=F("received") + count.whole, damaged=F("damaged") + count.damaged
    )
    if not count.whole:
        return
    cause = f"advice:{advice.number}"
    receipt = warehouse.Receipt(
        advice.place_id, row.offer_id, count.whole, advice.regime, cause=cause
    )
    (stock,) = warehouse.receive_all([receipt], actor=count.actor, now=now)
    serials.take_in(stock, numbers, count=count, now=now)


def _keep_pictures(count: AdviceCount, pictures: Sequence[papers.Document]) -> None:
    for digest, document in {picture.digest: picture for picture in pictures}.items():
        picture = DamagePicture(count=count, digest=digest)
        body = ContentFile(document.body)
        picture.file.save(f"{digest[:32]}{document.ending}", body, save=False)
        picture.save(force_insert=True)


@transaction.atomic
def close(advice: Advice, *, actor: str, now: datetime) -> None:
    """Say that everything that came was counted; what is missing then is a difference.

    Locks: the notice.
    Raises: ClosedAdvice, if nothing was received yet or it is closed.
    """
    row = locks.row(Advice.objects.all(), advice.pk)
    _move(row, S.RECEIVED, closed_at=now, closed_by=actor)


def _closed(advice: Advice) -> ClosedAdvice:
    words = {"number": advice.number, "state": advice.get_state_display()}
    return ClosedAdvice(_("Notice %(number)s is %(state)s.") % words)


def _move(advice: Advice, to: Advice.State, **changes: object) -> None:
    if to not in ADVICE_MOVES[S(advice.state)]:
        raise _closed(advice)
    for name, value in {**changes, "state": to}.items():
        setattr(advice, name, value)
    advice.save(update_fields=["state", *changes])


def find(number: str) -> Advice | None:
    """A notice by its scanned number; None, if it is none or was read wrong."""
    wanted = "".join(number.split()).upper()
    if not identifiers.is_order_number(wanted[1:]):
        return None
    return Advice.objects.filter(number=wanted).select_related("seller", "place").first()


def lines(advice: Advice) -> list[AdviceLine]:
    """The lines of a notice with goods and what was decided, in the order of announcement."""
    rows = advice.lines.select_related("offer__variant__product").order_by("pk")
    decisions = DamageDecision.objects.select_related("offer").order_by("pk")
    decided = Prefetch("counts__decisions", queryset=decisions)
    return list(rows.prefetch_related("counts__pictures", decided))
