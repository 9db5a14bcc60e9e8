"""How a balance is found: by two indexes, whatever the account's history."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from payments import ledger
from payments.ledger import Leg
from payments.models import Account, Entry

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def post(number: int) -> None:
    legs = [Leg("till", "CNY", number), Leg("owed", "CNY", -number, "boris")]
    ledger.post("test", key=f"k-{number}", legs=legs, occurred_at=NOW, actor="a", source="s")


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Relation Name" in plan:
        yield plan
    for below in plan.get("Plans", []):
        yield from scans(below)


def test_a_balance_reads_the_last_snapshot_and_the_tail_and_no_more() -> None:
    for number in range(1, 30):
        post(number)
        if number % 7 == 0:
            ledger.snapshot(ledger.cut())
    asked = Account.objects.filter(party="boris").standing().values_list("units", flat=True)
    with connection.cursor() as cursor:  # tables this small are read whole otherwise
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")

    (plan,) = json.loads(asked.explain(format="json", analyze=True))

    found = {scan["Relation Name"]: scan for scan in scans(plan["Plan"])}
    entries, snapshots = found["payments_entry"], found["payments_balancesnapshot"]
    # Of a table this small either index may be taken, as its statistics happen to stand; the
    # tail is the last posting, whose other leg is of another account.
    assert entries["Index Name"] in {"entry_by_account", "payments_entry_pkey"}
    assert entries["Actual Rows"] + entries.get("Rows Removed by Filter", 0) <= 2
    assert "id >" in entries["Index Cond"]
    assert "entry_by_account" in {index.name for index in Entry._meta.indexes}
    assert (snapshots["Index Name"], snapshots["Actual Rows"]) == ("snapshot_once_a_cut", 1)
    assert list(asked) == [-sum(range(1, 30))]
