"""A receipt obeys its machine, and what it says never changes."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import ONCE, ROW

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
MOVES = [
    *[("receipt", "READY", to) for to in ("SENT", "REGISTERED", "REJECTED")],
    *[("receipt", "SENT", to) for to in ("REGISTERED", "REJECTED")],
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_closing_guards")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_receipt_change()"),
        guards.trigger(
            "payments_receipt",
            "frozen",
            f"BEFORE UPDATE OR DELETE ON %s {ROW} refuse_receipt_change()",
        ),
        guards.trigger(
            "payments_receipt", "no_truncate", f"BEFORE TRUNCATE ON %s {ONCE} refuse_change()"
        ),
        guards.revoke("DELETE, TRUNCATE", "payments_receipt"),
        guards.machine("payments_receipt", "receipt"),
        guards.moves(MOVES),
    ]
