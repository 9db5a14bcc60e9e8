"""Cuts and snapshots are the database's own; seals and manual postings stay as they were made."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import ROW

# SECURITY DEFINER: the lock needs more than the application's role may do, and nobody but these
# two may write a cut or a snapshot. A snapshot of the data older than the lock would be blind.
FUNCTIONS = """
CREATE FUNCTION ledger_cut() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    last bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a cut is made in read committed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    LOCK TABLE payments_entry IN SHARE MODE;
    SELECT max(id) INTO last FROM payments_entry;
    IF last IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO payments_cut (upto, cut_at) VALUES (last, clock_timestamp())
        ON CONFLICT (upto) DO NOTHING;
    RETURN last;
END $$;

CREATE FUNCTION ledger_snapshot(cut bigint) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made integer;
BEGIN
    IF cut > 0 AND NOT EXISTS (SELECT 1 FROM payments_cut WHERE upto = cut) THEN
        RAISE EXCEPTION 'there is no cut at %', cut
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO payments_balancesnapshot (account_id, upto, units)
        SELECT moved.account_id, cut, coalesce(last.units, 0) + moved.units
        FROM (
            SELECT account_id, sum(units) AS units FROM payments_entry
            WHERE id <= cut
                AND id > (SELECT coalesce(max(upto), 0) FROM payments_balancesnapshot)
            GROUP BY account_id
        ) moved
        LEFT JOIN LATERAL (
            SELECT units FROM payments_balancesnapshot
            WHERE account_id = moved.account_id ORDER BY upto DESC LIMIT 1
        ) last ON true
        ON CONFLICT (account_id, upto) DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;

CREATE FUNCTION ledger_manual_has_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM payments_manualposting
        WHERE journal_id = NEW.id AND decision = 'POSTED' AND decided_by <> asked_by
    ) THEN
        RAISE EXCEPTION 'manual journal % has no second person', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_manual_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision <> '' OR
        (OLD.legs, OLD.reverses_id, OLD.reason, OLD.occurred_at, OLD.asked_by, OLD.asked_at)
        IS DISTINCT FROM
        (NEW.legs, NEW.reverses_id, NEW.reason, NEW.occurred_at, NEW.asked_by, NEW.asked_at)
    THEN
        RAISE EXCEPTION 'manual posting % is decided once and stays as it was asked', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION ledger_cut(); DROP FUNCTION ledger_snapshot(bigint);
DROP FUNCTION ledger_manual_has_two(); DROP FUNCTION ledger_manual_once();
"""
RIGHTS = """
REVOKE EXECUTE ON FUNCTION ledger_cut(), ledger_snapshot(bigint) FROM PUBLIC;
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        GRANT EXECUTE ON FUNCTION ledger_cut(), ledger_snapshot(bigint) TO sungari_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_reconciliation_guards")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        *guards.facts("payments", "cut", "balancesnapshot", "seal"),
        guards.revoke("INSERT", "payments_cut", "payments_balancesnapshot"),
        guards.trigger(
            "payments_manualposting",
            "decided_once",
            f"BEFORE UPDATE ON %s {ROW} ledger_manual_once()",
        ),
        *guards.lasting("payments", "manualposting"),
        guards.trigger(
            "payments_journal",
            "manual_has_two",
            "AFTER INSERT ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            " WHEN (NEW.kind = 'manual') EXECUTE FUNCTION ledger_manual_has_two()",
        ),
    ]
