"""The ledger balances, belongs to its transaction and never changes; money machines obey."""

from django.db import migrations

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
ROW = "FOR EACH ROW EXECUTE FUNCTION"
ONCE = "FOR EACH STATEMENT EXECUTE FUNCTION"
LATE = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION"
TRIGGERS = [
    ("payments_entry", "belongs", f"BEFORE INSERT ON %s {ROW} ledger_entry_belongs()"),
    ("payments_entry", "balances", f"AFTER INSERT ON %s {LATE} ledger_journal_balances()"),
    ("payments_journal", "has_entries", f"AFTER INSERT ON %s {LATE} ledger_journal_has_entries()"),
    *[
        (f"payments_{table}", name, f"BEFORE {when} ON %s {how} refuse_change()")
        for table in ("entry", "journal", "account", "rate", "chargefact", "conversion")
        for name, when, how in (
            ("append_only", "UPDATE OR DELETE", ROW),
            ("no_truncate", "TRUNCATE", ONCE),
        )
    ],
    ("payments_charge", "moves", f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('charge')"),
    ("payments_refund", "moves", f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('refund')"),
    ("payments_payout", "moves", f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('payout')"),
]
# The application's role may only read and add. It is absent where the owner is the only role.
REVOKE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON payments_entry, payments_journal, payments_account,
            payments_rate, payments_chargefact, payments_conversion FROM sungari_app;
    END IF;
END $$;
"""
MOVES = [
    ("charge", "READY", "PENDING"),
    ("charge", "READY", "CAPTURED"),
    ("charge", "READY", "CANCELLED"),
    ("charge", "PENDING", "CAPTURED"),
    ("charge", "PENDING", "CANCELLED"),
    ("charge", "CANCELLED", "CAPTURED"),
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


def create(table: str, name: str, rest: str) -> migrations.RunSQL:
    kind = "CONSTRAINT TRIGGER" if "DEFERRABLE" in rest else "TRIGGER"
    return migrations.RunSQL(
        f"CREATE {kind} {name} {rest.replace('%s', table)}", f"DROP TRIGGER {name} ON {table}"
    )


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    names = {machine for machine, _, _ in MOVES}
    apps.get_model("orders", "StateMove").objects.filter(machine__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_tables"), ("orders", "0002_guards")]
    operations = [
        migrations.RunSQL(COLUMNS, COLUMNS_BACK),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *[create(*trigger) for trigger in TRIGGERS],
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
        migrations.RunPython(fill, empty),
    ]
