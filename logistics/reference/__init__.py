"""The reference rows of this stage: the network, its calendars, the rules of duty."""

from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models
from moneyed import Money

from logistics.models import (
    ConsentText,
    CustomsAnswer,
    DutyRule,
    Holiday,
    IdentityRule,
    ImportLimit,
    Lane,
    LaneLeg,
    LastMile,
    NumberRange,
    Place,
    Service,
    Stage,
)
from orders.models import City
from storefront.lib import csvs, kept

Row = dict[str, str]
Values = dict[str, Any]
FOLDER = Path(__file__).parent
TITLES = ("title_ru", "title_zh", "title_en")


def load() -> dict[str, int]:
    """Load every table, also over itself; counts per table.

    What people or parcels have changed since stays: the switch of a rule of duty, the next number
    of a range.
    """
    counts = {
        "places": _store(Place, map(_place, _read("places")), key=("code",)),
        "holidays": _store(Holiday, map(_holiday, _read("holidays")), key=("country", "day")),
        "stages": _store(Stage, map(_stage, _read("stages")), key=("state",)),
        "duty_rules": _store(
            DutyRule, map(_duty_rule, _read("duty_rules")), key=("rule",), keep=("is_active",)
        ),
        "identity_rules": _store(
            IdentityRule,
            map(_identity_rule, _read("identity_rules")),
            key=("rule",),
            keep=("is_active",),
        ),
        "consent_texts": _store(
            ConsentText, map(_consent_text, _read("consent_texts")), key=("kind", "version")
        ),
        "customs_answers": _store(
            CustomsAnswer, map(_customs_answer, _read("customs_answers")), key=("code",)
        ),
        "import_limits": _store(
            ImportLimit,
            map(_import_limit, _read("import_limits")),
            key=("rule",),
            keep=("is_active",),
        ),
        "number_ranges": _number_ranges(),
        **_network(),
    }
    kept.forget()
    return counts


def _network() -> dict[str, int]:
    places = dict(Place.objects.values_list("code", "pk"))
    cities = dict(City.objects.values_list("slug", "pk"))
    dated = ("code", "valid_from")
    counts = {
        "services": _store(Service, _each(_service, "services", places), key=dated),
        "lanes": _store(Lane, _each(_lane, "lanes", places), key=dated),
    }
    services = {(s.code, s.valid_from): s.pk for s in Service.objects.all()}
    lanes = {(lane.code, lane.valid_from): lane.pk for lane in Lane.objects.all()}
    counts["lane_legs"] = _store(
        LaneLeg,
        (_lane_leg(row, lanes, services) for row in _read("lane_legs")),
        key=("lane_id", "position"),
    )
    counts["last_miles"] = _store(
        LastMile,
        (_last_mile(row, places, cities) for row in _read("last_miles")),
        key=("terminal_id", "city_id", "valid_from"),
    )
    return counts


def _read(table: str) -> list[Row]:
    return csvs.read(FOLDER / f"{table}.csv")


def _each(
    read: Callable[[Row, dict[str, int]], Values], table: str, places: dict[str, int]
) -> Iterable[Values]:
    return (read(row, places) for row in _read(table))


def _store(
    model: type[models.Model],
    rows: Iterable[Values],
    *,
    key: tuple[str, ...],
    keep: tuple[str, ...] = (),
) -> int:
    """Insert rows, or bring the ones that are there up to date; one statement."""
    values = list(rows)
    model._default_manager.bulk_create(
        [model(**row) for row in values],
        update_conflicts=True,
        unique_fields=[_field(name) for name in key],
        update_fields=[name for name in map(_field, values[0]) if name not in {*key, *keep}],
    )
    return len(values)


def _field(name: str) -> str:
    return name.removesuffix("_id")


def _number_ranges() -> int:
    """New ranges only: of a known one some numbers are taken."""
    rows = _read("number_ranges")
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


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _dated(row: Row) -> Values:
    return {
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": _day(row["valid_until"]),
        "source": row["source"],
    }


def _rubles(name: str, text: str) -> Values:
    """Both columns of a price."""
    return {name: Money(Decimal(text), "RUB"), f"{name}_currency": "RUB"}


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
        "capacity_g": _whole(row["capacity_g"]),
        "capacity_parcels": _whole(row["capacity_parcels"]),
        **_dated(row),
    }


def _lane(row: Row, places: dict[str, int]) -> Values:
    ends = ("terminal", "export_customs", "import_customs")
    return {
        **{name: row[name] for name in ("code", "mode", "origin", *TITLES)},
        **{f"{name}_id": places[row[name]] for name in ends},
        **_rubles("base", row["base"]),
        **_rubles("per_100g", row["per_100g"]),
        "volumetric_divisor": _whole(row["volumetric_divisor"]),
        **_dated(row),
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


def _last_mile(row: Row, places: dict[str, int], cities: dict[str, int]) -> Values:
    return {
        "terminal_id": places[row["terminal"]],
        "city_id": cities[row["city"]],
        "carrier": row["carrier"],
        "days_p50": Decimal(row["days_p50"]),
        "days_p90": Decimal(row["days_p90"]),
        **_rubles("base", row["base"]),
        **_rubles("per_100g", row["per_100g"]),
        **_dated(row),
    }


def _stage(row: Row) -> Values:
    return {
        "state": row["state"],
        "minutes_p50": int(row["minutes_p50"]),
        "minutes_p90": int(row["minutes_p90"]),
        "source": row["source"],
    }


def _holiday(row: Row) -> Values:
    return {
        "country": row["country"],
        "day": date.fromisoformat(row["day"]),
        "is_working": row["is_working"] == "1",
        "source": row["source"],
    }


def _duty_rule(row: Row) -> Values:
    return {
        "rule": row["rule"],
        "free_eur": Decimal(row["free_eur"]),
        "free_g": _whole(row["free_g"]),
        "rate_bps": int(row["rate_bps"]),
        "min_eur_per_kg": Decimal(row["min_eur_per_kg"]),
        "is_on_excess": row["is_on_excess"] == "1",
        "vat_bps": int(row["vat_bps"]),
        "paper_kind": row["paper_kind"],
        "is_active": row["is_active"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_until": _day(row["valid_until"]),
        "source": row["source"],
    }


def _identity_rule(row: Row) -> Values:
    return {
        **{name: row[name] for name in ("rule", "mode", "lane")},
        "over_eur": Decimal(row["over_eur"]),
        "is_active": row["is_active"] == "1",
        **_dated(row),
    }


def _consent_text(row: Row) -> Values:
    texts = ("kind", "version", "text_ru", "text_zh", "text_en", "source")
    return {
        **{name: row[name] for name in texts},
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _customs_answer(row: Row) -> Values:
    texts = [f"{side}_{tongue}" for side in ("buyer", "desk") for tongue in ("ru", "zh", "en")]
    return {
        **{name: row[name] for name in ("code", "word", *texts, "source")},
        "is_final": row["is_final"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _import_limit(row: Row) -> Values:
    texts = ("rule", "kind", "hs_prefix", "reason_ru", "reason_zh", "reason_en")
    return {
        **{name: row[name] for name in texts},
        "most": _whole(row["most"]),
        "days": _whole(row["days"]),
        "is_active": row["is_active"] == "1",
        **_dated(row),
    }
