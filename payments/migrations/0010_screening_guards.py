"""Lists, hits and decisions are never changed; an entry of a list ends once; two people clear."""

from django.db import migrations

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
ROW = "FOR EACH ROW EXECUTE FUNCTION"
ONCE = "FOR EACH STATEMENT EXECUTE FUNCTION"
TRIGGERS = [
    *[
        (f"payments_{table}", name, f"BEFORE {when} ON payments_{table} {how} refuse_change()")
        for table in ("sanctionslist", "listedname", "hit", "decision")
        for name, when, how in (
            ("append_only", "UPDATE OR DELETE", ROW),
            ("no_truncate", "TRUNCATE", ONCE),
        )
    ],
    (
        "payments_listedparty",
        "ends_once",
        f"BEFORE UPDATE ON payments_listedparty {ROW} screening_entry_ends_once()",
    ),
    (
        "payments_listedparty",
        "append_only",
        f"BEFORE DELETE ON payments_listedparty {ROW} refuse_change()",
    ),
    (
        "payments_listedparty",
        "no_truncate",
        f"BEFORE TRUNCATE ON payments_listedparty {ONCE} refuse_change()",
    ),
    (
        "payments_decision",
        "second_person",
        f"BEFORE INSERT ON payments_decision {ROW} screening_second_person()",
    ),
]
REVOKE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON payments_sanctionslist, payments_listedname,
            payments_hit, payments_decision FROM sungari_app;
        REVOKE DELETE, TRUNCATE ON payments_listedparty FROM sungari_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_screening_tables")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *[
            migrations.RunSQL(f"CREATE TRIGGER {name} {rest}", f"DROP TRIGGER {name} ON {table}")
            for table, name, rest in TRIGGERS
        ],
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
    ]
