"""Russian Post and CDEK as the outside speaks them: formats, refusals, tokens, webhooks."""

import csv
import json
from datetime import datetime, timedelta

import pytest

from storefront.sandbox.carriers import lastmile
from tests.conftest import ROOT

NOON = "2026-12-03T06:00:00Z"
KEYS = {
    "Authorization": "AccessToken sandbox",
    "X-User-Authorization": "Basic c3VuZ2FyaTpzYW5kYm94",
}
ORDER = {
    "order-num": "LX000000015CN",
    "mail-category": "ORDINARY",
    "mail-type": "ONLINE_COURIER",
    "mail-direct": 643,
    "mass": 412,
    "index-to": "620014",
    "region-to": "Свердловская область",
    "place-to": "Екатеринбург",
    "surname": "Петрова",
    "postoffice-code": "620000",
}
CDEK = {
    "number": "LX000000015CN",
    "tariff_code": 137,
    "recipient": {"name": "Анна Петрова", "phones": [{"number": "+79120000000"}]},
    "from_location": {"city": "Екатеринбург"},
    "to_location": {"postal_code": "101000", "address": "Тверская, 1"},
    "packages": [{"number": "1", "weight": 412}],
}


def put(sandbox, order, **headers):
    where = "/carriers/ruspost/1.0/user/backlog"
    return sandbox.ask("PUT", where, json=[order], headers={**KEYS, **headers}, at=NOON)


def test_an_order_names_everything_that_is_wrong_with_it(sandbox):
    wrong = put(sandbox, {**ORDER, "index-to": "999999", "mass": 0, "surname": " "}).json()

    codes = {error["code"] for error in wrong["errors"][0]["error-codes"]}
    assert wrong["result-ids"] == []
    assert codes == {"ILLEGAL_INDEX_TO", "ILLEGAL_MASS", "EMPTY_SURNAME"}
    assert put(sandbox, ORDER, Authorization="AccessToken stolen").status_code == 401


def test_every_town_we_deliver_to_is_known_by_its_index():
    with (ROOT / "orders/reference/cities.csv").open(encoding="utf-8", newline="") as lines:
        firsts = [row["postcodes"].split("|")[0] for row in csv.DictReader(lines)]

    assert len(firsts) >= 40
    assert [one for one in firsts if lastmile.by_index(one.ljust(6, "0")) is None] == []


def test_an_order_sent_twice_is_two_orders(sandbox):
    made = [put(sandbox, ORDER).json()["result-ids"] for _again in range(2)]
    found = sandbox.get(
        "/carriers/ruspost/1.0/backlog/search?query=LX000000015CN", headers=KEYS
    ).json()

    assert len({tuple(ids) for ids in made}) == 2
    assert [row["id"] for row in found] == [made[0][0], made[1][0]]


def token(sandbox, **changes):
    form = {"grant_type": "client_credentials", "client_id": "sungari", "client_secret": "sandbox"}
    return sandbox.post("/carriers/cdek/v2/oauth/token", data={**form, **changes})


def bearer(sandbox):
    return {"Authorization": f"Bearer {token(sandbox).json()['access_token']}"}


def test_a_token_is_for_those_who_know_the_secret_and_ends(sandbox):
    mine = bearer(sandbox)
    late = (datetime.now().astimezone() + timedelta(hours=2)).isoformat()

    assert token(sandbox, client_secret="guessed").status_code == 401
    assert sandbox.get("/carriers/cdek/v2/deliverypoints", headers=mine).status_code == 200
    assert sandbox.get("/carriers/cdek/v2/deliverypoints", headers=mine, at=late).status_code == 401
    assert sandbox.get("/carriers/cdek/v2/deliverypoints").status_code == 401


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tariff_code": 1}, "v2_tariff_not_found"),
        ({"recipient": {"name": "A", "phones": []}}, "v2_field_is_empty"),
        ({"to_location": {"city": "Атлантида"}}, "v2_receiver_location_not_recognized"),
    ],
)
def test_an_order_cdek_will_not_take_says_why(sandbox, changes, code):
    wanted = {**CDEK, **changes}
    answer = sandbox.post("/carriers/cdek/v2/orders", json=wanted, headers=bearer(sandbox))

    assert answer.status_code == 400
    assert answer.json()["requests"][0]["errors"][0]["code"] == code


def test_statuses_are_told_to_two_who_subscribed_as_they_happen(another, ear, tmp_path):
    clock = tmp_path / "clock.json"
    start = {"wall": NOON, "business": NOON, "speed": 0.0}
    clock.write_text(json.dumps(start))
    sandbox = another(CLOCK_FILE=str(clock))
    sandbox.put("/_/shares", json={"all": 0})
    mine = bearer(sandbox)

    def subscribe(url):
        body = {"type": "ORDER_STATUS", "url": url}
        return sandbox.post("/carriers/cdek/v2/webhooks", json=body, headers=mine)

    assert subscribe(ear.url).status_code == 200
    assert subscribe(ear.url).status_code == 200
    assert subscribe("http://127.0.0.1:9/x").status_code == 200
    assert subscribe("http://127.0.0.1:9/y").status_code == 400
    made = sandbox.post("/carriers/cdek/v2/orders", json=CDEK, headers=mine)
    later = {**start, "business": "2027-01-03T06:00:00Z"}
    clock.write_text(json.dumps(later))

    told = {"ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE", "DELIVERED"}
    left = 30.0
    while not told <= {call["attributes"]["code"] for call in ear.heard} and left > 0:
        ear.thread.join(0.1)
        left -= 0.1

    assert made.status_code == 202
    assert told <= {call["attributes"]["code"] for call in ear.heard}
    assert {call["uuid"] for call in ear.heard} == {made.json()["entity"]["uuid"]}
