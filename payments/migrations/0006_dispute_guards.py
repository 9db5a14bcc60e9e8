"""Disputes and chargebacks obey their machines; what happened and was laid in never changes."""

from django.db import migrations

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
# What a bank has taken and may keep cannot be given back as well. An update of a living refund
# is let through: a chargeback may come when a refund is under way, and both are facts then.
WITHIN = """
CREATE OR REPLACE FUNCTION refund_within_captured() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    came numeric; given numeric; taken numeric;
BEGIN
    IF NEW.state = 'REJECTED' THEN RETURN NULL; END IF;
    PERFORM 1 FROM payments_charge WHERE id = NEW.charge_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(money), 0) INTO came FROM payments_chargefact
        WHERE charge_id = NEW.charge_id AND kind = 'CAPTURED' AND money_currency = 'RUB';
    SELECT coalesce(sum(price), 0) INTO given FROM payments_refund
        WHERE charge_id = NEW.charge_id AND state <> 'REJECTED';
    SELECT coalesce(sum(money), 0) INTO taken FROM payments_chargeback
        WHERE charge_id = NEW.charge_id AND state IN ('RECEIVED', 'ANSWERED')
            AND TG_OP = 'INSERT';
    IF given + taken > came THEN
        RAISE EXCEPTION 'charge %: refunds of % and % at the bank are more than % captured',
            NEW.charge_id, given, taken, came USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
ROW = "FOR EACH ROW EXECUTE FUNCTION"
ONCE = "FOR EACH STATEMENT EXECUTE FUNCTION"
FACTS = ("disputeevent", "disputefile", "chargebackfile")
TRIGGERS = [
    *[
        (f"payments_{table}", name, f"BEFORE {when} ON %s {how} refuse_change()")
        for table in FACTS
        for name, when, how in (
            ("append_only", "UPDATE OR DELETE", ROW),
            ("no_truncate", "TRUNCATE", ONCE),
        )
    ],
    (
        "payments_disputedecision",
        "append_only",
        f"BEFORE UPDATE OR DELETE ON %s {ROW} refuse_decision_change()",
    ),
    ("payments_dispute", "moves", f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('dispute')"),
    (
        "payments_chargeback",
        "moves",
        f"BEFORE UPDATE OF state ON %s {ROW} enforce_move('chargeback')",
    ),
]
REVOKE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON payments_disputeevent, payments_disputefile,
            payments_chargebackfile FROM sungari_app;
        REVOKE DELETE, TRUNCATE ON payments_disputedecision FROM sungari_app;
    END IF;
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


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    machines = {machine for machine, _, _ in MOVES}
    apps.get_model("orders", "StateMove").objects.filter(machine__in=machines).delete()


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_dispute_tables")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_decision_change()"),
        migrations.RunSQL(WITHIN, migrations.RunSQL.noop),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {name} {rest.replace('%s', table)}",
                f"DROP TRIGGER {name} ON {table}",
            )
            for table, name, rest in TRIGGERS
        ],
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
        migrations.RunPython(fill, empty),
    ]
