"""Statements, routes and what a payout was made of never change; machines of payouts and batches."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import ROW

# What a payout is, it is for ever; its route may be another one until the bank has it.
FUNCTIONS = """
CREATE FUNCTION payout_stays_as_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.money, NEW.money_currency, NEW.seller_id, NEW.message, NEW.uetr, NEW.period_until,
        NEW.settlement_id, NEW.batch_id, NEW.predecessor_id, NEW.creditor, NEW.account, NEW.cnaps,
        NEW.needs_two, NEW.made_at)
       IS DISTINCT FROM
       (OLD.money, OLD.money_currency, OLD.seller_id, OLD.message, OLD.uetr, OLD.period_until,
        OLD.settlement_id, OLD.batch_id, OLD.predecessor_id, OLD.creditor, OLD.account, OLD.cnaps,
        OLD.needs_two, OLD.made_at)
       OR (OLD.sent_at IS NOT NULL AND NEW.route_id IS DISTINCT FROM OLD.route_id)
       OR (OLD.decided_by <> '' AND (NEW.asked_by, NEW.asked_why, NEW.decided_by, NEW.decided_why)
           IS DISTINCT FROM (OLD.asked_by, OLD.asked_why, OLD.decided_by, OLD.decided_why))
    THEN
        RAISE EXCEPTION 'payout % stays as it was made', OLD.message
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION batch_stays_as_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.period_until, NEW.number, NEW.payouts_n, NEW.total, NEW.digest, NEW.made_at)
       IS DISTINCT FROM
       (OLD.period_until, OLD.number, OLD.payouts_n, OLD.total, OLD.digest, OLD.made_at)
    THEN
        RAISE EXCEPTION 'batch % is frozen', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS_BACK = "DROP FUNCTION payout_stays_as_made(); DROP FUNCTION batch_stays_as_made();"
MOVES = [
    ("payout", "WAITING", "READY"),
    ("payout", "WAITING", "CANCELLED"),
    ("payout-batch", "FROZEN", "APPROVED"),
    ("payout-batch", "APPROVED", "SENT"),
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_receipt_guards")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *guards.facts("payments", "settlement", "settlementline", "leftout", "correspondence"),
        *guards.facts("payments", "bankfee", "booking"),
        guards.trigger(
            "payments_payout", "as_made", f"BEFORE UPDATE ON %s {ROW} payout_stays_as_made()"
        ),
        guards.trigger(
            "payments_payoutbatch", "as_made", f"BEFORE UPDATE ON %s {ROW} batch_stays_as_made()"
        ),
        *guards.lasting("payments", "payout", "payoutbatch"),
        guards.machine("payments_payoutbatch", "payout-batch"),
        guards.moves(MOVES),
    ]
