"""Disputes and chargebacks obey their machines; what happened and was laid in never changes."""

from django.db import migrations

from storefront.lib import guards

FUNCTION = """
CREATE FUNCTION refuse_decision_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.is_granted IS NULL AND OLD.needs_second
        AND to_jsonb(NEW) - '{answered_by,answered_at,is_granted}'::text[]
          = to_jsonb(OLD) - '{answered_by,answered_at,is_granted}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision never changes: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
MOVES = [
    *[("dispute", "OPEN", to) for to in ("ANSWERED", "PROPOSED", "RETURNING", "CLOSED")],
    ("dispute", "OPEN", "WITHDRAWN"),
    *[("dispute", "ANSWERED", to) for to in ("PROPOSED", "RETURNING", "CLOSED", "WITHDRAWN")],
    *[("dispute", "PROPOSED", to) for to in ("OPEN", "ANSWERED", "RETURNING", "CLOSED")],
    ("dispute", "RETURNING", "CLOSED"),
    *[("chargeback", "RECEIVED", to) for to in ("ANSWERED", "WON", "LOST")],
    *[("chargeback", "ANSWERED", to) for to in ("WON", "LOST")],
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_refund_guards")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_decision_change()"),
        *guards.facts("payments", "disputeevent", "disputefile", "chargebackfile"),
        guards.append_only("payments_disputedecision", "refuse_decision_change"),
        guards.revoke("DELETE, TRUNCATE", "payments_disputedecision"),
        guards.machine("payments_dispute", "dispute"),
        guards.machine("payments_chargeback", "chargeback"),
        guards.moves(MOVES),
    ]
