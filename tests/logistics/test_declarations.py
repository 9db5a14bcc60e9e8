"""Customs papers on the way of a parcel: released, held, rejected and mended, refused."""

import pytest

from logistics.models import Declaration, DeclarationMessage
from logistics.states import State
from orders import holds
from orders.models import Delivery, Order
from storefront.lib import clock, due
from tests.factories import catalog
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db
EXPORT, IMPORT = "EXPORT", "IMPORT"


def papers(order: Order, direction: str) -> list[tuple[int, str]]:
    rows = Declaration.objects.filter(shipment__order=order, direction=direction)
    return list(rows.order_by("pk").values_list("attempt_number", "state"))


def test_a_parcel_is_declared_at_both_windows(outside: Outside) -> None:
    order = story.paid_order(quantity=2)

    story.run()

    export = Declaration.objects.get(direction=EXPORT)
    line = export.lines.get()
    assert (export.state, export.mode, export.customs_code) == ("RELEASED", "9610", "1924")
    assert export.inventory_number.startswith("19242026E")
    assert export.reason == ""
    assert (line.hs_code, line.quantity, line.net_weight_g) == ("8517130000", 2, 380)
    assert str(line.value.amount) == "2598.00"
    sent = export.messages.filter(is_ours=True).order_by("kind").values_list("kind", flat=True)
    assert list(sent) == ["CEB303", "CEB403", "CEB505", "CEB603"]
    assert Declaration.objects.get(direction=IMPORT).state == "RELEASED"
    assert Delivery.objects.get(order=order).cleared_at is not None
    filed = ["CEB507", "CEB509", "CEB607"]
    assert outside.messages() == sorted([*sent, *filed])


def test_bonded_goods_go_by_mode_1210(outside: Outside) -> None:
    story.paid_order(regime="bonded")

    story.run()

    export = Declaration.objects.get(direction=EXPORT)
    assert (export.state, export.mode) == ("RELEASED", "1210")


def test_goods_over_5000_yuan_are_declared_in_full(outside: Outside) -> None:
    order = story.paid_order(catalog.offer("5200.00"))

    story.run()

    body = DeclarationMessage.objects.get(kind="CEB603").body
    assert "<ceb:statisticsFlag>B</ceb:statisticsFlag>" in body
    assert "<ceb:gcode>8517130000</ceb:gcode>" in body
    assert story.parcel(order).state == State.DELIVERED


@pytest.mark.parametrize("party", ["customs.cn", "customs.ru"])
def test_a_held_parcel_waits_and_goes_on(outside: Outside, party: str) -> None:
    outside.script(party, refuse=[{"what": "hold", "reason": "look inside", "times": 1}])
    order = story.paid_order()

    held = "EXPORT_CUSTOMS_HOLD" if party == "customs.cn" else "IMPORT_CUSTOMS_HOLD"
    story.run(lambda: story.parcel(order).events.filter(code=held).exists())
    direction = EXPORT if party == "customs.cn" else IMPORT
    assert papers(order, direction) == [(1, "HELD")]
    story.run()

    assert story.parcel(order).state == State.DELIVERED
    assert papers(order, direction) == [(1, "RELEASED")]
    assert story.parcel(order).events.filter(code=held).count() == 1


@pytest.mark.parametrize("what", ["inventory", "order", "waybill", "receipt"])
def test_a_paper_rejected_once_is_mended_and_sent_again(outside: Outside, what: str) -> None:
    outside.script(
        "customs.cn", refuse=[{"what": what, "reason": "gname: 商品名称申报过于笼统", "times": 1}]
    )
    order = story.paid_order()

    story.run()

    assert papers(order, EXPORT) == [(1, "REJECTED"), (2, "RELEASED")]
    assert Declaration.objects.get(attempt_number=1, direction=EXPORT).reason.startswith("gname")
    assert story.parcel(order).state == State.DELIVERED
    assert not order.holds.exists()
    assert story.parcel(order).events.filter(code="EXPORT_CUSTOMS_FAILED").count() == 1


def test_a_paper_rejected_twice_waits_for_a_person(outside: Outside) -> None:
    outside.script(
        "customs.cn", refuse=[{"what": "inventory", "reason": "gmodel: 规格型号", "times": 2}]
    )
    order = story.paid_order()

    story.run(days=5)

    assert papers(order, EXPORT) == [(1, "REJECTED"), (2, "REJECTED")]
    assert story.parcel(order).state == State.DECLARED
    hold = order.holds.get()
    assert (hold.reason, hold.owner) == ("CUSTOMS_REJECTED", "customs")
    assert "gmodel" in hold.note
    holds.lift(hold, answer="described anew", actor="user:7", now=clock.now())
    story.run()
    assert papers(order, EXPORT)[2:] == [(3, "RELEASED")]
    assert story.parcel(order).state == State.DELIVERED


def test_papers_that_do_not_match_are_never_sent(outside: Outside) -> None:
    offer = catalog.offer("5200.00", variant=catalog.variant(hs_code="851713"))
    order = story.paid_order(offer)

    story.run(days=2)

    assert papers(order, EXPORT) == [(1, "REJECTED"), (2, "REJECTED")]
    assert "gcode" in Declaration.objects.get(attempt_number=1).reason
    assert not DeclarationMessage.objects.exists()
    assert outside.messages() == []
    assert order.holds.get().reason == "CUSTOMS_REJECTED"


def test_a_parcel_refused_in_russia_goes_back_and_the_money_too(outside: Outside) -> None:
    outside.script(
        "customs.ru", refuse=[{"what": "declaration", "reason": "not for own use", "times": 1}]
    )
    order = story.paid_order()

    story.run()

    order.refresh_from_db()
    parcel = story.parcel(order)
    assert parcel.state == State.RETURNED
    assert papers(order, IMPORT) == [(1, "REFUSED")]
    assert (order.state, order.cancel_reason) == ("CANCELLED", "REFUSED_BY_CUSTOMS")
    assert order.charges.get().refunds.get().price == order.total
    assert parcel.events.filter(code="IMPORT_CUSTOMS_REFUSED").exists()


def test_repeated_receipts_are_kept_once(outside: Outside) -> None:
    outside.shares(receipt_repeated=1)
    order = story.paid_order()

    story.run()

    assert story.parcel(order).state == State.DELIVERED
    received = DeclarationMessage.objects.filter(kind="CEB604")
    statuses = [guid.split("@")[0] for guid in received.values_list("guid", flat=True)]
    assert sorted(statuses) == sorted(set(statuses))
    assert story.parcel(order).events.filter(code="EXPORT_CUSTOMS_CLEARED").count() == 1


def test_a_window_that_is_silent_is_asked_again_and_each_message_arrives_once(
    outside: Outside,
) -> None:
    outside.script("customs.cn", replies={"status": 503, "status_share": 0.5})
    order = story.paid_order()

    story.run()

    assert story.parcel(order).state == State.DELIVERED
    assert papers(order, EXPORT) == [(1, "RELEASED")]
    assert len(outside.messages()) == len(set(outside.messages())) == 7


def test_a_finished_paper_that_is_woken_changes_nothing(outside: Outside) -> None:
    order = story.paid_order()
    story.run()
    paper = Declaration.objects.get(direction=EXPORT)

    due.plan(paper, clock.now())
    story.run()

    paper.refresh_from_db()
    assert (paper.state, paper.due_at) == ("RELEASED", None)
    assert story.parcel(order).events.filter(code="EXPORT_CUSTOMS_CLEARED").count() == 1
