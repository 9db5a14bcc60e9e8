"""The machines in Python and the table that the database's trigger reads are the same."""

import pytest
from django.db import connection

import logistics.states
import orders.states
import payments.states
from logistics.customs import declarations, filings
from logistics.stocking import states as stocking
from orders.models import StateMove
from storefront.celery import app
from storefront.lib import due

MACHINES = {
    "order": orders.states.MOVES,
    "shipment": logistics.states.MOVES,
    "declaration": declarations.MOVES,
    "filing": filings.MOVES,
    "charge": payments.states.CHARGE_MOVES,
    "refund": payments.states.REFUND_MOVES,
    "payout": payments.states.PAYOUT_MOVES,
    "dispute": payments.states.DISPUTE_MOVES,
    "chargeback": payments.states.CHARGEBACK_MOVES,
    "break": payments.states.BREAK_MOVES,
    "receipt": payments.states.RECEIPT_MOVES,
    "account-change": payments.states.ACCOUNT_MOVES,
    "payout-batch": payments.states.BATCH_MOVES,
    "advice": stocking.ADVICE_MOVES,
    "wave": stocking.WAVE_MOVES,
    "bin-count": stocking.COUNT_MOVES,
}


@pytest.mark.django_db
@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_moves_in_python_and_in_the_database_are_the_same(machine):
    written = set(StateMove.objects.filter(machine=machine).values_list("source", "target"))

    meant = {(str(a), str(b)) for a, targets in MACHINES[machine].items() for b in targets}

    assert written == meant


@pytest.mark.django_db
def test_no_machine_is_in_the_database_alone():
    assert set(StateMove.objects.values_list("machine", flat=True)) == set(MACHINES)


def test_every_due_task_is_registered():
    app.loader.import_default_modules()

    names = {model.DUE_TASK for model in due.kinds()}

    assert names <= set(app.tasks)


@pytest.mark.django_db
def test_database_lowers_cyrillic_and_knows_its_trigrams():
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('САМСУНГ'), show_trgm('Самсунг')")
        lowered, trigrams = cursor.fetchone()

    assert lowered == "самсунг"
    assert trigrams
