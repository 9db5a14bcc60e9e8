"""What was proposed as a seller's account never changes, and its state moves as it may."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import ROW

FUNCTION = """
CREATE FUNCTION account_change_stays_as_proposed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.seller_id, NEW.cnaps, NEW.bank_name, NEW.bank_account, NEW.old_bank_name, NEW.old_tail,
        NEW.proposed_by, NEW.proposed_at)
       IS DISTINCT FROM
       (OLD.seller_id, OLD.cnaps, OLD.bank_name, OLD.bank_account, OLD.old_bank_name, OLD.old_tail,
        OLD.proposed_by, OLD.proposed_at)
       OR (OLD.in_force_from IS NOT NULL AND NEW.in_force_from IS DISTINCT FROM OLD.in_force_from)
    THEN
        RAISE EXCEPTION 'change of an account % stays as it was proposed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
MOVES = [
    *[("account-change", "PROPOSED", to) for to in ("CONFIRMED", "REFUSED", "WITHDRAWN")],
    *[("account-change", "CONFIRMED", to) for to in ("IN_FORCE", "REFUSED", "WITHDRAWN")],
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_account_changes")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION account_change_stays_as_proposed()"),
        guards.trigger(
            "payments_accountchange",
            "as_proposed",
            f"BEFORE UPDATE ON %s {ROW} account_change_stays_as_proposed()",
        ),
        *guards.lasting("payments", "accountchange"),
        guards.machine("payments_accountchange", "account-change"),
        guards.moves(MOVES),
    ]
