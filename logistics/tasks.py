"""Work that waits in logistics: each task claims its row, takes one step, gives it back."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from celery import shared_task

from storefront.lib import clock, due

from . import (
    boxes,
    circuits,
    company,
    departures,
    driving,
    failing,
    following,
    hooks,
    points,
    replanning,
    studies,
)
from .customs import declarations, filings
from .models import (
    Box,
    CarrierNotice,
    Closure,
    Courier,
    Declaration,
    Departure,
    Filing,
    Incident,
    PointList,
    Shipment,
    StorageBill,
    Study,
)
from .stocking import fees

log = logging.getLogger(__name__)
STEPS_IN_A_TURN = 10
Row = TypeVar("Row", bound=due.Due)


def _run(model: type[Row], id: int, step: Callable[..., None]) -> None:
    """Take a row as many steps on as follow each other at once, then those that stand as it did.

    Up to a worker's turn; what is left then is hinted.
    """
    for _step in range(STEPS_IN_A_TURN):
        row = due.claim(model, id)
        if row is None:
            return
        try:
            with circuits.through(circuits.dependency(row)):
                step(row, now=clock.now())
        except circuits.OUTSIDE as error:
            due.retry(row, error)
            return
        except circuits.Away as away:
            due.retry(row, away, after=away.seconds)
            return
        except due.Zombie as error:
            log.info("%s %s: %s", model.__name__, id, error)
            return
        if due.is_due_again(row):
            continue
        following = company.next_like(row)
        if following is None:
            return
        id = following
    due.send(model.DUE_TASK, id=id)


@shared_task(name="logistics.tasks.drive_shipment")
def drive_shipment(*, id: int, **_unknown: Any) -> None:
    """Take a due parcel one step on."""
    _run(Shipment, id, driving.drive)


@shared_task(name="logistics.tasks.drive_declaration")
def drive_declaration(*, id: int, **_unknown: Any) -> None:
    """Take a due customs paper one step on."""
    _run(Declaration, id, declarations.drive)


@shared_task(name="logistics.tasks.drive_departure")
def drive_departure(*, id: int, **_unknown: Any) -> None:
    """Take a due departure one step on."""
    _run(Departure, id, departures.drive)


@shared_task(name="logistics.tasks.drive_box")
def drive_box(*, id: int, **_unknown: Any) -> None:
    """Look after a due box of several parcels."""
    _run(Box, id, boxes.drive)


@shared_task(name="logistics.tasks.drive_filing")
def drive_filing(*, id: int, **_unknown: Any) -> None:
    """Take a due customs filing one step on."""
    _run(Filing, id, filings.drive)


@shared_task(name="logistics.tasks.bill_storage")
def bill_storage(*, id: int, **_unknown: Any) -> None:
    """Take a due week's storage from what sellers are owed."""
    _run(StorageBill, id, fees.take)


@shared_task(name="logistics.tasks.ask_courier")
def ask_courier(*, id: int, **_unknown: Any) -> None:
    """Ask a carrier about all parcels it has, or fetch what it has prepared."""
    _run(Courier, id, following.ask)


@shared_task(name="logistics.tasks.hear_carrier")
def hear_carrier(*, id: int, **_unknown: Any) -> None:
    """Follow a stored call of a carrier."""
    _run(CarrierNotice, id, hooks.follow)


@shared_task(name="logistics.tasks.drive_incident")
def drive_incident(*, id: int, **_unknown: Any) -> None:
    """Act on an exception whose deadline has passed."""
    _run(Incident, id, failing.remind)


@shared_task(name="logistics.tasks.drive_closure")
def drive_closure(*, id: int, **_unknown: Any) -> None:
    """Plan anew the next parcels that a closure stops."""
    _run(Closure, id, replanning.drive)


@shared_task(name="logistics.tasks.study_times")
def study_times(*, id: int, **_unknown: Any) -> None:
    """Learn from what finished and draw the windows of the next days."""
    _run(Study, id, studies.run)


@shared_task(name="logistics.tasks.fetch_points")
def fetch_points(*, id: int, **_unknown: Any) -> None:
    """Fetch a carrier's points of issue anew."""
    _run(PointList, id, points.fetch)
