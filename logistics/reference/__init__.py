"""The reference rows of this stage: the network, its calendars, the rules of duty."""

from datetime import date, time
from decimal import Decimal

from logistics.models import (
    BagLimit,
    Holiday,
    Lane,
    LaneLeg,
    LastMile,
    NumberRange,
    Place,
    SerialRule,
    Service,
    ServicePrice,
    Stage,
)
from orders.models import City
from storefront.lib import kept

from . import carriers, papers
from .tables import Row, Values, dated, each, read, rubles, store, whole

TITLES = ("title_ru", "title_zh", "title_en")


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table.

    What people or parcels have changed since stays: the switch of a rule of duty, the next number
    of a range, the end of a service's row that another follows.
    """
    counts = {
        "places": store(Place, map(_place, read("places")), key=("code",)),
        "holidays": store(Holiday, map(_holiday, read("holidays")), key=("country", "day")),
        "stages": store(Stage, map(_stage, read("stages")), key=("state",)),
        "number_ranges": _number_ranges(),
        "bag_limits": store(
            BagLimit, map(_bag_limit, read("bag_limits")), key=("mode", "valid_from")
        ),
        "serial_rules": store(
            SerialRule, map(_serial_rule, read("serial_rules")), key=("kind", "valid_from")
        ),
        **carriers.load(),
        **papers.load(),
        **_network(),
    }
    kept.forget()
    return counts


def _network() -> dict[str, int]:
    places = dict(Place.objects.values_list("code", "pk"))
    cities = dict(City.objects.values_list("slug", "pk"))
    dated = ("code", "valid_from")
    counts = {
        "services": store(
            Service, each(_service, "services", places), key=dated, keep=("valid_until",)
        ),
        "lanes": store(Lane, each(_lane, "lanes", places), key=dated),
    }
    services = {(s.code, s.valid_from): s.pk for s in Service.objects.all()}
    lanes = {(lane.code, lane.valid_from): lane.pk for lane in Lane.objects.all()}
    counts["lane_legs"] = store(
        LaneLeg,
        (_lane_leg(row, lanes, services) for row in read("lane_legs")),
        key=("lane_id", "position"),
    )
    counts["service_prices"] = store(
        ServicePrice,
        (_service_price(row, services) for row in read("service_prices")),
        key=("service_id", "up_to_g"),
    )
    counts["last_miles"] = store(
        LastMile,
        (_last_mile(row, places, cities) for row in read("last_miles")),
        key=("terminal_id", "city_id", "to_point", "valid_from"),
    )
    return counts


def _number_ranges() -> int:
    """New ranges only: of a known one some numbers are taken."""
    rows = read("number_ranges")
    NumberRange.objects.bulk_create(
        [
            NumberRange(
                service=row["service"],
                country=row["country"],
                next_serial=int(row["next_serial"]),
                last_serial=int(row["last_serial"]),
                source=row["source"],
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
    return len(rows)


def _place(row: Row) -> Values:
    texts = ("code", "kind", "country", "unlocode", "customs_code", "zone", "timezone", "source")
    return {
        **{name: row[name] for name in (*texts, *TITLES)},
        "latitude": Decimal(row["latitude"]),
        "longitude": Decimal(row["longitude"]),
    }


def _service(row: Row, places: dict[str, int]) -> Values:
    hours = ("cutoff_hours", "hours_p50", "hours_p90")
    return {
        **{name: row[name] for name in ("code", "mode", "carrier", "calendar")},
        "origin_id": places[row["origin"]],
        "target_id": places[row["target"]],
        "is_step": row["is_step"] == "1",
        "weekdays": [int(day) for day in row["weekdays"].split("|") if day],
        "departs": time.fromisoformat(row["departs"]) if row["departs"] else None,
        **{name: Decimal(row[name]) for name in hours},
        "capacity_g": whole(row["capacity_g"]),
        "capacity_parcels": whole(row["capacity_parcels"]),
        "capacity_cm3": whole(row["capacity_cm3"]),
        "volumetric_divisor": whole(row["volumetric_divisor"]),
        "not_carried": [kind for kind in row["not_carried"].split("|") if kind],
        "office_id": places[row["office"]] if row["office"] else None,
        **dated(row),
    }


def _lane(row: Row, places: dict[str, int]) -> Values:
    ends = ("terminal", "export_customs", "import_customs")
    return {
        **{name: row[name] for name in ("code", "mode", "origin", *TITLES)},
        **{f"{name}_id": places[row[name]] for name in ends},
        **rubles("base", row["base"]),
        **rubles("per_100g", row["per_100g"]),
        "volumetric_divisor": whole(row["volumetric_divisor"]),
        **dated(row),
    }


def _lane_leg(
    row: Row, lanes: dict[tuple[str, date], int], services: dict[tuple[str, date], int]
) -> Values:
    return {
        "lane_id": lanes[row["lane"], date.fromisoformat(row["lane_from"])],
        "position": int(row["position"]),
        "service_id": services[row["service"], date.fromisoformat(row["service_from"])],
        "is_main": row["is_main"] == "1",
    }


def _service_price(row: Row, services: dict[tuple[str, date], int]) -> Values:
    return {
        "service_id": services[row["service"], date.fromisoformat(row["service_from"])],
        "up_to_g": whole(row["up_to_g"]),
        **rubles("base", row["base"]),
        **rubles("per_100g", row["per_100g"]),
        "source": row["source"],
    }


def _last_mile(row: Row, places: dict[str, int], cities: dict[str, int]) -> Values:
    return {
        "terminal_id": places[row["terminal"]],
        "city_id": cities[row["city"]],
        "to_point": row["to_point"] == "1",
        "carrier": row["carrier"],
        "days_p50": Decimal(row["days_p50"]),
        "days_p90": Decimal(row["days_p90"]),
        **rubles("base", row["base"]),
        **rubles("per_100g", row["per_100g"]),
        **dated(row),
    }


def _stage(row: Row) -> Values:
    return {
        "state": row["state"],
        "minutes_p50": int(row["minutes_p50"]),
        "minutes_p90": int(row["minutes_p90"]),
        "source": row["source"],
    }


def _serial_rule(row: Row) -> Values:
    return {"kind": row["kind"], "scheme": row["scheme"], **dated(row)}


def _bag_limit(row: Row) -> Values:
    return {"mode": row["mode"], "limit_g": int(row["limit_g"]), **dated(row)}


def _holiday(row: Row) -> Values:
    return {
        "country": row["country"],
        "day": date.fromisoformat(row["day"]),
        "is_working": row["is_working"] == "1",
        "source": row["source"],
    }
