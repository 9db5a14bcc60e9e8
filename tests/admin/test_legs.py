"""An operator orders the legs of a lane; whatever cannot be is told on the page."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from lxml import html

from logistics.models import Lane
from storefront.admin.legs import Legs

Pairs = dict[str, str]


@pytest.fixture
def lane() -> Lane:
    return Lane.objects.filter(code="air-svx").earliest("pk")


def page_of(lane: Lane) -> str:
    return reverse("admin:logistics_lane_change", args=[lane.pk])


def as_it_stands(operator: Client, lane: Lane) -> Pairs:
    """The fields of the page as a browser would send them."""
    tree = html.fromstring(operator.get(page_of(lane)).content)
    form = next(one for one in tree.forms if one.get("id") == "lane_form")
    return {name: value or "" for name, value in form.form_values()}


def legs(lane: Lane) -> list[tuple[str, bool]]:
    return list(lane.legs.order_by("position").values_list("service__code", "is_main"))


def test_two_legs_change_places_and_another_one_is_the_main_one(operator, lane):
    before = legs(lane)
    assert [is_main for _code, is_main in before] == [False, True, False]
    sent = as_it_stands(operator, lane)
    places = sent["legs-0-position"], sent["legs-1-position"]
    sent["legs-1-position"], sent["legs-0-position"] = places
    sent["legs-0-is_main"] = sent.pop("legs-1-is_main")

    answer = operator.post(page_of(lane), sent)

    assert answer.status_code == 302
    codes = [code for code, _is_main in before]
    assert legs(lane) == [(codes[1], False), (codes[0], True), (codes[2], False)]
    positions = lane.legs.order_by("position").values_list("position", flat=True)
    assert sorted(map(int, places)) == list(positions)[:2]


def test_a_leg_that_came_meanwhile_keeps_its_place(operator, lane):
    sent = as_it_stands(operator, lane)
    last = lane.legs.order_by("position").last()
    lane.legs.create(position=last.position + 1, service=last.service)
    before = legs(lane)

    answer = operator.post(page_of(lane), sent)

    (formset,) = answer.context["inline_admin_formsets"]
    with override("en"):
        (told,) = formset.formset.non_form_errors()
    assert "changed the legs meanwhile" in told
    assert legs(lane) == before


@pytest.mark.parametrize("given", [{"legs-0-is_main": "on"}, {"legs-1-is_main": ""}])
def test_a_lane_has_one_main_leg(operator, lane, given):
    before, sent = legs(lane), as_it_stands(operator, lane) | given

    with override("en"):
        answer = operator.post(page_of(lane), sent, headers={"accept-language": "en"})

    assert answer.status_code == 200
    assert legs(lane) == before
    (errors,) = {
        str(error)
        for formset in answer.context["inline_admin_formsets"]
        for error in formset.formset.non_form_errors()
    }
    assert errors in answer.content.decode()


@pytest.mark.parametrize("wrong", ["twice", "-1", "²", "9" * 60, "a\0b", "1.5"])
def test_what_is_no_service_is_told_beside_its_field(operator, lane, wrong):
    before, sent = legs(lane), as_it_stands(operator, lane) | {"legs-0-service": wrong}

    answer = operator.post(page_of(lane), sent)

    assert answer.status_code == 200
    assert answer.context["errors"]
    assert legs(lane) == before


def test_a_page_looks_at_no_more_legs_than_a_lane_may_have(operator, lane):
    before, sent = legs(lane), as_it_stands(operator, lane) | {"legs-TOTAL_FORMS": "9" * 19}

    answer = operator.post(page_of(lane), sent)

    assert answer.status_code == 200
    (formset,) = answer.context["inline_admin_formsets"]
    assert len(formset.formset.forms) == Legs.max_num
    assert legs(lane) == before
