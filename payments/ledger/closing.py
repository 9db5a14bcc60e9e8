"""The end of a day: a cut below which nothing moves, snapshots of balances, and a seal.

A cut at `max(id)` alone would be wrong: a smaller id may still be in flight. The database's own
function waits for all writers under a short lock; only it may write cuts and snapshots.
"""

import hashlib
import json
import logging
import random
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg2 import errors

from payments.models import Entry, Seal

FIRST = "0" * 64  # what the first seal is chained to
SAMPLE = 0.05  # of the seals, read again every night; all of them on the first of a month
AT_ONCE = 5_000
FIELDS = (
    "pk",
    "line",
    "account__code",
    "currency",
    "units",
    "order_number",
    "order_line",
    "journal_id",
    "journal__kind",
    "journal__key",
    "journal__occurred_at",
    "journal__booked_at",
    "journal__actor",
    "journal__source",
    "journal__rate_id",
    "journal__reverses_id",
)
log = logging.getLogger(__name__)


class StillWriting(Exception):
    """Writers of entries did not end while a cut waited for them; later they will have."""


def close_day(day: date, *, now: datetime) -> str:
    """Cut, keep the balances, seal the day, read some seals again; says what came of it.

    Twice a day does it once. Broken seals are told aloud, and the days go on being sealed.
    Raises: StillWriting, from the cut; the caller tries again later.
    """
    upto = cut()
    snapshots = snapshot(upto)
    made = seal(day, upto=upto, now=now)
    broken = broken_seals(share=1 if day.day == 1 else SAMPLE)
    if broken:
        log.critical("seals broken: %s", "; ".join(broken))
        return f"BROKEN {'; '.join(broken)}"
    log.info("sealed %s: %d entries, head %s", made.day, made.entries_count, made.digest)
    return f"{snapshots} balances, {made.entries_count} entries, {made.digest}"


def cut() -> int:
    """The last entry below which nothing can appear any more; 0 in empty books.

    Locks: the entries against writers, until they all have ended, at most two seconds; it
    commits at once, so it stands in a transaction of its own.
    Raises: StillWriting, if they have not ended by then; nothing was changed.
    """
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SELECT ledger_cut()")
            return int(cursor.fetchone()[0])
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise StillWriting("entries are being written without a pause") from error
        raise


def snapshot(upto: int) -> int:
    """Keep what stood at a cut on every account that moved since the last one; how many did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_snapshot(%s)", [upto])
        return int(cursor.fetchone()[0])


def seal(day: date, *, upto: int, now: datetime) -> Seal:
    """Seal all entries up to a cut that no seal holds yet; a day is sealed once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payments_seal'))")
        known = Seal.objects.filter(day=day).first()
        if known is not None:
            return known
        last = Seal.objects.order_by("-pk").first()
        made = Seal(
            day=day,
            after=last.upto if last else 0,
            upto=max(upto, last.upto if last else 0),
            previous=last.digest if last else FIRST,
            sealed_at=now,
        )
        made.digest, made.entries_count = _digest(made)
        made.save(force_insert=True)
        return made


def verify(seal: Seal) -> str:
    """What is wrong with a seal; empty, if its entries are what they were."""
    digest, count = _digest(seal)
    if count != seal.entries_count:
        return f"{seal.day}: {count} entries, sealed {seal.entries_count}"
    return "" if digest == seal.digest else f"{seal.day}: digest differs"


def broken_seals(*, share: float = 1) -> list[str]:
    """What is wrong with the chain, and with a share of the seals chosen by chance."""
    seals = list(Seal.objects.order_by("pk"))
    wrong = list(_breaks(seals))
    count = max(1, round(len(seals) * share)) if seals else 0
    for one in sorted(random.SystemRandom().sample(seals, count), key=lambda seal: seal.pk):
        if fault := verify(one):
            wrong.append(fault)
    return wrong


def _breaks(seals: list[Seal]) -> Iterator[str]:
    digest, upto = FIRST, 0
    for one in seals:
        if (one.previous, one.after) != (digest, upto):
            yield f"{one.day}: does not follow the seal before"
        digest, upto = one.digest, one.upto


def _digest(seal: Seal) -> tuple[str, int]:
    """The digest over the seal before, the range, and every entry with its header, in order."""
    found = hashlib.sha256()
    found.update(_line([seal.previous, seal.day, seal.after, seal.upto]))
    entries = Entry.objects.filter(pk__gt=seal.after, pk__lte=seal.upto).order_by("pk")
    count = 0
    for row in entries.values_list(*FIELDS).iterator(chunk_size=AT_ONCE):
        found.update(_line(row))
        count += 1
    return found.hexdigest(), count


def _line(values: Any) -> bytes:
    text = json.dumps(list(values), default=_plain, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def _plain(value: date) -> str:
    return value.isoformat()
