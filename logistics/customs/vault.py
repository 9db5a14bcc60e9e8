"""The vault: papers of recipients are sealed here, opened for a purpose, wrapped anew, erased.

Each row has a data key of its own, wrapped by a key of the house; without it nothing can be read,
in backups too. Every opening is a row of the log first.
"""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from logistics.models import IdentityAccess, RecipientIdentity
from storefront.lib import cipher, locks

TAIL = 2


class CannotRead(RuntimeError):
    """The papers are not here, are erased, or no key of the house opens them."""


@dataclass(frozen=True)
class Person:
    """What customs must know of a recipient. Source: design notes 2.2."""

    surname: str
    name: str
    patronymic: str
    birth_on: date
    series: str
    number: str
    issued_on: date
    issuer: str
    unit_code: str
    inn: str

    def __repr__(self) -> str:
        return "Person(sealed)"

    def as_told(self) -> dict[str, str]:
        """In the words of a message: days as ISO dates, the name in one."""
        told = {name: str(value) for name, value in asdict(self).items()}
        full = (self.surname, self.name, self.patronymic)
        return told | {"full_name": " ".join(part for part in full if part)}


class Reading(NamedTuple):
    """Who looks at papers and why; it becomes a row of the log."""

    purpose: IdentityAccess.Purpose
    actor: str
    reason: str


class Sealed(NamedTuple):
    """What of a person's papers is stored."""

    sealed: bytes
    wrapped_key: bytes
    key_id: str
    document_tail: str
    inn_tail: str


@lru_cache(maxsize=4)
def _parsed(told: str) -> dict[str, bytes]:
    """The keys of the house by their ids; the first one seals. Raises: ValueError."""
    keys = {}
    for word in told.split():
        key_id, _colon, key = word.partition(":")
        try:
            keys[key_id] = base64.b64decode(key, validate=True)
        except binascii.Error as error:
            raise ValueError(f"key {key_id} of IDENTITY_KEYS is not base64") from error
        if len(keys[key_id]) != cipher.KEY or not key_id:
            raise ValueError(f"key {key_id} of IDENTITY_KEYS must have {cipher.KEY} bytes")
    return keys


def current_key() -> str:
    """The id of the key that seals now."""
    return next(iter(_parsed(settings.IDENTITY_KEYS)))


def _place(column: str, subject: UUID, key_id: str = "") -> str:
    """Where bytes belong: moved to another row or column they cannot be opened."""
    return f"logistics_recipientidentity|{column}|{subject}|{key_id}"


def seal(subject: UUID, person: Person) -> Sealed:
    """Seal papers for the row of this subject alone."""
    told = json.dumps(asdict(person), ensure_ascii=False, default=date.isoformat).encode()
    data_key, key_id = cipher.new_key(), current_key()
    master = _parsed(settings.IDENTITY_KEYS)[key_id]
    bound = _place("wrapped_key", subject, key_id)
    return Sealed(
        sealed=cipher.seal(data_key, told, bound_to=_place("sealed", subject)),
        wrapped_key=cipher.seal(master, data_key, bound_to=bound),
        key_id=key_id,
        document_tail=person.number[-TAIL:],
        inn_tail=person.inn[-TAIL:],
    )


def read(identity: RecipientIdentity, reading: Reading) -> Person:
    """Open papers; the look is in the log before anything is decrypted, also if that fails.

    Raises: CannotRead.
    """
    IdentityAccess.objects.create(
        identity=identity,
        purpose=reading.purpose,
        actor=reading.actor,
        reason=reading.reason[:300],
    )
    if identity.sealed is None:
        raise CannotRead(f"papers {identity.subject} are not here")
    try:
        told = cipher.open_sealed(
            _data_key(identity),
            bytes(identity.sealed),
            bound_to=_place("sealed", identity.subject),
        )
    except cipher.CannotOpen as error:
        raise CannotRead(f"papers {identity.subject} cannot be opened") from error
    words = json.loads(told)
    days = {name: date.fromisoformat(words[name]) for name in ("birth_on", "issued_on")}
    return Person(**{**words, **days})


def _data_key(identity: RecipientIdentity) -> bytes:
    """Raises: CannotRead, without the key of the house; CannotOpen."""
    master = _parsed(settings.IDENTITY_KEYS).get(identity.key_id)
    if master is None or identity.wrapped_key is None:
        raise CannotRead(f"the key {identity.key_id!r} is not here")
    bound = _place("wrapped_key", identity.subject, identity.key_id)
    return cipher.open_sealed(master, bytes(identity.wrapped_key), bound_to=bound)


def disclose(subject: str, *, actor: str, reason: str) -> Person:
    """Open papers for customs.

    Raises: CannotRead.
    """
    row = RecipientIdentity.objects.filter(subject=subject).first()
    if row is None:
        raise CannotRead(f"papers {subject} are not here")
    return read(row, Reading(IdentityAccess.Purpose.DECLARATION, actor, reason))


def erase(identity: RecipientIdentity, *, now: datetime) -> None:
    """Forget papers for ever: the sealed bytes, their key and what was shown of them.

    Locks: the caller holds the row.
    """
    RecipientIdentity.objects.filter(pk=identity.pk).update(
        sealed=None, wrapped_key=None, key_id="", document_tail="", inn_tail="", erased_at=now
    )


def rotate(*, batch: int = 200) -> int:
    """Wrap the data keys of rows under older keys with the key that seals now; how many.

    Again changes nothing. What was sealed is not opened.
    Locks: the rows, batch by batch.
    Raises: CannotRead, if a row's key is not in IDENTITY_KEYS; CannotOpen.
    """
    done = 0
    while True:
        with transaction.atomic(durable=True):
            waiting = RecipientIdentity.objects.exclude(key_id=current_key())
            some = waiting.filter(wrapped_key__isnull=False).order_by("pk")[:batch]
            keys = list(some.values_list("pk", flat=True))
            for row in locks.rows(RecipientIdentity.objects.filter(pk__in=keys)):
                _wrap_anew(row)
        if not keys:
            return done
        done += len(keys)


def _wrap_anew(row: RecipientIdentity) -> None:
    if row.wrapped_key is None:
        return
    key_id, data_key = current_key(), _data_key(row)
    master = _parsed(settings.IDENTITY_KEYS)[key_id]
    wrapped = cipher.seal(master, data_key, bound_to=_place("wrapped_key", row.subject, key_id))
    RecipientIdentity.objects.filter(pk=row.pk).update(wrapped_key=wrapped, key_id=key_id)
