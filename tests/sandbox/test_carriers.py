"""Consignments and parcels move by plan and chance, and tell it by the business clock."""

from datetime import datetime, timedelta

import pytest

NOON = "2026-11-23T04:00:00Z"
LATER = "2027-03-01T00:00:00Z"


def consignment(**changes):
    return {
        "reference": "DEP-417",
        "service": "RAIL-MZL",
        "departs_at": "2026-11-24T01:00:00Z",
        "legs": [
            {
                "service": "RAIL-HRB-MLX",
                "from": "HRB",
                "to": "MLX",
                "departs_at": "2026-11-24T01:00:00Z",
                "arrives_at": "2026-11-26T01:00:00Z",
            },
            {
                "service": "RAIL-MLX-SVX",
                "from": "MLX",
                "to": "SVX",
                "departs_at": "2026-11-27T01:00:00Z",
                "arrives_at": "2026-12-03T01:00:00Z",
            },
        ],
        "pieces": 86,
        "weight_g": 1204000,
        "bags": ["HRB-SVX-0417"],
        **changes,
    }


def send(sandbox, body, at=NOON, carrier="ural", what="consignments"):
    return sandbox.post(f"/carriers/{carrier}/{what}", json=body, at=at)


def events(sandbox, reference, at=LATER, carrier="ural", what="consignments"):
    answer = sandbox.get(f"/carriers/{carrier}/{what}/{reference}/events", at=at)
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


def codes(found):
    return [event["code"] for event in found]


def when(event):
    return datetime.fromisoformat(event["happened_at"])


def test_a_consignment_moves_leg_by_leg(sandbox):
    made = send(sandbox, consignment())
    found = events(sandbox, "DEP-417")

    assert made.status_code == 201
    assert made.json() == {"reference": "DEP-417", "number": "SMGS00000001", "kind": "SMGS"}
    assert codes(found) == [
        "LINEHAUL_ACCEPTED",
        "LINEHAUL_DEPARTED",
        "TRANSIT_ARRIVED",
        "TRANSIT_DEPARTED",
        "LINEHAUL_ARRIVED",
    ]
    assert [event["place"] for event in found] == ["HRB", "HRB", "MLX", "MLX", "SVX"]
    assert [event["leg"] for event in found] == [1, 1, 1, 2, 2]
    instants = [when(event) for event in found]
    assert instants == sorted(instants)
    assert instants[1] >= datetime.fromisoformat("2026-11-24T01:00:00Z")
    assert instants[4] - datetime.fromisoformat("2026-12-03T01:00:00Z") < timedelta(days=4)
    assert events(sandbox, "DEP-417", at=NOON) == []


def test_a_consignment_twice_is_once(sandbox):
    first, again = send(sandbox, consignment()), send(sandbox, consignment())
    other = send(sandbox, consignment(pieces=87))

    assert (again.status_code, again.json()) == (200, first.json())
    assert other.status_code == 409
    assert sandbox.get("/_/books/consignments").json()["count"] == 1


def test_air_waybills_carry_their_check_digit(sandbox):
    numbers = [
        send(sandbox, consignment(reference=f"DEP-{n}", mode="air")).json()["number"]
        for n in range(9)
    ]

    assert all(number.startswith("262-") for number in numbers)
    digits = [number.removeprefix("262-") for number in numbers]
    assert all(int(found[:7]) % 7 == int(found[7]) for found in digits)
    assert len(set(numbers)) == 9


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"legs": []}, "legs"),
        ({"pieces": 0}, "pieces"),
        ({"weight_g": "1"}, "weight_g"),
        ({"mode": "camel"}, "mode"),
        ({"reference": ""}, "reference"),
        ({"bags": "x"}, "bags"),
    ],
)
def test_a_wrong_consignment_names_its_field(sandbox, changes, field):
    answer = send(sandbox, consignment(**changes))

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def parcel(reference="LX000000015CN", **changes):
    return {
        "reference": reference,
        "handed_at": "2026-12-03T06:00:00Z",
        "from": "SVX",
        "to": {
            "city": "Екатеринбург",
            "postcode": "620000",
            "timezone": "Asia/Yekaterinburg",
        },
        "weight_g": 412,
        "planned_days": 3,
        **changes,
    }


def test_a_parcel_reaches_its_door_by_day(sandbox):
    made = send(sandbox, parcel(), carrier="ruspost", what="parcels")
    found = events(sandbox, "LX000000015CN", carrier="ruspost", what="parcels")

    assert made.status_code == 201
    assert made.json()["track"] == "62000012000012"
    assert codes(found) == [
        "LASTMILE_ACCEPTED",
        "AT_DELIVERY_OFFICE",
        "OUT_FOR_DELIVERY",
        "DELIVERED",
    ]
    instants = [when(event) for event in found]
    assert instants == sorted(instants)
    local_hour = (instants[3] + timedelta(hours=5)).hour
    assert 8 <= local_hour <= 21


@pytest.mark.parametrize(
    ("ending", "last"),
    [
        ("FAILED", ["DELIVERY_FAILED", "OUT_FOR_DELIVERY", "DELIVERED"]),
        ("LOST", ["LASTMILE_ACCEPTED", "LOST"]),
        ("RETURN", ["DELIVERY_FAILED", "RETURN_STARTED", "RETURNED_TO_SENDER"]),
    ],
)
def test_a_parcel_ends_as_scripted(sandbox, ending, last):
    script = [{"what": "parcel", "reason": ending, "times": 1}]
    sandbox.script("carriers.cdek", refuse=script)
    send(sandbox, parcel(), carrier="cdek", what="parcels")

    found = codes(events(sandbox, "LX000000015CN", carrier="cdek", what="parcels"))

    assert found[-len(last) :] == last


def test_events_are_fetched_for_many_and_may_come_twice(sandbox):
    sandbox.put("/_/shares", json={"event_repeated": 1})
    for n in range(3):
        send(sandbox, parcel(f"P{n}"), carrier="cdek", what="parcels")

    asked = {"references": ["P0", "P1", "P2", "unknown"]}
    answer = sandbox.post("/carriers/cdek/events", json=asked, at=LATER).json()["events"]
    too_many = sandbox.post("/carriers/cdek/events", json={"references": ["x"] * 501})

    assert sorted(answer) == ["P0", "P1", "P2"]
    ids = [event["id"] for event in answer["P0"]]
    assert (len(ids), len(set(ids))) == (8, 4)
    assert too_many.status_code == 422


def test_the_same_seed_tells_the_same_story(another):
    def told(sandbox):
        sandbox.put("/_/shares", json={"parcel_failed": 0.5, "parcel_lost": 0.2})
        for n in range(20):
            send(sandbox, parcel(f"P{n}"), carrier="cdek", what="parcels")
        asked = {"references": [f"P{n}" for n in range(20)]}
        return sandbox.post("/carriers/cdek/events", json=asked, at=LATER).json()

    first, same, other = told(another()), told(another()), told(another(SANDBOX_SEED="8"))

    assert first == same
    assert first != other


def test_most_parcels_keep_their_plan_and_few_go_wrong(another):
    sandbox = another()
    names = [f"P{n}" for n in range(400)]
    for name in names:
        send(sandbox, parcel(name), carrier="cdek", what="parcels")

    asked = {"references": names}
    found = sandbox.post("/carriers/cdek/events", json=asked, at=LATER).json()["events"]
    delivered = [
        when(event) for events in found.values() for event in events if event["code"] == "DELIVERED"
    ]
    handed = datetime.fromisoformat("2026-12-03T06:00:00Z")
    in_time = [at for at in delivered if at - handed < timedelta(days=4.5)]

    assert len({codes(events)[-1] for events in found.values()}) > 1
    assert 0.85 < len(in_time) / len(names) < 0.99
