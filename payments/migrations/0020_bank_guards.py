"""Statements, routes and what a payout was made of never change; machines of payouts and batches."""

from django.db import migrations

ROW = "FOR EACH ROW EXECUTE FUNCTION"
ONCE = "FOR EACH STATEMENT EXECUTE FUNCTION"
KEPT = ("settlement", "settlementline", "leftout", "correspondence")

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
TRIGGERS = [
    *[
        (f"payments_{table}", name, f"BEFORE {when} ON %s {how} refuse_change()")
        for table in KEPT
        for name, when, how in (
            ("append_only", "UPDATE OR DELETE", ROW),
            ("no_truncate", "TRUNCATE", ONCE),
        )
    ],
    ("payments_payout", "as_made", f"BEFORE UPDATE ON %s {ROW} payout_stays_as_made()"),
    ("payments_payout", "no_delete", f"BEFORE DELETE ON %s {ROW} refuse_change()"),
    ("payments_payoutbatch", "as_made", f"BEFORE UPDATE ON %s {ROW} batch_stays_as_made()"),
    ("payments_payoutbatch", "no_delete", f"BEFORE DELETE ON %s {ROW} refuse_change()"),
    (
        "payments_payoutbatch",
        "moves",
        f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('payout-batch')",
    ),
]
REVOKE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON payments_settlement, payments_settlementline,
            payments_leftout, payments_correspondence FROM sungari_app;
        REVOKE DELETE, TRUNCATE ON payments_payout, payments_payoutbatch FROM sungari_app;
    END IF;
END $$;
"""
MOVES = [
    ("payout", "WAITING", "READY"),
    ("payout", "WAITING", "CANCELLED"),
    ("payout-batch", "FROZEN", "APPROVED"),
    ("payout-batch", "APPROVED", "SENT"),
]


def create(table: str, name: str, rest: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {rest.replace('%s', table)}", f"DROP TRIGGER {name} ON {table}"
    )


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    moves = apps.get_model("orders", "StateMove").objects
    for machine, source, target in MOVES:
        moves.filter(machine=machine, source=source, target=target).delete()


class Migration(migrations.Migration):
    dependencies = [("payments", "0019_bank_tables"), ("orders", "0002_guards")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *[create(*trigger) for trigger in TRIGGERS],
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
        migrations.RunPython(fill, empty),
    ]
