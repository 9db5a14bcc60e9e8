"""Two workers post at once: real threads, real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections, transaction

from payments import ledger
from payments.ledger import Leg
from payments.models import Entry, Journal

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WORKERS = 6
pytestmark = pytest.mark.usefixtures("committing")


def post(key: str, party: str = "") -> Journal:
    legs = [Leg("bank", "CNY", 100), Leg("seller_payable", "CNY", -100, party)]
    return ledger.post("race", key=key, legs=legs, occurred_at=NOW, actor="a", source="s")


def at_once(work: Callable[[int], Journal]) -> list[Journal | Exception]:
    """The same work in all workers, begun at the same moment, each in its own transaction."""
    barrier = Barrier(WORKERS)

    def one(number: int) -> Journal | Exception:
        try:
            with transaction.atomic():
                barrier.wait()
                return work(number)
        except ledger.AlreadyReversed as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


@pytest.mark.parametrize("round_", range(5))
def test_one_key_is_posted_once(round_: int) -> None:
    key, party = f"race-{uuid4()}", f"new-{uuid4().hex[:8]}"

    found = at_once(lambda _number: post(key, party))

    assert len({journal.pk for journal in found}) == 1
    assert Entry.objects.filter(journal__key=key).count() == 2
    assert ledger.balance("seller_payable", "CNY", party) == -100


@pytest.mark.parametrize("round_", range(5))
def test_a_journal_is_taken_back_once_whoever_is_first(round_: int) -> None:
    journal = post(f"race-{uuid4()}")

    found = at_once(
        lambda number: ledger.reverse(
            journal, key=f"{journal.key}-{number}", occurred_at=NOW, actor="a", source="s"
        )
    )

    assert len([one for one in found if isinstance(one, Journal)]) == 1
    assert len([one for one in found if isinstance(one, ledger.AlreadyReversed)]) == WORKERS - 1
    assert Journal.objects.filter(reverses=journal).count() == 1
