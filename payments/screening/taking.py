"""A new version of a list is taken in: read whole, compared, kept, and everybody screened again."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from payments.models import ListedName, ListedParty, ListKind, SanctionsList

from . import eu, ofac, running, un
from .entries import BadList, Entry

READERS: dict[str, Callable[[list[bytes]], Iterator[Entry]]] = {
    ListKind.OFAC_SDN: ofac.read,
    ListKind.OFAC_CONS: ofac.read,
    ListKind.UN: un.read,
    ListKind.EU: eu.read,
}
BATCH = 2000
LEAST_SHARE = 0.5


@dataclass(frozen=True)
class Taken:
    """A version that is current now; `is_new` is false where the same was current before."""

    version: SanctionsList
    is_new: bool


def read(kind: str, bodies: Sequence[bytes]) -> list[Entry]:
    """The entries of the files of one list.

    Raises: BadList.
    """
    entries = list(READERS[kind](list(bodies)))
    if not entries:
        raise BadList("no entry was found")
    if len({entry.uid for entry in entries}) < len(entries):
        raise BadList("two entries have one number")
    return entries


@transaction.atomic
def take(
    kind: str,
    files: Sequence[tuple[str, bytes]],
    *,
    published_on: date,
    actor: str,
    now: datetime,
    shrinks: bool = False,
) -> Taken:
    """Keep a version and what changed since the last; the same again changes nothing.

    Raises: BadList, also for a version older than the current one, or one that lost half of it.
    """
    entries = read(kind, [body for _name, body in files])
    current = SanctionsList.objects.filter(kind=kind).order_by("-pk").first()
    digest = hashlib.sha256("".join(sorted(one.digest for one in entries)).encode()).hexdigest()
    if current is not None:
        if current.digest == digest:
            return Taken(current, is_new=False)
        if published_on < current.published_on:
            raise BadList(f"the version of {current.published_on} is newer")
        if len(entries) < current.entries * LEAST_SHARE and not shrinks:
            raise BadList(f"{len(entries)} entries, where the last version had {current.entries}")
    version = _keep(kind, entries, digest, files, published_on, actor, now)
    running.open_run(f"list {kind} {published_on}", now=now)
    return Taken(version, is_new=True)


def _keep(
    kind: str,
    entries: list[Entry],
    digest: str,
    files: Sequence[tuple[str, bytes]],
    published_on: date,
    actor: str,
    now: datetime,
) -> SanctionsList:
    open_ones = ListedParty.objects.filter(kind=kind, until=None)
    known = {uid: (pk, one) for pk, uid, one in open_ones.values_list("pk", "uid", "digest")}
    fresh = [entry for entry in entries if known.get(entry.uid, (0, ""))[1] != entry.digest]
    changed = [known[entry.uid][0] for entry in fresh if entry.uid in known]
    here = {entry.uid for entry in entries}
    gone = [pk for uid, (pk, _digest) in known.items() if uid not in here]
    version = SanctionsList.objects.create(
        kind=kind,
        published_on=published_on,
        digest=digest,
        files=[_told(name, body) for name, body in files],
        entries=len(entries),
        names=sum(len(entry.names) for entry in entries),
        added=len(fresh) - len(changed),
        removed=len(gone),
        changed=len(changed),
        taken_by=actor,
        taken_at=now,
    )
    ended = changed + gone
    for start in range(0, len(ended), BATCH):
        ListedParty.objects.filter(pk__in=ended[start : start + BATCH]).update(until=version)
    for start in range(0, len(fresh), BATCH):
        _store(version, fresh[start : start + BATCH])
    return version


def _told(name: str, body: bytes) -> dict[str, object]:
    return {"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _store(version: SanctionsList, entries: list[Entry]) -> None:
    parties = ListedParty.objects.bulk_create(
        [
            ListedParty(
                kind=version.kind,
                uid=entry.uid,
                what=entry.kind,
                digest=entry.digest,
                facts=_facts(entry),
                since=version,
            )
            for entry in entries
        ]
    )
    ListedName.objects.bulk_create(
        [
            ListedName(party=party, text=alias.text, quality=alias.quality)
            for party, entry in zip(parties, entries, strict=True)
            for alias in entry.names
        ],
        batch_size=BATCH,
    )


def _facts(entry: Entry) -> dict[str, object]:
    told = json.loads(json.dumps(asdict(entry)))
    kept = ("countries", "numbers", "programmes", "remarks")
    births = [(birth.first, birth.last, birth.day) for birth in entry.births]
    return {**{name: told[name] for name in kept}, "births": births}
