"""Our own books against themselves: every invariant, and work that should have been done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from payments import books, ledger
from payments.models import Break, Charge, Job, Payout, Refund
from storefront.lib import due

from . import breaks
from .breaks import Seen

SOURCE = Break.Source.BOOKS
WORK: tuple[type[due.Due], ...] = (Charge, Refund, Payout, Job)
LATE = timedelta(days=1)


@transaction.atomic
def reconcile(*, actor: str, wall: datetime, now: datetime) -> int:
    """Open a break for each invariant that does not hold and each kind of work that is stuck."""
    seen = [*_invariants(), *_stuck(wall, now)]
    opened = breaks.open_all(seen, now=now)
    mine = Break.objects.filter(source=SOURCE)
    breaks.heal(mine, [one.key for one in seen], actor=actor, now=now)
    for found in mine.filter(key__in=[one.key for one in seen], state=Break.State.CLOSED):
        breaks.reopen(found, reason="there again", actor=actor, now=now)
    return len(opened)


def _invariants() -> Iterator[Seen]:
    """All of them; of the seals, which hold every entry there ever was, a share."""
    for name, _rows, failures in books.checks(seals=ledger.SAMPLE):
        if failures:
            yield Seen(
                key=f"books:{name}",
                kind=Break.Kind.BOOKS,
                source=SOURCE,
                theirs=name,
                ours="; ".join(failures),
            )


def _stuck(wall: datetime, now: datetime) -> Iterator[Seen]:
    """Work that has been due for a day on its own clock."""
    for model in WORK:
        instant = wall if model.DUE_CLOCK == "wall" else now
        rows = model._default_manager.filter(due_at__lt=instant - LATE)
        count = rows.count()
        if count:
            yield Seen(
                key=f"stuck:{model._meta.label_lower}",
                kind=Break.Kind.BOOKS,
                source=SOURCE,
                theirs=model._meta.label_lower,
                ours=f"{count} rows due for more than a day",
            )
