"""Allowed moves as rows that a trigger enforces; quotes and lines never change."""

from django.db import migrations

from storefront.lib import guards

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


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_tables"), ("catalog", "0002_append_only")]
    operations = [
        migrations.RunSQL(FUNCTION, DROP),
        guards.machine("orders_order", "order"),
        guards.append_only("orders_orderevent", "refuse_event_change"),
        guards.trigger(
            "orders_quote", "append_only", f"BEFORE UPDATE ON %s {guards.ROW} refuse_quote_change()"
        ),
        guards.append_only("orders_orderline"),
        guards.moves(MOVES),
    ]
