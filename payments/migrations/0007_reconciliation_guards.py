"""Statements, registries and matches add up, are whole when written, and never change."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import LATE, ROW

PARENTS = ("payments_bankstatement", "payments_registry", "payments_match")
COLUMNS = "".join(
    f"ALTER TABLE {table} ADD COLUMN made_by_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),"
    " ADD COLUMN made_in timestamptz NOT NULL DEFAULT transaction_timestamp();"
    for table in PARENTS
)
COLUMNS_BACK = "".join(
    f"ALTER TABLE {table} DROP COLUMN made_by_xid, DROP COLUMN made_in;" for table in PARENTS
)

# As in the ledger: a row may get parts only inside the transaction that made it.
FUNCTIONS = """
CREATE FUNCTION paper_part_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent bigint := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
    is_open boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %I WHERE id = $1 AND made_by_xid = pg_current_xact_id()'
        ' AND made_in = transaction_timestamp())', TG_ARGV[0]) INTO is_open USING parent;
    IF NOT is_open THEN
        RAISE EXCEPTION '% % is closed', TG_ARGV[0], parent
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION statement_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved numeric;
BEGIN
    SELECT coalesce(sum(price), 0) INTO moved FROM payments_statementline
        WHERE statement_id = NEW.id;
    IF NEW.opening + moved <> NEW.closing THEN
        RAISE EXCEPTION 'statement % is off by %', NEW.id, NEW.closing - NEW.opening - moved
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION registry_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told record;
BEGIN
    SELECT coalesce(sum(gross), 0) AS gross, coalesce(sum(fee), 0) AS fee INTO told
        FROM payments_registryline
        WHERE registry_id = NEW.id AND kind <> 'RECEIPT' AND currency = 'RUB';
    IF (told.gross, told.fee) <> (NEW.gross, NEW.fee) THEN
        RAISE EXCEPTION 'registry % does not add up', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION match_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    off bigint;
    parts integer;
BEGIN
    SELECT coalesce(sum(CASE side WHEN 'THEIRS' THEN units ELSE -units END), 0), count(*)
        INTO off, parts FROM payments_matchpart WHERE match_id = NEW.id;
    IF off <> 0 OR parts < 2 THEN
        RAISE EXCEPTION 'match % has % parts and is off by %', NEW.id, parts, off
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM payments_matchpart mine
        JOIN payments_statementline l ON l.id = mine.line_id
        JOIN payments_matchpart p ON p.line_id = l.id
        LEFT JOIN payments_matchundone u ON u.match_id = p.match_id
        WHERE mine.match_id = NEW.id AND u.id IS NULL
        GROUP BY mine.id, l.id, l.units
        HAVING abs(sum(p.units)) > abs(l.units) OR sign(sum(p.units)) <> sign(l.units)
    ) OR EXISTS (
        SELECT 1 FROM payments_matchpart mine
        JOIN payments_entry e ON e.id = mine.entry_id
        JOIN payments_matchpart p ON p.entry_id = e.id
        LEFT JOIN payments_matchundone u ON u.match_id = p.match_id
        WHERE mine.match_id = NEW.id AND u.id IS NULL
        GROUP BY mine.id, e.id, e.units
        HAVING abs(sum(p.units)) > abs(e.units) OR sign(sum(p.units)) <> sign(e.units)
    ) THEN
        RAISE EXCEPTION 'match % takes more of a thing than there is', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION break_stays_what_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.key, NEW.kind, NEW.source, NEW.units, NEW.currency, NEW.found_at)
        IS DISTINCT FROM (OLD.key, OLD.kind, OLD.source, OLD.units, OLD.currency, OLD.found_at)
    THEN
        RAISE EXCEPTION 'break % stays what it is', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION paper_part_belongs(); DROP FUNCTION statement_adds_up();
DROP FUNCTION registry_adds_up(); DROP FUNCTION match_adds_up();
DROP FUNCTION break_stays_what_it_is();
"""
KEPT = (
    *("paper", "bankstatement", "statementline", "registry", "registryline"),
    *("match", "matchpart", "matchundone", "breaknote"),
)
PARTS = (
    ("payments_statementline", "payments_bankstatement", "statement_id"),
    ("payments_registryline", "payments_registry", "registry_id"),
    ("payments_matchpart", "payments_match", "match_id"),
)
TRIGGERS = [
    *[
        (table, "belongs", f"BEFORE INSERT ON %s {ROW} paper_part_belongs('{parent}', '{column}')")
        for table, parent, column in PARTS
    ],
    ("payments_bankstatement", "adds_up", f"AFTER INSERT ON %s {LATE} statement_adds_up()"),
    ("payments_registry", "adds_up", f"AFTER INSERT ON %s {LATE} registry_adds_up()"),
    ("payments_match", "adds_up", f"AFTER INSERT ON %s {LATE} match_adds_up()"),
    ("payments_break", "stays", f"BEFORE UPDATE ON %s {ROW} break_stays_what_it_is()"),
]
MOVES = [("break", "OPEN", "CLOSED"), ("break", "CLOSED", "OPEN")]


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_screening_guards")]
    operations = [
        migrations.RunSQL(COLUMNS, COLUMNS_BACK),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *[guards.trigger(*each) for each in TRIGGERS],
        *guards.facts("payments", *KEPT),
        *guards.lasting("payments", "break"),
        guards.machine("payments_break", "break"),
        guards.moves(MOVES),
    ]
