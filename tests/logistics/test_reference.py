"""The network as it is loaded: whole, connected, sourced."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from logistics import reference
from logistics.carriers import lastmile
from logistics.models import (
    CarrierCode,
    Courier,
    DutyRule,
    Holiday,
    Lane,
    LaneLeg,
    LastMile,
    NumberRange,
    Place,
    Service,
    Stage,
)
from logistics.states import Code
from orders.models import City

pytestmark = pytest.mark.django_db
TABLES = (Place, Service, Lane, LaneLeg, LastMile, Holiday, Stage, DutyRule, NumberRange)
NEAR = {"harbin-warehouse", "harbin-centre", "harbin-airport", "harbin-station"}


def test_loading_again_changes_nothing() -> None:
    before = [list(model.objects.order_by("pk").values()) for model in TABLES]

    reference.load()

    assert [list(model.objects.order_by("pk").values()) for model in TABLES] == before


def test_loading_again_keeps_switches_and_numbers_already_given() -> None:
    DutyRule.objects.filter(rule="row-b").update(is_active=True)
    NumberRange.objects.update(next_serial=30_000_500)

    reference.load()

    assert DutyRule.objects.get(rule="row-b").is_active
    assert NumberRange.objects.get(service="LX", country="CN").next_serial == 30_000_500


@pytest.mark.parametrize("model", [m for m in TABLES if m is not LaneLeg], ids=lambda m: m.__name__)
def test_every_row_names_its_source(model: type[Place]) -> None:
    assert model.objects.exists()
    assert not model.objects.filter(source="").exists()


def test_each_lane_is_a_chain_from_its_origin_to_its_terminal() -> None:
    assert Lane.objects.exists()
    for lane in Lane.objects.prefetch_related("legs__service__origin", "legs__service__target"):
        legs = sorted(lane.legs.all(), key=lambda leg: leg.position)
        places = [(leg.service.origin.code, leg.service.target.code) for leg in legs]
        joints = pairwise(places)

        assert [leg.is_main for leg in legs].count(True) == 1
        assert all(a == b or {a, b} <= NEAR for (_, a), (b, _) in joints), (lane.code, places)
        assert places[-1][1] == lane.terminal.code
        assert places[0][0] == "shenzhen" or lane.origin == "harbin"


def test_goods_leave_through_the_offices_of_their_borders() -> None:
    offices = {
        lane.code: (lane.export_customs.customs_code, lane.export_customs.zone)
        for lane in Lane.objects.select_related("export_customs").filter(origin="harbin")
    }

    assert offices["air-svx"] == ("1924", "Harbin")
    assert offices["rail-mzl"] == ("1919", "Harbin")
    assert offices["road-sfh"] == ("1925", "Suifenhe")
    assert offices["road-hek"] == ("1903", "Heihe")
    assert offices["rail-toj"] == ("1904", "")


def test_codes_of_places_are_not_those_of_their_namesakes() -> None:
    codes = dict(Place.objects.values_list("code", "unlocode"))

    assert codes["manzhouli"] == "CNMLX"  # CNNZH is Naozhou
    assert codes["ekaterinburg"] == "RUYEK"
    assert "RUCTA" not in codes.values()  # a Chita in Tatarstan
    assert Place.objects.get(code="tongjiang").longitude > 132  # not the one near Mudanjiang


def test_every_city_is_reached_from_both_origins() -> None:
    for origin in ("harbin", "shenzhen"):
        terminals = Lane.objects.filter(origin=origin).values("terminal")
        reached = LastMile.objects.filter(terminal__in=terminals).values("city")
        assert not City.objects.exclude(pk__in=reached).exists()


def test_each_carrier_to_the_door_is_known_whole() -> None:
    """How often he is asked; with a language of his own, what his codes mean; where he goes."""
    going = set(LastMile.objects.values_list("carrier", flat=True))

    assert going == set(Courier.objects.values_list("code", flat=True)) >= set(lastmile.DRAWERS)
    ends = {Code.LASTMILE_ACCEPTED, Code.AT_DELIVERY_OFFICE, Code.DELIVERED}
    for carrier in lastmile.DRAWERS:
        assert ends <= set(codes_of(carrier)), carrier


def codes_of(carrier: str) -> Iterable[str]:
    return CarrierCode.objects.filter(carrier=carrier).values_list("code", flat=True)


def test_timetables_have_days_and_hours_and_steps_have_none() -> None:
    assert Service.objects.exists()
    for service in Service.objects.all():
        assert service.is_step is (service.departs is None), service.code
        assert service.is_step is (not service.weekdays), service.code


def test_row_a_holds_without_end_and_row_b_waits_for_its_switch() -> None:
    a, b = (DutyRule.objects.get(rule=rule) for rule in ("row-a", "row-b"))

    assert (a.is_active, a.valid_until) == (True, None)
    assert (b.is_active, b.vat_bps, b.is_on_excess) == (False, 2200, False)
