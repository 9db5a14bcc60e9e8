"""Counts of bins: blind, a difference counted again by another person, booked by a third."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from logistics import warehouse
from logistics.models import Bin, BinCount, BinCountEntry, BinStock, Place, Stock
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from . import bins
from .states import COUNT_MOVES

S = BinCount.State
UNDECIDED = (S.OPEN, S.SECOND, S.DIFFERS)


class NotYours(Refusal):
    """Who counted first does not count again, and who counted does not decide."""

    code = "not_yours"


class WrongCount(Refusal):
    """The count is not at this step, or what was said cannot be."""

    code = "wrong_count"


def open(bin: Bin, *, actor: str, now: datetime, cause: str = "") -> BinCount:
    """Ask for a count of a bin; one that is asked for already is given back."""
    known = BinCount.objects.filter(bin=bin, state__in=UNDECIDED).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return BinCount.objects.create(
                bin=bin, cause=cause[:120], opened_at=now, opened_by=actor
            )
    except IntegrityError:  # somebody asked at the same moment
        return BinCount.objects.get(bin=bin, state__in=UNDECIDED)


def longest_ago(place: Place, *, limit: int) -> QuerySet[Bin]:
    """The bins with goods whose last count is the longest ago, never counted ones first."""
    filled = Exists(BinStock.objects.filter(bin=OuterRef("pk")))
    asked = Exists(BinCount.objects.filter(bin=OuterRef("pk"), state__in=UNDECIDED))
    rows = Bin.objects.filter(filled, ~asked, place=place).annotate(last=Max("counts__closed_at"))
    return rows.order_by(F("last").asc(nulls_first=True), "walk")[:limit]


def goods(count: BinCount) -> list[Stock]:
    """What may be counted in a bin, without how much of it: what is there, or lately was."""
    since = count.opened_at - timedelta(days=30)
    here = Stock.objects.filter(layers__bin=count.bin_id)
    lately = Stock.objects.filter(bin_moves__bin=count.bin_id, bin_moves__happened_at__gte=since)
    rows = Stock.objects.filter(pk__in={*here.values_list("pk", flat=True), *_keys(lately)})
    return list(rows.select_related("offer__variant__product").order_by("pk"))


def _keys(rows: QuerySet[Stock]) -> set[int]:
    return set(rows.values_list("pk", flat=True))


@transaction.atomic
def tell(count: BinCount, counted: Mapping[int, int], *, actor: str, now: datetime) -> BinCount:
    """Take in what one person counted, pieces by row of stock; the books are looked at only now.

    What agrees with the books is done. A first difference is counted again by another person,
    blind too; a second one that says the same waits for a decision, another one is counted on.

    Locks: the rows of stock in the bin, by key; the count.
    Raises: WrongCount; NotYours.
    """
    held = {stock.pk for stock in goods(count)} | set(counted)
    locks.rows(Stock.objects.filter(pk__in=held, is_binned=True, place=count.bin.place_id))
    row = locks.row(BinCount.objects.all(), count.pk)
    if any(pieces < 0 for pieces in counted.values()):
        raise WrongCount(_("A number of pieces cannot be below zero."))
    if row.state not in (S.OPEN, S.SECOND):
        raise WrongCount(_("This count is %(state)s.") % {"state": row.get_state_display()})
    before = _turns(row)
    if before and before[-1][0].actor == actor:
        raise NotYours(_("You counted this bin already: another person counts it again."))
    entries = _entries(row, counted, turn=len(before) + 1, actor=actor, now=now)
    same = bool(before) and _differences(entries) == _differences(before[-1])
    if not any(_differences(entries).values()):
        _move(row, S.AGREED, closed_at=now, closed_by=actor)
    elif same:
        _move(row, S.DIFFERS)
    elif row.state == S.OPEN:
        _move(row, S.SECOND)
    return row


def _entries(
    row: BinCount, counted: Mapping[int, int], *, turn: int, actor: str, now: datetime
) -> list[BinCountEntry]:
    expected = bins.pieces(row.bin)
    return BinCountEntry.objects.bulk_create(
        BinCountEntry(
            count=row,
            turn=turn,
            stock_id=stock_id,
            expected=expected.get(stock_id, 0),
            counted=counted.get(stock_id, 0),
            actor=actor,
            happened_at=now,
        )
        for stock_id in sorted({*expected, *counted})
    )


def _turns(row: BinCount) -> list[list[BinCountEntry]]:
    turns: dict[int, list[BinCountEntry]] = {}
    for entry in row.entries.order_by("turn", "stock_id"):
        turns.setdefault(entry.turn, []).append(entry)
    return list(turns.values())


def _differences(entries: list[BinCountEntry]) -> dict[int, int]:
    return {entry.stock_id: entry.difference for entry in entries if entry.difference}


@transaction.atomic
def again(count: BinCount, *, actor: str, now: datetime) -> None:
    """The decision is to count once more.

    Locks: the count.
    Raises: WrongCount.
    """
    row = locks.row(BinCount.objects.all(), count.pk)
    _move(row, S.SECOND)


@transaction.atomic
def book(count: BinCount, *, reason: str, actor: str, now: datetime) -> None:
    """Decide that the books follow the two counts, and say why.

    Locks: the rows of stock, by key; the count.
    Raises: WrongCount; NotYours, if one of the counters decides; OutOfStock, if what is missing
    is sold; NotThere, if it is claimed by a wave.
    """
    stock_ids = set(count.entries.values_list("stock_id", flat=True))
    stocks = {row.pk: row for row in locks.rows(Stock.objects.filter(pk__in=stock_ids))}
    row = locks.row(BinCount.objects.all(), count.pk)
    if not reason.strip():
        raise WrongCount(_("Say why."))
    turns = _turns(row)
    if actor in {entries[0].actor for entries in turns[-2:]}:
        raise NotYours(_("Who counted does not decide."))
    _move(row, S.BOOKED, closed_at=now, closed_by=actor, reason=reason[:200])
    for stock_id, pieces in sorted(_differences(turns[-1]).items()):
        warehouse.correct(
            stocks[stock_id],
            pieces,
            bin=row.bin,
            cause=f"count:{row.pk} {reason}",
            actor=actor,
            now=now,
        )


def _move(row: BinCount, to: BinCount.State, **changes: object) -> None:
    """Raises: WrongCount, if the machine does not allow it."""
    if to not in COUNT_MOVES[S(row.state)]:
        raise WrongCount(_("This count is %(state)s.") % {"state": row.get_state_display()})
    for name, value in {**changes, "state": to}.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *changes])
