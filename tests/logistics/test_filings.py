"""Filings to Chinese customs, and what a person does with a list: mend, cancel, take back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from logistics import moving
from logistics.customs import declarations, filings, mending, opening, returning, windows
from logistics.customs.filings import NotCancellable
from logistics.customs.gateways import messages, receipts
from logistics.customs.mending import Change, NotMendable
from logistics.customs.windows import Heard, Message
from logistics.models import Declaration, DeclarationMessage, Filing
from logistics.states import Code, State
from orders.models import Order
from storefront.lib import clock
from tests.factories import catalog, logistics, orders
from tests.logistics import story
from tests.logistics.story import NOW, Outside
from tests.logistics.test_gateways import SCHEMA

pytestmark = pytest.mark.django_db
EXPORT = Declaration.Direction.EXPORT


def listed(order: Order) -> Declaration:
    return Declaration.objects.filter(shipment__order=order, direction=EXPORT).latest("pk")


def test_a_departure_a_month_and_a_return_are_filed_by_the_schema(
    outside: Outside, settings: object
) -> None:
    settings.CEB_SCHEMA_DIR = str(SCHEMA.parent) if SCHEMA.exists() else ""
    order = story.paid_order(catalog.offer("5200.00"))

    story.run()

    paper = listed(order)
    done = {row.kind: row for row in Filing.objects.all()}
    assert set(done) == {"CEB507", "CEB607", "CEB509", "CEB701"}
    assert {row.state for row in done.values()} == {"ACCEPTED"}
    summary = done["CEB701"]
    assert (paper.is_simplified, paper.summary) == (False, summary)
    assert str(summary.month_on) == "2026-11-01"
    assert summary.sent_at == datetime(2026, 12, 2, 16, 0, tzinfo=UTC)
    assert paper.inventory_number in summary.messages.get(is_ours=True).body
    assert summary.number.startswith("19242026S")
    _goods_return(paper)


def _goods_return(paper: Declaration) -> None:
    filing = returning.come_back(paper, reason="not wanted", actor="user:7", now=clock.now())
    story.run()

    filing.refresh_from_db()
    assert (filing.state, filing.kind) == ("ACCEPTED", "CEB213")
    with pytest.raises(NotCancellable):
        returning.come_back(paper, reason="again", actor="user:7", now=clock.now())
    last = returning.last_day(paper, on=clock.now().date())
    assert last is not None
    assert str(last).startswith("2027-05-2")
    late = NOW + timedelta(days=190)
    with pytest.raises(returning.NoRelief, match=str(last)):
        returning.come_back(paper, reason="too late", actor="user:7", now=late)


def test_a_list_under_inspection_is_cancelled_and_the_parcel_declared_anew(
    outside: Outside,
) -> None:
    outside.script("customs.cn", refuse=[{"what": "hold", "reason": "look inside", "times": 1}])
    order = story.paid_order()
    story.run(lambda: listed_in(order, "HELD"))
    paper = listed(order)

    filing = filings.cancel(paper, reason="wrong goods", actor="user:7", now=clock.now())
    story.run()

    assert filing is not None
    filing.refresh_from_db()
    paper.refresh_from_db()
    assert (filing.kind, filing.state, paper.state) == ("CEB605", "ACCEPTED", "CANCELLED")
    assert listed(order).attempt_number == 2
    assert listed(order).state == "RELEASED"
    assert story.parcel(order).state == State.DELIVERED
    with pytest.raises(NotCancellable):
        filings.cancel(listed(order), reason="late", actor="user:7", now=clock.now())


def listed_in(order: Order, state: str) -> bool:
    return Declaration.objects.filter(shipment__order=order, direction=EXPORT, state=state).exists()


def test_a_rejected_list_is_mended_and_sent_again_with_its_history_kept(
    outside: Outside,
) -> None:
    outside.script(
        "customs.cn",
        refuse=[{"what": "inventory", "reason": "gmodel: 规格型号申报不规范", "times": 2}],
    )
    order = story.paid_order()
    story.run(days=2)
    first, second = Declaration.objects.filter(direction=EXPORT).order_by("pk")
    read = mending.advice(second.answer_code, second.reason)

    with pytest.raises(NotMendable):
        mending.send_again(first, None, actor="user:7", now=clock.now())
    wrong = Change("gcode", 1, "85171300")
    with pytest.raises(NotMendable):
        mending.send_again(second, wrong, actor="user:7", now=clock.now())
    change = Change("gmodel", 1, "HONOR|X9b|8/256|移动通信")
    mending.send_again(second, change, actor="user:7", now=clock.now())
    story.run()

    assert (read.code, read.field, read.remedy) == (100, "gmodel", "fix")
    assert read.title == "Отклонено таможней"
    third = listed(order)
    assert (third.attempt_number, third.state) == (3, "RELEASED")
    assert third.amended == {"gmodel/1": change.text}
    bodies = DeclarationMessage.objects.filter(kind="CEB603").order_by("pk")
    assert [change.text in row.body for row in bodies] == [False, False, True]
    assert not order.holds.filter(lifted_at=None).exists()
    assert story.parcel(order).events.filter(source="customs.desk", actor="user:7").exists()
    assert story.parcel(order).state == State.DELIVERED


STREAMS = (
    (2, 120, 399, 800),
    (2, 120, 500, 800, 899),
    (2, 120, 300, 600),
    (2, 100),
    (-301014, 2, 120, 399),
    (2, 120, 100, 800),
    (-621001, -621027),
    (2, 120, 501),
)
WORDS = ("RELEASED", "RELEASED", "HELD", "REJECTED", "SENT", "RELEASED", "REJECTED", "REFUSED")


def receipt(place: int, status: int) -> tuple[Message, datetime]:
    at = NOW + timedelta(minutes=10 * place)
    body = (
        f'<c:InventoryReturn xmlns:c="{receipts.NS}"><c:invtNo>19242026E000000001</c:invtNo>'
        f"<c:returnStatus>{status}</c:returnStatus><c:returnTime>{messages.show(at)}000"
        f"</c:returnTime><c:returnInfo>text {status}</c:returnInfo></c:InventoryReturn>"
    )
    one = receipts.again(body)
    return Message("CEB604", one.key, one.body), one.at


def declared() -> Declaration:
    """A list that is sent, of a parcel that waits for it."""
    offer = catalog.offer()
    logistics.stock(offer, 10)
    order = orders.order(offer)
    story.warehouse.reserve(order, actor="test", now=NOW)
    shipment = logistics.shipment(order, state=State.DECLARED)
    with moving.locked(shipment) as row:
        paper = opening.open_for(row, EXPORT, now=NOW)
    Declaration.objects.filter(pk=paper.pk).update(state="SENT", sent_at=NOW)
    return paper


def after(paper: Declaration, chunks: list[list[tuple[Message, datetime]]]) -> tuple[object, ...]:
    """Where receipts in these portions lead, and nothing of it kept."""
    with transaction.atomic():
        for chunk in chunks:
            heard = Heard("pending", None, "", "", tuple(chunk))
            declarations.take_in(paper, heard, now=NOW + timedelta(hours=3))
        names = ("state", "reason", "answer_code", "inventory_number", "ended_at")
        end = Declaration.objects.values_list(*names).get(pk=paper.pk)
        kept = paper.messages.filter(is_ours=False).count()
        cleared = paper.shipment.events.filter(code=Code.EXPORT_CUSTOMS_CLEARED).count()
        transaction.set_rollback(True)
    return (*end, kept, cleared)


@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_receipts_late_repeated_and_out_of_order_end_the_same(
    data: st.DataObject, shared: Declaration
) -> None:
    number = data.draw(st.integers(0, len(STREAMS) - 1))
    stream = [receipt(place, status) for place, status in enumerate(STREAMS[number])]
    doubled = [*stream, *data.draw(st.lists(st.sampled_from(stream), max_size=5))]
    mixed = data.draw(st.permutations(doubled))
    cut = data.draw(st.integers(0, len(mixed)))

    in_order = after(shared, [stream])

    assert in_order[0] == WORDS[number]
    assert after(shared, [mixed[:cut], mixed[cut:]]) == in_order
    assert after(shared, [[one] for one in mixed]) == in_order


@pytest.fixture
def shared() -> Declaration:
    return declared()


@given(data=st.data())
def test_the_state_is_a_function_of_the_set_of_receipts(data: st.DataObject) -> None:
    every = sorted(receipts.answers())
    drawn = st.tuples(st.sampled_from(["CEB303", "CEB403", "CEB603"]), st.sampled_from(every))
    stream = data.draw(st.lists(st.tuples(drawn, st.integers(0, 9)), max_size=12))
    found = [
        (kind, receipts.again(receipt(place, status)[0].body)) for (kind, status), place in stream
    ]
    mixed = data.draw(st.permutations([*found, *found[::2]]))

    once, twice = (
        windows.sum_up({kind: [one for k, one in part if k == kind] for kind, _one in part})
        for part in (found, mixed)
    )

    assert once == twice
