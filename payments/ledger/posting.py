"""What is posted, and how a posting is taken back: by its mirror, once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from payments.models import Account, Journal, Rate

from .legs import AlreadyReversed, KeyReused, Leg, checked

REVERSED = "-reversed"  # ends the kind of a journal that takes another back
ENTRIES = """
INSERT INTO payments_entry
    (journal_id, line, account_id, currency, units, order_number, order_line)
SELECT {journal}, leg.line, a.id, leg.currency, leg.units, leg.order_number, leg.order_line
FROM unnest(%s::smallint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::smallint[])
    AS leg(line, code, currency, units, order_number, order_line)
JOIN payments_account a ON a.code = leg.code {only}
ORDER BY leg.line RETURNING line
"""
# Header and entries in one statement: a key that is known already leaves no row, and accounts
# are found by the database itself, so that nobody keeps ids that a restore would turn to lies.
HEADER = """
WITH journal AS (
    INSERT INTO payments_journal
        (kind, key, occurred_at, booked_at, actor, source, rate_id, reverses_id)
    VALUES (%s, %s, %s, clock_timestamp(), %s, %s, %s, %s)
    ON CONFLICT DO NOTHING RETURNING id, booked_at, occurred_at, happened_at
), entry AS (ENTRIES)
SELECT id, booked_at, occurred_at, happened_at, ARRAY(SELECT line FROM entry) FROM journal
"""
JOURNAL = HEADER.replace("ENTRIES", ENTRIES.format(journal="journal.id", only="CROSS JOIN journal"))
REST = ENTRIES.format(journal="%s", only="")


def post(
    kind: str,
    *,
    key: str,
    legs: Iterable[Leg],
    occurred_at: datetime,
    actor: str,
    source: str,
    rate: Rate | None = None,
) -> Journal:
    """Write a journal; the same key again gives the first one.

    Money: the legs sum to zero in each currency; legs of nothing are left out.
    Time: `occurred_at` is business time; when it was booked the database notes itself. What
    happened in a closed month stands on the first instant after it, beside its own time.
    Raises: Unbalanced; KeyReused, if the key belongs to another posting.
    """
    entries = checked(legs)
    journal = Journal(
        kind=kind, key=key, occurred_at=occurred_at, actor=actor, source=source, rate=rate
    )
    if _write(journal, entries):
        return journal
    return _same(Journal.objects.get(key=key), journal, entries)


def reverse(
    journal: Journal, *, key: str, occurred_at: datetime, actor: str, source: str
) -> Journal:
    """Take a journal back by its mirror image; the same key again gives the first mirror.

    What takes a reversal back is of the kind that it restores.
    Raises: AlreadyReversed, if it was taken back under another key.
    """
    legs = [leg.mirrored() for leg in legs_of(journal)]
    mirror = Journal(
        kind=_turned(journal.kind),
        key=key,
        occurred_at=occurred_at,
        actor=actor,
        source=source,
        rate=journal.rate,
        reverses=journal,
    )
    if _write(mirror, legs):
        return mirror
    other = Journal.objects.filter(reverses=journal).exclude(key=key).first()
    if other is not None:
        raise AlreadyReversed(_("This posting has been taken back already."), by=other.key)
    return _same(Journal.objects.get(key=key), mirror, legs)


def _turned(kind: str) -> str:
    plain = kind.removesuffix(REVERSED)
    return plain if plain != kind else f"{kind}{REVERSED}"


def legs_of(journal: Journal) -> list[Leg]:
    """The legs of a journal as they were posted."""
    entries = journal.entries.select_related("account").order_by("line")
    return [
        Leg(
            entry.account.purpose,
            entry.currency,
            entry.units,
            entry.account.party,
            entry.order_number,
            entry.order_line,
        )
        for entry in entries
    ]


def find(key: str) -> Journal | None:
    """The journal of a key."""
    return Journal.objects.filter(key=key).first()


def _same(first: Journal, journal: Journal, legs: Sequence[Leg]) -> Journal:
    known, asked = ((each.kind, each.reverses_id) for each in (first, journal))
    if known != asked or Counter(legs_of(first)) != Counter(legs):
        raise KeyReused(_("This key belongs to another posting."), key=journal.key)
    return first


def _write(journal: Journal, legs: Sequence[Leg]) -> bool:
    """Write a journal whole, or nothing, if its key or what it takes back is known already."""
    lines = list(enumerate(legs, start=1))
    header: list[Any] = [
        journal.kind,
        journal.key,
        journal.occurred_at,
        journal.actor,
        journal.source,
    ]
    header += [journal.rate_id, journal.reverses_id]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(JOURNAL, [*header, *_columns(lines)])
        row = cursor.fetchone()
        if row is None:
            return False
        journal.pk, journal.booked_at, journal.occurred_at, journal.happened_at, written = row
        missing = [(line, leg) for line, leg in lines if line not in set(written)]
        if missing:
            _open(leg for _line, leg in missing)
            cursor.execute(REST, [journal.pk, *_columns(missing)])
    journal._state.adding, journal._state.db = False, connection.alias
    return True


def _columns(lines: Sequence[tuple[int, Leg]]) -> list[Any]:
    return [
        [line for line, _leg in lines],
        [leg.code for _line, leg in lines],
        [leg.currency for _line, leg in lines],
        [leg.units for _line, leg in lines],
        [leg.order_number for _line, leg in lines],
        [leg.order_line for _line, leg in lines],
    ]


def _open(legs: Iterable[Leg]) -> None:
    """Open accounts in the order of their codes, so that two postings never wait for each other."""
    wanted = {leg.code: leg for leg in legs}
    Account.objects.bulk_create(
        [
            Account(code=code, purpose=leg.purpose, party=leg.party, currency=leg.currency)
            for code, leg in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
