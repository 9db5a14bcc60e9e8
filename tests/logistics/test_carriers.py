"""The wire of the carriers."""

from datetime import UTC, datetime, timedelta

import pytest

from logistics import carriers
from logistics.carriers import lastmile, linehaul
from storefront.lib import clock, http
from tests.logistics.story import NOW, Outside


def manifest(**facts: object) -> linehaul.Manifest:
    stretch = linehaul.Stretch(
        service="flight-hrb-svx",
        mode="air",
        origin="harbin-airport",
        target="koltsovo",
        departs_at=NOW + timedelta(days=1),
        arrives_at=NOW + timedelta(days=1, hours=8),
    )
    plain = {
        "carrier": "linehaul",
        "reference": "AIR-SVX-1",
        "pieces": 2,
        "weight_g": 900,
        "bags": ("AIR-SVX-1-001",),
        "stretches": (stretch,),
    }
    return linehaul.Manifest(**{**plain, **facts})


def parcel(**facts: object) -> lastmile.Parcel:
    plain = {
        "carrier": "ruspost",
        "reference": "LX300000009CN",
        "handed_at": NOW,
        "origin": "ekaterinburg",
        "city": "Екатеринбург",
        "postcode": "620014",
        "timezone": "Asia/Yekaterinburg",
        "weight_g": 499,
        "planned_days": 2,
    }
    return lastmile.Parcel(**{**plain, **facts})


def test_a_consignment_booked_twice_is_one(outside: Outside) -> None:
    number = linehaul.book(manifest())

    assert linehaul.book(manifest()) == number
    assert outside.books("consignments")["count"] == 1


def test_another_consignment_under_a_used_reference_is_refused(outside: Outside) -> None:
    linehaul.book(manifest())

    with pytest.raises(http.Refused) as refused:
        linehaul.book(manifest(weight_g=901))

    assert refused.value.status == 409


def test_events_are_told_as_they_happen_each_once(outside: Outside) -> None:
    outside.shares(event_repeated=1)
    linehaul.book(manifest())
    assert linehaul.track("linehaul", "AIR-SVX-1") == []

    clock.set_virtual(NOW + timedelta(days=3))
    told = linehaul.track("linehaul", "AIR-SVX-1")

    codes = [event.code for event in told]
    assert codes == ["LINEHAUL_ACCEPTED", "LINEHAUL_DEPARTED", "LINEHAUL_ARRIVED"]
    assert [event.place for event in told] == ["harbin-airport", "harbin-airport", "koltsovo"]
    assert told[1].happened_at >= NOW + timedelta(days=1)


def test_a_parcel_handed_over_twice_is_one(outside: Outside) -> None:
    track = lastmile.hand_over(parcel())

    assert lastmile.hand_over(parcel()) == track
    assert len(track) == 14
    clock.set_virtual(NOW + timedelta(days=10))
    assert lastmile.track("ruspost", "LX300000009CN")[-1].code == "DELIVERED"


def test_a_parcel_nobody_knows_is_refused(outside: Outside) -> None:
    with pytest.raises(http.Refused) as refused:
        lastmile.track("ruspost", "LX300000012CN")

    assert refused.value.status == 404


@pytest.mark.parametrize("reply", [{"status": 503, "status_share": 1}, {"garbage": "html"}])
def test_an_answer_that_is_none_is_unknown(outside: Outside, reply: dict[str, object]) -> None:
    outside.script("carriers.linehaul", replies=reply)

    with pytest.raises(http.Unknown):
        linehaul.book(manifest())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"events": None},
        {"events": [{"id": "1"}]},
        {"events": [{"id": "1", "code": "A", "happened_at": "yesterday"}]},
    ],
)
def test_events_that_cannot_be_read_are_unknown(body: dict[str, object]) -> None:
    with pytest.raises(http.Unknown):
        carriers.events(body)


def test_instants_go_out_in_utc() -> None:
    assert carriers.instant(datetime(2026, 11, 24, 18, 10, tzinfo=UTC)) == "2026-11-24T18:10:00Z"
