"""Carriers: their codes, how often they are asked, what is an exception."""

from logistics.models import CarrierCode, Courier, IncidentRule, Patience, WeightRule

from .tables import Row, Values, dated, read, store


def load() -> dict[str, int]:
    """Of carriers: their codes, how often they are asked, what is an exception."""
    codes, patience = map(_coded, read("carrier_codes")), map(_patience, read("patience"))
    rules = map(_incident_rule, read("incident_rules"))
    key = ("carrier", "raw", "country", "valid_from")
    return {
        "carrier_codes": store(CarrierCode, codes, key=key),
        "patience": store(Patience, patience, key=("code", "valid_from")),
        "couriers": store(Courier, map(_courier, read("couriers")), key=("code",)),
        "incident_rules": store(IncidentRule, rules, key=("kind", "valid_from")),
        "weight_rules": store(
            WeightRule, map(_weight_rule, read("weight_rules")), key=("valid_from",)
        ),
    }


def _coded(row: Row) -> Values:
    names = ("carrier", "raw", "country", "code")
    return {**{name: row[name] for name in names}, **dated(row)}


def _patience(row: Row) -> Values:
    return {"code": row["code"], "silent_hours": int(row["silent_hours"]), **dated(row)}


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
        **dated(row),
    }


def _weight_rule(row: Row) -> Values:
    numbers = {name: int(row[name]) for name in ("tolerance_bps", "least_g")}
    return {**numbers, **dated(row)}
