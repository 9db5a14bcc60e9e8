"""Points of issue: fetched from their carriers every night, offered where parcels may go there."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from catalog.dated import holding
from orders.models import City, Order
from storefront.lib import due, http

from .carriers import cdek
from .models import LastMile, Point, PointList

HOUR = time(1, 0)  # of UTC; before the study of the night
DAY = timedelta(days=1)
SHOWN = 40  # points in a list that a person can still read
LISTS = {"cdek": cdek.Cdek}
SOURCES = {"cdek": "CDEK API v2, deliverypoints, as fetched"}
CHANGING = ("city", "title", "address", "postcode", "hours", "heaviest_g", "valid_until", "source")


def ensure(*, now: datetime) -> None:
    """Plan the fetching of each list for now where none is planned, as after a first start."""
    for carrier in LISTS:
        rows = PointList.objects.filter(carrier=carrier)
        if not rows.filter(due_at__isnull=False).exists():
            rows.update_or_create(carrier=carrier, run_on=now.date(), defaults={"due_at": now})


def fetch(row: PointList, *, now: datetime) -> None:
    """Fetch the list of a claimed row and plan the next night's; what is gone from it ends today.

    Raises: the errors of lib.http, Unknown for an empty list too; Zombie.
    """
    told = LISTS[row.carrier]().points()
    if not told:
        raise http.Unknown("not one point of issue")
    on = now.date()
    made = list(_rows(row.carrier, told, on))
    with transaction.atomic():
        due.finish(row, at=None)
        gone = Point.objects.filter(carrier=row.carrier, valid_until=None)
        ended = gone.exclude(code__in=[point.code for point in made]).update(valid_until=on)
        Point.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["carrier", "code"],
            update_fields=CHANGING,
        )
        counts = {"found_n": len(made), "ended_n": ended}
        PointList.objects.filter(pk=row.pk).update(done_at=now, **counts)
        _plan(row.carrier, max(row.run_on, on) + DAY)


def _plan(carrier: str, day: date) -> None:
    at = datetime.combine(day, HOUR, UTC)
    PointList.objects.get_or_create(carrier=carrier, run_on=day, defaults={"due_at": at})


def _rows(carrier: str, told: Sequence[cdek.Point], on: date) -> Iterable[Point]:
    """The points in cities we bring parcels to, each once."""
    cities = list(City.objects.order_by("pk"))
    for one in {point.code: point for point in told}.values():
        city = next((c for c in cities if one.postcode.startswith(tuple(c.postcodes))), None)
        if city is not None and one.code:
            yield Point(
                carrier=carrier,
                code=one.code[:40],
                city=city,
                title=one.title[:120],
                address=one.address[:200],
                postcode=one.postcode[:6],
                hours=one.hours[:120],
                heaviest_g=one.heaviest_g,
                valid_from=on,
                valid_until=None,
                source=SOURCES[carrier],
            )


def near(city: City, words: str, *, heaviest_g: int, on: date) -> list[Point]:
    """The points of a city that take a parcel of a weight, by an index or words of the address.

    By an index those whose index begins alike for longest; all, where nothing fits. Two queries.
    """
    fitting = Q(heaviest_g=None) | Q(heaviest_g__gte=heaviest_g)
    rows = Point.objects.open(city, on=on).filter(fitting, carrier__in=_carriers(city, on))
    found = list(rows.order_by("postcode", "code"))
    alike = _by_index(found, words) if words.isdigit() else _by_words(found, words)
    return (alike or found)[:SHOWN]


def _by_index(found: Sequence[Point], index: str) -> list[Point]:
    for length in range(len(index), 0, -1):
        alike = [point for point in found if point.postcode.startswith(index[:length])]
        if alike:
            return alike
    return []


def _by_words(found: Sequence[Point], words: str) -> list[Point]:
    said = words.casefold()
    return [point for point in found if said in f"{point.title} {point.address}".casefold()]


def find(code: str, *, city: City, on: date) -> Point | None:
    """An open point of a city by its code."""
    rows = Point.objects.open(city, on=on).filter(code=code) if code else Point.objects.none()
    return rows.filter(carrier__in=_carriers(city, on)).order_by("pk").first()


def of(order: Order) -> Point | None:
    """The point an order goes to, as its carrier lists it now or did last."""
    rows = Point.objects.filter(city=order.city_id, code=order.point)
    return rows.order_by("valid_until").last() if order.point else None


def address(point: Point) -> str:
    """How a point stands on a label and on customs papers, where the street would."""
    return f"{point.carrier.upper()}, ПВЗ {point.code}: {point.address}"


def _carriers(city: City, on: date) -> set[str]:
    """Who brings parcels to points of a city."""
    rows = LastMile.objects.filter(holding(on), city=city, to_point=True)
    return set(rows.values_list("carrier", flat=True))
