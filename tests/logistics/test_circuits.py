"""A party that is away is left in peace, and what waits for it goes on when it answers."""

from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from logistics import backlog, circuits, tasks
from logistics.models import Circuit, Declaration, Shipment
from logistics.states import State
from storefront.lib import clock, http
from tests.lib.plans import PLANS, plan_without
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def paper(outside: Outside, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Declaration:
    """A paper that waits for a customs window that is away, as all workers know."""
    monkeypatch.setattr(circuits, "LOOK", 1e-9)  # what was read is not believed any longer
    circuits._in_a_row.clear()
    order = story.paid_order()
    story.run(story.is_in(order, State.DECLARED))
    settings.CUSTOMS_CN_URL = NOWHERE
    made = Declaration.objects.get()
    for _failure in range(circuits.IN_A_ROW):
        drive(made)
    return made


def drive(paper: Declaration) -> Declaration:
    Declaration.objects.filter(pk=paper.pk).update(due_at=clock.now(), lease_until=None)
    tasks.drive_declaration(id=paper.pk)
    return Declaration.objects.get(pk=paper.pk)


def test_a_party_that_fails_in_a_row_is_left_in_peace(paper: Declaration) -> None:
    circuit = Circuit.objects.get(dependency=circuits.CHINA)
    assert circuit.away_since is not None
    assert "refused" in circuit.last_error.lower()

    put_off = drive(paper)

    assert put_off.last_error == "customs.cn does not answer"
    assert put_off.failures == circuits.IN_A_ROW  # it was not tried, so it did not fail
    assert put_off.due_at is not None
    assert put_off.due_at > clock.now()


def test_one_worker_probes_a_party_each_time_later(paper: Declaration) -> None:
    pauses = []
    for _probe in range(3):
        before = Circuit.objects.get()
        clock.set_virtual(max(clock.now(), before.probe_at))
        drive(paper)
        after = Circuit.objects.get()
        assert after.probes == before.probes + 1
        pauses.append((after.probe_at - clock.now()).total_seconds())

    assert pauses == [10, 20, 40]


def test_what_waits_goes_on_when_the_party_answers(paper: Declaration, settings: Any) -> None:
    drive(paper)
    other = Declaration.objects.get()
    later = clock.now() + timedelta(hours=1)
    settings.CUSTOMS_CN_URL = ""
    clock.set_virtual(Circuit.objects.get().probe_at)
    Declaration.objects.update(last_error="customs.cn does not answer", due_at=later)

    with circuits.through(circuits.CHINA):
        pass

    other.refresh_from_db()
    assert Circuit.objects.get().away_since is None
    assert (other.due_at, other.last_error) == (clock.now(), "")


def test_an_answer_that_refuses_is_an_answer(outside: Outside) -> None:
    for _refusal in range(circuits.IN_A_ROW + 1):
        with pytest.raises(http.Refused), circuits.through("cdek"):
            raise http.Refused(422, "no such street")

    assert not Circuit.objects.exists()


def test_a_party_that_answers_half_of_each_step_is_there(outside: Outside) -> None:
    for _step in range(circuits.IN_A_ROW + 1):
        with pytest.raises(http.Unknown):
            lose_the_second_answer(outside)

    assert not Circuit.objects.exists()


def lose_the_second_answer(outside: Outside) -> None:
    with circuits.through("cdek"):
        http.call("GET", f"{outside.url}/healthz")
        raise http.Unknown("no answer to the next call")


def test_one_dead_carrier_keeps_nobody_from_customs(paper: Declaration) -> None:
    with circuits.through(circuits.RUSSIA):
        reached = True

    assert reached
    with pytest.raises(circuits.Away), circuits.through(circuits.CHINA):
        raise AssertionError("it is away")


def test_the_board_says_what_waits_for_whom_and_lets_it_be_tried(
    paper: Declaration, django_assert_num_queries: Any
) -> None:
    drive(paper)

    with django_assert_num_queries(2):
        heaps, troubles = backlog.heaps(now=clock.now()), backlog.troubles()

    heap = heaps[0]
    assert (heap.kind, heap.dependency, heap.step) == ("declaration", "customs.cn", "READY")
    assert (heap.waiting, heap.failing, heap.error) == (1, 1, "customs.cn does not answer")
    assert troubles["customs.cn"].away_since is not None
    assert backlog.try_again(heap.kind, heap.dependency, heap.step, now=clock.now()) == 1
    paper.refresh_from_db()
    assert paper.due_at == clock.now()
    assert Circuit.objects.get().probe_at <= clock.now()


@pytest.mark.parametrize("off", PLANS)
def test_one_press_brings_forward_no_more_than_it_may(
    off: str, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "AT_ONCE", 2)
    for _ in range(4):
        story.paid_order()
    (heap,) = backlog.heaps(now=clock.now())
    Shipment.objects.update(due_at=clock.now() + timedelta(hours=1), last_error="it is away")
    plan_without(off)

    done = backlog.try_again(heap.kind, heap.dependency, heap.step, now=clock.now())

    assert (done, Shipment.objects.filter(due_at__lte=clock.now()).count()) == (2, 2)


def test_a_slow_party_is_spoken_to_by_one_worker(
    elsewhere: psycopg2.extensions.cursor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuits, "LOOK", 1e-9)
    monkeypatch.setattr(circuits, "SLOW", 0)
    with circuits.through("cdek"):
        pass  # it takes longer than nothing, so it is slow from now on
    elsewhere.execute("SELECT pg_advisory_lock(hashtextextended('outside:cdek:0', 0))")

    with pytest.raises(circuits.Away, match="one call at a time"), circuits.through("cdek"):
        raise AssertionError("another worker speaks to it")

    elsewhere.execute("SELECT pg_advisory_unlock(hashtextextended('outside:cdek:0', 0))")
    with circuits.through("cdek"):
        assert set(circuits._troubled(-1)) == {"cdek"}
