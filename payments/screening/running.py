"""Screening itself: a party against the index of all current lists; batches that can be killed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import F, QuerySet

from catalog.dated import holding
from orders import holds, terms
from orders.models import Order
from payments.models import (
    Hit,
    ListedName,
    ListedParty,
    SanctionsList,
    ScreenedParty,
    ScreeningRun,
    ScreeningWord,
)
from storefront.lib import due

from . import adjusting, judging, matching, parties, words
from .adjusting import Facts

BATCH = 200
ACTOR = "task:screening"
PEOPLE = (ScreenedParty.Kind.OWNER, ScreenedParty.Kind.RECIPIENT)


@dataclass(frozen=True)
class Ground:
    """What is screened against today: `key` changes with any list, word or threshold.

    Units: `least` is the review threshold, 0 to 1.
    """

    key: str
    lists: tuple[tuple[str, int, str], ...]
    least: float
    on: date


@dataclass(frozen=True)
class Found:
    """A hit before it is kept."""

    entry: int
    name: int
    score: float
    is_conclusive: bool
    why: dict[str, object]


def ground(*, on: date) -> Ground:
    """The lists, words and threshold of a day; its key is empty where no list was taken in."""
    rows = SanctionsList.objects.order_by("kind", "-pk").distinct("kind")
    lists = tuple(rows.values_list("kind", "pk", "digest"))
    least = terms.value("screening_review_bps", on=on)
    told = f"{lists} {least} {_words(on).values_list('pk').count()}"
    key = hashlib.sha256(told.encode()).hexdigest() if lists else ""
    return Ground(key, lists, least / 10_000, on)


def _words(on: date) -> "QuerySet[ScreeningWord]":
    return ScreeningWord.objects.filter(holding(on))


@dataclass(frozen=True)
class Loaded:
    """The index in memory, with the numbers of the entries beside it."""

    index: matching.Index
    by_number: dict[str, list[int]]


@lru_cache(maxsize=1)
def _loaded(known: Ground) -> Loaded:
    """Read every current entry once per process and ground."""
    rows = _words(known.on).order_by("pk").values_list("kind", "text", "meaning", "language")
    current = ListedParty.objects.filter(until=None)
    names = ListedName.objects.filter(party__until=None).order_by("pk")
    listed = (
        judging.Listed(entry, key, text, quality, what)
        for key, entry, text, quality, what in names.values_list(
            "pk", "party_id", "text", "quality", "party__what"
        ).iterator(chunk_size=5000)
    )
    index = matching.built(listed, words.made(rows))
    by_number: dict[str, list[int]] = {}
    for entry, told in current.values_list("pk", "facts__numbers"):
        for number in adjusting.numbers_of(one for _kind, one in told or ()):
            by_number.setdefault(number, []).append(entry)
    return Loaded(index, by_number)


def look(known: Facts, on: Ground) -> list[Found]:
    """Whom of the lists a party is like, by name or by number; nothing is kept."""
    loaded = _loaded(on)
    kind = judging.PERSON if known.is_person else judging.FIRM
    best: dict[int, tuple[str, judging.Hit]] = {}
    # A little below the threshold too: birth and country may lift a hit over it.
    lower = on.least - adjusting.SAME_DAY - adjusting.SAME_COUNTRY
    for text in known.names:
        for hit in loaded.index.search(text, least=lower, kind=kind):
            before = best.get(hit.listed.entry)
            if before is None or hit.score > before[1].score:
                best[hit.listed.entry] = (text, hit)
    numbers = adjusting.numbers_of(known.numbers)
    by_number = {entry for one in numbers for entry in loaded.by_number.get(one, ())}
    told = ListedParty.objects.in_bulk([*best, *by_number])
    found = [_found(known, told[entry], hit, on.least) for entry, (_text, hit) in best.items()]
    found += [_numbered(told[entry]) for entry in by_number - best.keys()]
    return [one for one in found if one.score >= on.least]


def _found(known: Facts, entry: ListedParty, hit: judging.Hit, least: float) -> Found:
    after = adjusting.adjusted(hit.score, known, entry.facts, least=least)
    # The words of a recipient are personal data: only theirs are kept.
    is_masked = known.kind == ScreenedParty.Kind.RECIPIENT
    pairs = [
        ["" if is_masked else pair.ours, pair.theirs, pair.likeness, round(pair.weight, 2)]
        for pair in hit.pairs
    ]
    why = {
        "names": round(hit.score, 4),
        "pairs": pairs,
        "ours_left": len(hit.ours_left) if is_masked else list(hit.ours_left),
        "theirs_left": list(hit.theirs_left),
        "notes": [*hit.notes, *after.notes],
    }
    return Found(entry.pk, hit.listed.key, after.score, after.is_conclusive, why)


def _numbered(entry: ListedParty) -> Found:
    first = entry.names.earliest("pk")
    return Found(entry.pk, first.pk, 1.0, True, {"names": 0, "notes": ["the same number"]})


@transaction.atomic
def keep(
    party: ScreenedParty, known: Facts, found: Sequence[Found], on: Ground, now: datetime
) -> int:
    """Record what a look found; hits that are known stay as they are, with their decisions.

    Locks: the order of a recipient who was hit.
    """
    print_ = parties.digest(known)
    made = _hits(party, print_, found, on, now)
    if made and party.kind == ScreenedParty.Kind.RECIPIENT:
        _stop(party, now=now)
    ScreenedParty.objects.filter(pk=party.pk).update(digest=print_, against=on.key, screened_at=now)
    return made


def _hits(
    party: ScreenedParty, print_: str, found: Sequence[Found], on: Ground, now: datetime
) -> int:
    versions = {kind: pk for kind, pk, _digest in on.lists}
    kinds = dict(
        ListedParty.objects.filter(pk__in=[one.entry for one in found]).values_list("pk", "kind")
    )
    rows = [
        Hit(
            party=party,
            party_digest=print_,
            entry_id=one.entry,
            name_id=one.name,
            list_id=versions[kinds[one.entry]],
            score_bps=round(one.score * 10_000),
            is_conclusive=one.is_conclusive,
            why=one.why,
            found_at=now,
        )
        for one in found
    ]
    before = Hit.objects.filter(party=party).count()
    Hit.objects.bulk_create(rows, ignore_conflicts=True)
    return Hit.objects.filter(party=party).count() - before


def _stop(party: ScreenedParty, *, now: datetime) -> None:
    order = Order.objects.filter(number=party.key).first()
    if order is not None:
        holds.put(order, reason="SCREENING", owner="finance", actor=ACTOR, now=now)


def screen(party: ScreenedParty, on: Ground, *, now: datetime) -> int:
    """Hold one party against the lists; how many new hits there are."""
    return screen_all([party], on, now=now)


def screen_all(batch: Sequence[ScreenedParty], on: Ground, *, now: datetime) -> int:
    """Hold parties against the lists; how many new hits there are.

    Each hit is kept in a transaction of its own; those nobody is like are marked together at the
    end, so a kill costs looking at them again and nothing else.
    """
    known = parties.known((party.kind, party.key) for party in batch)
    made, quiet = 0, []
    for party in batch:
        told = known.get((party.kind, party.key))
        found = look(told, on) if told is not None else []
        if told is not None and found:
            made += keep(party, told, found, on, now)
            continue
        party.digest = parties.digest(told) if told is not None else party.digest
        party.against, party.screened_at = on.key, now
        quiet.append(party)
    ScreenedParty.objects.bulk_update(quiet, ["digest", "against", "screened_at"])
    return made


def open_run(reason: str, *, now: datetime) -> ScreeningRun | None:
    """See to it that a pass over who is left is open; none is needed without any list."""
    if not SanctionsList.objects.exists():
        return None
    run = ScreeningRun.objects.filter(closed_at=None).first()
    if run is None:
        made = ScreeningRun(reason=reason[:60], opened_at=now, due_at=due.now_for(ScreeningRun))
        ScreeningRun.objects.bulk_create([made], ignore_conflicts=True)
        run = ScreeningRun.objects.get(closed_at=None)
    due.wake(ScreeningRun.DUE_TASK, id=run.pk)
    return run


def work(run: ScreeningRun, *, now: datetime) -> None:
    """Do one batch of a claimed run; it closes when nobody is left.

    A kill loses at most the batch, and who was in it is still left for the next worker.
    Raises: Zombie.
    """
    if not run.parties:
        parties.note(parties.everybody(now=now), now=now)
    on = ground(on=now.date())
    left = ScreenedParty.objects.exclude(against=on.key).order_by("pk")[:BATCH]
    batch = list(left)
    hits = screen_all(batch, on, now=now)
    with transaction.atomic(durable=True):
        due.finish(run, at=due.now_for(ScreeningRun) if batch else None)
        ScreeningRun.objects.filter(pk=run.pk).update(
            parties=F("parties") + len(batch),
            hits=F("hits") + hits,
            closed_at=None if batch else now,
        )
    if batch:
        due.wake(ScreeningRun.DUE_TASK, id=run.pk)
