"""Operators change services by dated rows, shut them, and see the network on a map."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from logistics.models import Closure, Lane, Place, Replanned, Service
from orders.models import Delivery
from storefront.lib import clock
from tests.admin.test_deeds import deed, me, told

CHANGE = {
    "sure": "1",
    "valid_from": "2026-12-07",
    "weekdays": ["2", "5"],
    "departs": "10:45",
    "cutoff_hours": "20",
    "hours_p50": "8",
    "hours_p90": "13",
    "capacity_kg": "40000",
    "source": "letter of the carrier",
}
SHUT = {
    "sure": "1",
    "kind": "BORDER",
    "closed_at": "2026-12-01T00:00",
    "opens_at": "2026-12-06T00:00",
    "source": "notice of the border service",
}


def flight() -> Service:
    return Service.objects.get(code="flight-hrb-svx", valid_until=None)


def test_a_service_is_changed_by_another_row_from_a_day_on(operator):
    before = flight()

    response = operator.post(deed(before, "revise"), CHANGE)

    after = flight()
    before.refresh_from_db()
    assert response.status_code == 302
    assert after.pk != before.pk
    assert before.valid_until == after.valid_from
    assert (after.weekdays, after.capacity_g, after.source) == (
        [2, 5],
        40_000_000,
        "letter of the carrier",
    )
    assert (after.origin_id, after.mode, after.not_carried) == (
        before.origin_id,
        before.mode,
        before.not_carried,
    )


def test_a_change_that_cannot_be_is_refused_and_nothing_is_written(operator):
    before = Service.objects.count()

    for wrong in ({"hours_p90": "4"}, {"valid_from": "2020-01-01"}, {"weekdays": []}):
        response = operator.post(deed(flight(), "revise"), {**CHANGE, **wrong})
        assert told(response)[0].startswith("flight-hrb-svx: "), wrong

    assert Service.objects.count() == before
    assert flight().valid_until is None


def test_a_row_of_a_service_has_no_form_of_its_own(root):
    address = reverse("admin:logistics_service_change", args=[flight().pk])

    assert 'name="weekdays"' not in root.get(address).content.decode()
    assert root.post(address, {"code": "other"}).status_code == 403


def test_a_place_is_shut_and_opened_again_by_name(operator):
    place = Place.objects.get(code="suifenhe")

    operator.post(deed(place, "shut"), SHUT)
    closure = Closure.objects.get(place=place)
    operator.post(deed(closure, "reopen"), {"sure": "1", "at": "2026-12-03T00:00"})

    assert (closure.kind, closure.entered_by) == ("BORDER", me())
    assert closure.due_at is not None
    assert closure.source == SHUT["source"]
    earlier = closure.opens_at
    closure.refresh_from_db()
    assert closure.opens_at < earlier


def test_the_network_is_drawn_without_inline_style_or_script(operator):
    response = operator.get(reverse("admin:logistics_service_map"))

    text = response.content.decode()
    drawing = text[text.index('<figure class="desk-panel desk-chart network-map">') :]
    drawing = drawing[: drawing.index("</figure>")]
    assert response.status_code == 200
    assert drawing.count("<path") > 50
    assert {"air", "rail", "road"} <= set(re.findall(r'<path class="(\w+)"', drawing))
    assert "style=" not in drawing
    assert "<script" not in drawing


def test_who_may_not_keep_the_network_shuts_nothing(sign_in):
    response = sign_in("finance").post(deed(flight(), "shut"), SHUT)

    assert response.status_code in (302, 403)
    assert not Closure.objects.filter(source=SHUT["source"]).exists()


def test_how_promises_hold_is_shown_to_operators(operator):
    Replanned.objects.all().delete()  # what a closure stopped is counted apart
    Delivery.objects.update(delivered_at=clock.now(), is_kept=True)
    address = reverse("admin:logistics_lanelevel_calibration")

    page = operator.get(address).content.decode()
    assert "air-svx" in page
    assert "<circle" in page
    assert operator.get(reverse("admin:logistics_lanelevel_changelist")).status_code == 200


def test_a_way_no_lane_sells_is_sold_by_a_button(operator):
    url = reverse("admin:logistics_lane_proposed")

    page = operator.get(url)
    key = page.context["proposals"][0].key
    sold = operator.post(url, {"key": key})
    again = operator.post(url, {"key": key})

    lane = Lane.objects.latest("pk")
    assert sold.url == reverse("admin:logistics_lane_change", args=[lane.pk])
    legs = lane.legs.order_by("position").values_list("service__code", flat=True)
    assert " ".join([lane.origin, *legs]) == key
    assert again.url == url
    assert Lane.objects.latest("pk") == lane


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", ("Харбин", "Шэньчжэнь", "рубли")),
        ("en", ("Harbin", "Shenzhen", "rubles")),
        ("zh-hans", ("哈尔滨", "深圳", "卢布")),
    ],
)
def test_a_lane_names_its_origin_and_its_money_in_the_readers_language(operator, language, words):
    harbin, shenzhen, rubles = words
    operator.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    lane = Lane.objects.get(code="szx-air-svx")

    listed = operator.get(reverse("admin:logistics_lane_changelist")).content.decode()
    form = operator.get(reverse("admin:logistics_lane_change", args=[lane.pk])).content.decode()

    begins = set(re.findall(r"field-origin[^>]*>\s*([^<]+?)\s*<", listed))
    assert begins == {harbin, shenzhen}
    for field in ("base", "per_100g"):
        offered = re.search(rf'<select name="{field}_1".*?</select>', form, re.DOTALL)[0]
        assert re.findall(r'value="(\w*)"', offered) == ["RUB"]
        assert rubles in offered


def test_a_price_of_a_lane_is_kept_in_rubles_only(operator):
    lane = Lane.objects.get(code="szx-air-svx")
    page = reverse("admin:logistics_lane_change", args=[lane.pk])
    asked = {"base_0": "999", "base_1": "USD", "per_100g_0": "9", "per_100g_1": "RUB"}

    form = operator.post(page, asked).context["adminform"].form

    assert "base" in form.errors
    assert "per_100g" not in form.errors
    assert Lane.objects.get(pk=lane.pk).base == lane.base
