"""Outside parties that are away or slow: they are left in peace, and others need not wait.

After a few steps in a row without any answer a party counts as away; one worker at a time
probes it, each time later, and the first answer lets all that waits go on. One that answers slowly
is spoken to by one worker at a time, so that it never holds them all.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests
from django.db.models import F, Q

from storefront.lib import clock, due, http, kept, locks, xml

from .models import Circuit, Courier, Declaration, Departure, Filing, Shipment

OUTSIDE = (http.Unreachable, http.Unknown, http.Refused, xml.BadXml)  # what may come of a call
IN_A_ROW = 4
FIRST_PROBE, LAST_PROBE = 10, 300  # wall seconds
SLOW = 3.0  # seconds for one answer
SLOW_FOR = timedelta(minutes=1)
LOOK = 2  # seconds that a process believes what it read
CHINA, RUSSIA = "customs.cn", "customs.ru"
WAITING: tuple[type[due.Due], ...] = (Shipment, Declaration, Departure, Filing, Courier)
_in_a_row: Counter[str] = Counter()
_heard = Counter({"answers": 0})  # to this process, from anybody


def _hear(answer: requests.Response, **_how: Any) -> None:
    """Whatever is no failure of their own shows that somebody is there."""
    _heard["answers"] += answer.status_code < 500


http.session().hooks["response"].append(_hear)


class Away(Exception):
    """The party is known not to answer, or busy with another worker; nothing was tried."""

    def __init__(self, name: str, seconds: float, why: str = "does not answer") -> None:
        super().__init__(f"{name} {why}")
        self.seconds = seconds


def dependency(row: due.Due) -> str:
    """Whom the next step of a row speaks to as a whole; nobody, if it is our own work."""
    if isinstance(row, Courier):
        return row.code
    if isinstance(row, Filing):
        return CHINA
    if isinstance(row, Declaration):
        return CHINA if row.direction == Declaration.Direction.EXPORT else RUSSIA
    if isinstance(row, Departure) and row.master_bill:
        return row.service.carrier
    return ""


@contextmanager
def through(name: str) -> Iterator[None]:
    """Speak to an outside party within this block, outside of any transaction.

    Raises: Away.
    """
    if not name:
        yield
        return
    known = _troubled(int(time.monotonic() // LOOK)).get(name)
    with _turn(name, known):
        begun, heard = time.monotonic(), _heard["answers"]
        try:
            yield
        except (http.Unreachable, http.Unknown) as error:
            if _heard["answers"] > heard:  # to a call before the one that failed
                _answered(name, known)
            else:
                _failed(name, known, error)
            raise
        except http.Refused:
            _answered(name, known)
            raise
        finally:
            answers = max(1, _heard["answers"] - heard)
            if clock.virtual() is None and (time.monotonic() - begun) / answers > SLOW:
                _note(name, slow_until=clock.wall() + SLOW_FOR)
    _answered(name, known)


@kept.for_a_minute
def _troubled(_moment: int) -> dict[str, Circuit]:
    found = Circuit.objects.filter(Q(away_since__isnull=False) | Q(slow_until__gt=clock.wall()))
    return {circuit.dependency: circuit for circuit in found}


@contextmanager
def _turn(name: str, known: Circuit | None) -> Iterator[None]:
    """Raises: Away, if it is not this worker's turn to try."""
    if known is not None and known.away_since is not None:
        _probe(known)
    if known is None or clock.virtual() is not None:
        yield
        return
    with locks.alone(f"outside:{name}", 0) as is_mine:
        if not is_mine:
            raise Away(name, 1 + random.random() * LOOK, "is slow: one call at a time")  # noqa: S311
        yield


def _probe(known: Circuit) -> None:
    """Take the turn to try whether a party is back.

    Raises: Away, if it is too early or another worker tries.
    """
    wall = clock.wall()
    pause = min(FIRST_PROBE * 2 ** min(known.probes, 10), LAST_PROBE)
    again = wall + timedelta(seconds=pause)
    mine = Circuit.objects.filter(pk=known.pk, away_since__isnull=False, probe_at__lte=wall)
    if not mine.update(probe_at=again, probes=F("probes") + 1):
        if not Circuit.objects.filter(pk=known.pk, away_since__isnull=False).exists():
            return
        wait = max((known.probe_at or wall) - wall, timedelta(0)).total_seconds()
        raise Away(known.dependency, wait + pause * random.random())  # noqa: S311  no secret


def _failed(name: str, known: Circuit | None, error: Exception) -> None:
    _in_a_row[name] += 1
    if _in_a_row[name] < IN_A_ROW or (known is not None and known.away_since is not None):
        return
    wall = clock.wall()
    probe_at = wall + timedelta(seconds=FIRST_PROBE)
    text = str(error)[:500]
    _note(name, away_since=wall, probe_at=probe_at, probes=0, last_error=text)


def _note(name: str, **facts: object) -> None:
    Circuit.objects.update_or_create(dependency=name, defaults=facts)


def _answered(name: str, known: Circuit | None) -> None:
    """Whatever it said: it is there; what was put off because of it may go on."""
    _in_a_row.pop(name, None)
    if known is None or known.away_since is None:
        return
    closed = {"away_since": None, "probe_at": None, "probes": 0, "last_error": ""}
    if Circuit.objects.filter(pk=known.pk, away_since__isnull=False).update(**closed):
        for model in WAITING:
            rows = model._default_manager.filter(last_error=str(Away(name, 0)))
            rows.filter(due_at__gt=due.now_for(model)).update(
                due_at=due.now_for(model), hinted_at=None, last_error=""
            )
