"""The reference rows of this stage: the network, its calendars, the rules of duty."""

from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models
from moneyed import Money

from logistics.models import (
    CarrierCode,
    ConsentText,
    Courier,
    CustomsAnswer,
    CustomsMode,
    DutyRule,
    Holiday,
    IdentityRule,
    ImportLimit,
    IncidentRule,
    Lane,
    LaneLeg,
    LastMile,
    NumberRange,
    Patience,
    Place,
    ReturnRelief,
    SerialRule,
    Service,
    ServicePrice,
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
    of a range, the end of a service's row that another follows.
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
        "customs_modes": _store(
            CustomsMode, map(_customs_mode, _read("customs_modes")), key=("mode", "valid_from")
        ),
        "return_reliefs": _store(
            ReturnRelief, map(_return_relief, _read("return_reliefs")), key=("rule",)
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
        "serial_rules": _store(
            SerialRule, map(_serial_rule, _read("serial_rules")), key=("kind", "valid_from")
        ),
        **_tracking(),
        **_network(),
    }
    kept.forget()
    return counts


def _tracking() -> dict[str, int]:
    """Of carriers: their codes, how often they are asked, what is an exception."""
    codes, patience = map(_coded, _read("carrier_codes")), map(_patience, _read("patience"))
    rules = map(_incident_rule, _read("incident_rules"))
    key = ("carrier", "raw", "country", "valid_from")
    return {
        "carrier_codes": _store(CarrierCode, codes, key=key),
        "patience": _store(Patience, patience, key=("code", "valid_from")),
        "couriers": _store(Courier, map(_courier, _read("couriers")), key=("code",)),
        "incident_rules": _store(IncidentRule, rules, key=("kind", "valid_from")),
    }


def _coded(row: Row) -> Values:
    names = ("carrier", "raw", "country", "code")
    return {**{name: row[name] for name in names}, **_dated(row)}


def _patience(row: Row) -> Values:
    return {"code": row["code"], "silent_hours": int(row["silent_hours"]), **_dated(row)}


def _courier(row: Row) -> Values:
    numbers = ("look_minutes", "ticket_minutes", "most")
    texts = {name: row[name] for name in ("code", "source")}
    return {**texts, **{name: int(row[name]) for name in numbers}}


def _incident_rule(row: Row) -> Values:
    texts = ("kind", "opens_on", "closes_on", "owner", "then", "money")
    return {
        **{name: row[name] for name in texts},
        "after": int(row["after"]),
        "answer_hours": int(row["answer_hours"]),
        "tells_buyer": row["tells_buyer"] == "1",
        **_dated(row),
    }


def _network() -> dict[str, int]:
    places = dict(Place.objects.values_list("code", "pk"))
    cities = dict(City.objects.values_list("slug", "pk"))
    dated = ("code", "valid_from")
    counts = {
        "services": _store(
            Service, _each(_service, "services", places), key=dated, keep=("valid_until",)
        ),
        "lanes": _store(Lane, _each(_lane, "lanes", places), key=dated),
    }
    services = {(s.code, s.valid_from): s.pk for s in Service.objects.all()}
    lanes = {(lane.code, lane.valid_from): lane.pk for lane in Lane.objects.all()}
    counts["lane_legs"] = _store(
        LaneLeg,
        (_lane_leg(row, lanes, services) for row in _read("lane_legs")),
        key=("lane_id", "position"),
    )
    counts["service_prices"] = _store(
        ServicePrice,
        (_service_price(row, services) for row in _read("service_prices")),
        key=("service_id", "up_to_g"),
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
        "capacity_cm3": _whole(row["capacity_cm3"]),
        "volumetric_divisor": _whole(row["volumetric_divisor"]),
        "not_carried": [kind for kind in row["not_carried"].split("|") if kind],
        "office_id": places[row["office"]] if row["office"] else None,
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


def _service_price(row: Row, services: dict[tuple[str, date], int]) -> Values:
    return {
        "service_id": services[row["service"], date.fromisoformat(row["service_from"])],
        "up_to_g": _whole(row["up_to_g"]),
        **_rubles("base", row["base"]),
        **_rubles("per_100g", row["per_100g"]),
        "source": row["source"],
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


def _serial_rule(row: Row) -> Values:
    return {"kind": row["kind"], "scheme": row["scheme"], **_dated(row)}


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


def _customs_mode(row: Row) -> Values:
    plain = ("mode", "buyer", "order_type", "documents", "return_mode")
    limits = ("limit_yuan", "simplified_yuan")
    return {
        **{name: row[name] for name in plain},
        **{name: Decimal(row[name]) if row[name] else None for name in limits},
        "is_bonded": row["is_bonded"] == "1",
        "code_digits": int(row["code_digits"]),
        **_dated(row),
    }


def _consent_text(row: Row) -> Values:
    texts = ("kind", "version", "text_ru", "text_zh", "text_en", "source")
    return {
        **{name: row[name] for name in texts},
        "valid_from": date.fromisoformat(row["valid_from"]),
    }


def _return_relief(row: Row) -> Values:
    return {
        "rule": row["rule"],
        "modes": row["modes"],
        "exported_from": date.fromisoformat(row["exported_from"]),
        "exported_until": date.fromisoformat(row["exported_until"]),
        "months": int(row["months"]),
        **_dated(row),
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
