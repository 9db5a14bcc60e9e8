"""Work that waits in logistics: each task claims its row, takes one step, gives it back."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from celery import shared_task

from storefront.lib import clock, due, http, xml

from . import departures, driving, replanning
from .customs import declarations
from .models import Closure, Declaration, Departure, Shipment

log = logging.getLogger(__name__)
OUTSIDE = (http.Unreachable, http.Unknown, http.Refused, xml.BadXml)
Row = TypeVar("Row", bound=due.Due)


def _run(model: type[Row], id: int, step: Callable[..., None]) -> None:
    row = due.claim(model, id)
    if row is None:
        return
    try:
        step(row, now=clock.now())
    except OUTSIDE as error:
        due.retry(row, error)
    except due.Zombie as error:
        log.info("%s %s: %s", model.__name__, id, error)


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


@shared_task(name="logistics.tasks.drive_closure")
def drive_closure(*, id: int, **_unknown: Any) -> None:
    """Plan anew the next parcels that a closure stops."""
    _run(Closure, id, replanning.drive)
