"""The windows that were drawn ahead: one query for all lanes to a city."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from storefront.lib import kept

from .models import Forecast

SLOT = timedelta(hours=4)
Window = tuple[date, date]
End = tuple[int, bool]  # a lane, and whether to a point of issue


def slot(at: datetime) -> datetime:
    """The instant from which the window of a payment at another is drawn."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + (at - day) // SLOT * SLOT


@kept.for_a_minute
def drawn(paid_from: datetime, city_id: int) -> Mapping[End, Window]:
    """The windows of every lane to a city for one slot; one query in a minute."""
    rows = Forecast.objects.filter(paid_from=paid_from, city=city_id)
    return {
        (lane, to_point): (first, until)
        for lane, to_point, first, until in rows.values_list(
            "lane", "to_point", "from_on", "until_on"
        )
    }


def of(lane_id: int, city_id: int, *, now: datetime, to_point: bool = False) -> Window | None:
    """The window of a lane to a city for what is paid now, if it was drawn."""
    return drawn(slot(now), city_id).get((lane_id, to_point))


def forget(*, now: datetime) -> None:
    """Drop what was drawn for payments to come: the network has changed."""
    Forecast.objects.filter(paid_from__gte=slot(now)).delete()


def are_drawn(*, now: datetime) -> bool:
    """Whether windows stand for payments of this hour."""
    return Forecast.objects.filter(paid_from=slot(now)).exists()
