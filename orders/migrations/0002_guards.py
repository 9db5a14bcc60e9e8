"""Allowed moves as rows that a trigger enforces; quotes and lines never change."""

from django.db import migrations

MOVES = [
    ("order", "PLACED", "PAID"),
    ("order", "PLACED", "CANCELLED"),
    ("order", "PAID", "COMPLETED"),
    ("order", "PAID", "CANCELLED"),
]

FUNCTION = """
CREATE FUNCTION enforce_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
        SELECT 1 FROM orders_statemove
        WHERE machine = TG_ARGV[0] AND source = OLD.state AND target = NEW.state
    ) THEN
        RAISE EXCEPTION '% % cannot become %', TG_ARGV[0], OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'announced_at' = to_jsonb(OLD) - 'announced_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'order events are append-only: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION refuse_quote_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'cart_id' = to_jsonb(OLD) - 'cart_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a quote never changes: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
DROP = """
DROP FUNCTION enforce_move(); DROP FUNCTION refuse_event_change();
DROP FUNCTION refuse_quote_change();
"""
TRIGGERS = [
    ("orders_order", "moves", "BEFORE UPDATE OF state", "enforce_move('order')"),
    ("orders_orderevent", "append_only", "BEFORE UPDATE OR DELETE", "refuse_event_change()"),
    ("orders_quote", "append_only", "BEFORE UPDATE", "refuse_quote_change()"),
    ("orders_orderline", "append_only", "BEFORE UPDATE OR DELETE", "refuse_change()"),
]


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    apps.get_model("orders", "StateMove").objects.filter(machine="order").delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_tables"), ("catalog", "0002_append_only")]
    operations = [
        migrations.RunSQL(FUNCTION, DROP),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {call}",
                f"DROP TRIGGER {name} ON {table}",
            )
            for table, name, when, call in TRIGGERS
        ],
        migrations.RunPython(fill, empty),
    ]
