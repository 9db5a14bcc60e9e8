"""The ledger balances, belongs to its transaction and never changes; money machines obey."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import LATE, ROW

COLUMNS = """
ALTER TABLE payments_journal
    ADD COLUMN made_by_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ADD COLUMN made_in timestamptz NOT NULL DEFAULT transaction_timestamp();
ALTER TABLE payments_entry
    ADD CONSTRAINT entry_in_the_currency_of_its_account
    FOREIGN KEY (account_id, currency) REFERENCES payments_account (id, currency);
"""
COLUMNS_BACK = """
ALTER TABLE payments_journal DROP COLUMN made_by_xid, DROP COLUMN made_in;
ALTER TABLE payments_entry DROP CONSTRAINT entry_in_the_currency_of_its_account;
"""

# A journal is open only inside the transaction that made it. The start time stands beside the
# transaction id because ids start again after a restore from a dump.
FUNCTIONS = """
CREATE FUNCTION ledger_entry_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM payments_journal
        WHERE id = NEW.journal_id AND made_by_xid = pg_current_xact_id()
          AND made_in = transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'journal % is closed', NEW.journal_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    off record;
BEGIN
    SELECT currency, sum(units) AS units INTO off FROM payments_entry
        WHERE journal_id = NEW.journal_id GROUP BY currency HAVING sum(units) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is off by % %', NEW.journal_id, off.units, off.currency
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_journal_has_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM payments_entry WHERE journal_id = NEW.id) < 2 THEN
        RAISE EXCEPTION 'journal % has fewer than two entries', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION ledger_entry_belongs(); DROP FUNCTION ledger_journal_balances();
DROP FUNCTION ledger_journal_has_entries();
"""
MOVES = [
    ("charge", "READY", "PENDING"),
    ("charge", "READY", "CAPTURED"),
    ("charge", "READY", "CANCELLED"),
    ("charge", "PENDING", "CAPTURED"),
    ("charge", "PENDING", "CANCELLED"),
    ("charge", "CANCELLED", "CAPTURED"),
    ("charge", "READY", "AUTHORISED"),
    ("charge", "PENDING", "AUTHORISED"),
    ("charge", "AUTHORISED", "CAPTURED"),
    ("charge", "AUTHORISED", "CANCELLED"),
    ("refund", "READY", "SENT"),
    ("refund", "READY", "DONE"),
    ("refund", "READY", "REJECTED"),
    ("refund", "SENT", "DONE"),
    ("refund", "SENT", "REJECTED"),
    ("refund", "REJECTED", "READY"),
    ("payout", "READY", "SENT"),
    ("payout", "READY", "RETURNED"),
    ("payout", "SENT", "CREDITED"),
    ("payout", "SENT", "RETURNED"),
    ("payout", "CREDITED", "RETURNED"),
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_tables"), ("orders", "0002_guards")]
    operations = [
        migrations.RunSQL(COLUMNS, COLUMNS_BACK),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        guards.trigger(
            "payments_entry", "belongs", f"BEFORE INSERT ON %s {ROW} ledger_entry_belongs()"
        ),
        guards.trigger(
            "payments_entry", "balances", f"AFTER INSERT ON %s {LATE} ledger_journal_balances()"
        ),
        guards.trigger(
            "payments_journal",
            "has_entries",
            f"AFTER INSERT ON %s {LATE} ledger_journal_has_entries()",
        ),
        *guards.facts("payments", "entry", "journal", "account"),
        *guards.facts("payments", "rate", "chargefact", "conversion"),
        guards.machine("payments_charge", "charge"),
        guards.machine("payments_refund", "refund"),
        guards.machine("payments_payout", "payout"),
        guards.moves(MOVES),
    ]
