"""A receipt obeys its machine, and what it says never changes."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION refuse_receipt_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving text[] := '{state,provider_id,answer,registered_at,due_at,lease_until,attempt,failures,'
        'hinted_at,last_error}';
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - moving = to_jsonb(OLD) - moving THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a receipt never changes: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TRIGGERS = [
    (
        "frozen",
        "BEFORE UPDATE OR DELETE ON payments_receipt FOR EACH ROW"
        " EXECUTE FUNCTION refuse_receipt_change()",
    ),
    (
        "no_truncate",
        "BEFORE TRUNCATE ON payments_receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
    (
        "moves",
        "BEFORE UPDATE OF state ON payments_receipt FOR EACH ROW"
        " EXECUTE FUNCTION enforce_move('receipt')",
    ),
]
REVOKE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        REVOKE DELETE, TRUNCATE ON payments_receipt FROM sungari_app;
    END IF;
END $$;
"""
MOVES = [
    *[("receipt", "READY", to) for to in ("SENT", "REGISTERED", "REJECTED")],
    *[("receipt", "SENT", to) for to in ("REGISTERED", "REJECTED")],
]


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    apps.get_model("orders", "StateMove").objects.filter(machine="receipt").delete()


class Migration(migrations.Migration):
    dependencies = [("payments", "0017_receipt_tables")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_receipt_change()"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {name} {rest}", f"DROP TRIGGER {name} ON payments_receipt"
            )
            for name, rest in TRIGGERS
        ],
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
        migrations.RunPython(fill, empty),
    ]
