"""How long steps usually take: as the last study measured them, else as their rows assume."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from orders.models import City
from storefront.lib import kept

from . import hops, network
from .models import Pace, Place
from .network import LastStretch, Link

Times = tuple[timedelta, timedelta]  # half of the parcels, nine of ten


@kept.for_a_minute
def _known() -> Mapping[str, Times]:
    """Every step that was studied; one query in a minute."""
    rows = Pace.objects.values_list("step", "seconds_p50", "seconds_p90")
    return {step: (timedelta(seconds=half), timedelta(seconds=nine)) for step, half, nine in rows}


@kept.for_a_minute
def _places() -> Mapping[int, str]:
    return dict(Place.objects.values_list("pk", "code"))


def service(code: str) -> timedelta | None:
    """What half of the parcels need on a service; None, where nothing is known of it."""
    found = _known().get(f"service/{code}")
    return found[0] if found else None


def centre(origin: str) -> timedelta | None:
    """What half of the parcels need from the plan to the packed box."""
    found = _known().get(f"{hops.CENTRE}/{origin}")
    return found[0] if found else None


def paced(links: Iterable[Link]) -> list[Link]:
    """Links as services really run; stages of the centre stay as planned."""
    return [_paced(link) for link in links]


def _paced(link: Link) -> Link:
    found = _known().get(f"service/{link.code}")
    if found is None:
        return link
    half, nine = found
    rows = tuple(replace(row, p50=half, p90=nine) for row in link.rows)
    return replace(link, p50=half, p90=nine, rows=rows)


def stretch(terminal_id: int, city: City, *, on: date, to_point: bool) -> LastStretch | None:
    """The last mile of a day as it really goes."""
    planned = network.current().stretch(terminal_id, city.pk, on=on, to_point=to_point)
    if planned is None:
        return None
    step = hops.last(_places().get(terminal_id, ""), city.slug, to_point=to_point)
    half, nine = _known().get(step, (planned.p50, planned.p90))
    return replace(planned, p50=half, p90=nine)
