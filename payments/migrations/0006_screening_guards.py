"""Lists, hits and decisions are never changed; an entry of a list ends once; two people clear."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import ROW

FUNCTIONS = """
CREATE FUNCTION screening_entry_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.until_id IS NOT NULL OR NEW.until_id IS NULL
       OR (OLD.id, OLD.kind, OLD.uid, OLD.what, OLD.digest, OLD.facts, OLD.since_id)
          IS DISTINCT FROM
          (NEW.id, NEW.kind, NEW.uid, NEW.what, NEW.digest, NEW.facts, NEW.since_id) THEN
        RAISE EXCEPTION 'entry % of a list may only end, and once', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION screening_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seconds_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM payments_decision first
        WHERE first.id = NEW.seconds_id AND first.hit_id = NEW.hit_id AND first.needs_second
          AND first.decided_by = NEW.first_by AND first.decided_by <> NEW.decided_by
    ) THEN
        RAISE EXCEPTION 'decision % is not seconded by another person', NEW.seconds_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION screening_entry_ends_once(); DROP FUNCTION screening_second_person();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_rates_guards")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *guards.facts("payments", "sanctionslist", "listedname", "hit", "decision"),
        guards.trigger(
            "payments_listedparty",
            "ends_once",
            f"BEFORE UPDATE ON %s {ROW} screening_entry_ends_once()",
        ),
        *guards.lasting("payments", "listedparty"),
        guards.trigger(
            "payments_decision",
            "second_person",
            f"BEFORE INSERT ON %s {ROW} screening_second_person()",
        ),
    ]
