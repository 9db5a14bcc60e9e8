"""The wire of the carriers."""

from datetime import UTC, datetime, timedelta

import pytest

from logistics import carriers, vocabulary
from logistics.carriers import Handed, Parcel, cdek, lastmile, linehaul
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


def parcel(**facts: object) -> Parcel:
    plain = {
        "carrier": "ruspost",
        "reference": "LX300000009CN",
        "handed_at": NOW,
        "origin": "ekaterinburg",
        "origin_city": "Екатеринбург",
        "origin_postcode": "620000",
        "city": "Екатеринбург",
        "region": "Свердловская область",
        "postcode": "620014",
        "street": "ул. Ленина, 1",
        "timezone": "Asia/Yekaterinburg",
        "recipient": "Анна Петрова",
        "phone": "+79120000000",
        "weight_g": 499,
        "planned_days": 2,
    }
    return Parcel(**{**plain, **facts})


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


@pytest.mark.parametrize("carrier", [*lastmile.DRAWERS, "somebody"])
def test_a_parcel_handed_over_twice_is_one(outside: Outside, carrier: str) -> None:
    length = {"ruspost": 14}.get(carrier, 10)
    drawer = lastmile.drawer(carrier)
    drawer.hand_over(parcel(carrier=carrier))
    clock.set_virtual(NOW + timedelta(minutes=1))

    track = drawer.hand_over(parcel(carrier=carrier))

    assert len(track) == length
    assert outside.books("parcels")["count"] == 1
    clock.set_virtual(NOW + timedelta(days=10))
    mine = Handed("LX300000009CN", track)
    told = drawer.track(mine)
    codes = [vocabulary.code_of(carrier, event) for event in told]
    assert codes[-4:] == [
        "LASTMILE_ACCEPTED",
        "AT_DELIVERY_OFFICE",
        "OUT_FOR_DELIVERY",
        "DELIVERED",
    ]
    ticket = drawer.ask([mine])
    clock.set_virtual(NOW + timedelta(days=10, minutes=15))
    heard = drawer.fetch(ticket, [mine])
    assert heard is not None
    assert [event.key for event in heard["LX300000009CN"]] == [event.key for event in told]


def test_a_ticket_is_not_answered_at_once(outside: Outside) -> None:
    post = lastmile.drawer("ruspost")
    mine = Handed("LX300000009CN", post.hand_over(parcel()))
    ticket = post.ask([mine])

    clock.set_virtual(NOW + timedelta(minutes=14))
    assert post.fetch(ticket, [mine]) is None

    clock.set_virtual(NOW + timedelta(minutes=15))
    assert post.fetch(ticket, [mine]) == {"LX300000009CN": []}
    clock.set_virtual(NOW + timedelta(hours=33))
    with pytest.raises(http.Refused):
        post.fetch(ticket, [mine])


def test_a_token_that_is_over_is_renewed(outside: Outside) -> None:
    courier = lastmile.drawer("cdek")
    courier.hand_over(parcel(carrier="cdek"))

    clock.set_virtual(NOW + timedelta(hours=2))  # the process still believes in its token

    assert courier.hand_over(parcel(carrier="cdek"))
    assert outside.books("parcels")["count"] == 1


def test_points_of_issue_are_told_by_index(outside: Outside) -> None:
    points = cdek.Cdek().points(postcode="620014")

    assert [(point.postcode, point.address.split(",")[0]) for point in points] == [
        ("620000", "Екатеринбург"),
        ("620001", "Екатеринбург"),
    ]


def test_an_order_the_post_will_not_take_is_refused(outside: Outside) -> None:
    with pytest.raises(http.Refused) as refused:
        lastmile.drawer("ruspost").hand_over(parcel(postcode="000000"))

    assert "ILLEGAL_INDEX_TO" in refused.value.body


def test_a_wrong_password_is_not_taken_for_an_empty_history(outside: Outside, settings) -> None:
    settings.RUSPOST_PASSWORD = "stolen"

    with pytest.raises(http.Unknown, match="авторизация"):
        lastmile.drawer("ruspost").track(Handed("LX300000009CN", "62000012000012"))
    with pytest.raises(http.Refused, match="авторизация"):
        lastmile.drawer("ruspost").ask([Handed("LX300000009CN", "62000012000012")])


@pytest.mark.parametrize(
    "body",
    [
        b"<html>502</html",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_an_answer_that_is_no_good_xml_is_unknown(body: bytes, monkeypatch) -> None:
    answer = http.Answer(200, body, "text/xml")
    monkeypatch.setattr(http, "call", lambda *_args, **_kwargs: answer)

    with pytest.raises(http.Unknown):
        lastmile.drawer("ruspost").track(Handed("LX300000009CN", "62000012000012"))


@pytest.mark.parametrize(
    ("carrier", "raw", "country", "code"),
    [
        ("ruspost", "8/3", "CN", "HUB_INBOUND"),
        ("ruspost", "8/3", "RU", "LASTMILE_ACCEPTED"),
        ("ruspost", "12/7", "RU", "DELIVERY_FAILED"),
        ("ruspost", "2/2", "RU", "RETURNED_TO_SENDER"),
        ("ruspost", "8/77", "RU", "8/77"),
        ("cdek", "ARRIVED_AT_RECIPIENT_CITY", "RU", "LINEHAUL_ARRIVED"),
        ("cdek", "SOMETHING_NEW", "RU", "SOMETHING_NEW"),
        ("linehaul", "LINEHAUL_DEPARTED", "", "LINEHAUL_DEPARTED"),
    ],
)
@pytest.mark.django_db
def test_codes_of_carriers_in_our_words(carrier: str, raw: str, country: str, code: str) -> None:
    event = carriers.Event("k", raw, "", NOW, country)

    assert vocabulary.code_of(carrier, event) == code


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
