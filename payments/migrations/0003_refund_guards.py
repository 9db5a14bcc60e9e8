"""A refund is the sum of its parts, no more leaves than came, and parts never change."""

from django.db import migrations

from storefront.lib import guards
from storefront.lib.guards import LATE, ROW

# The lock on the charge makes two clicks wait for each other; each statement of the function
# then sees what the other one has committed.
# What a bank has taken and may keep cannot be given back as well. An update of a living refund
# is let through: a chargeback may come when a refund is under way, and both are facts then.
FUNCTIONS = """
CREATE FUNCTION refund_within_captured() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION refund_is_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    refund bigint; price numeric; parts numeric;
BEGIN
    refund := coalesce((to_jsonb(NEW) ->> 'refund_id')::bigint, (to_jsonb(NEW) ->> 'id')::bigint);
    SELECT r.price INTO price FROM payments_refund r WHERE r.id = refund;
    SELECT coalesce(sum(money), 0) INTO parts FROM payments_refundpart WHERE refund_id = refund;
    IF price IS DISTINCT FROM parts THEN
        RAISE EXCEPTION 'refund % is %, its parts are %', refund, price, parts
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refund_part_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid numeric; pieces integer; given record;
BEGIN
    IF NEW.is_again OR NEW.kind IN ('SURPLUS', 'COMPENSATION') THEN RETURN NULL; END IF;
    IF NEW.kind = 'GOODS' THEN
        SELECT price_rub * quantity, quantity INTO paid, pieces
            FROM orders_orderline WHERE id = NEW.line_id AND delivery_id = NEW.delivery_id;
    ELSE
        SELECT CASE NEW.kind WHEN 'FREIGHT' THEN freight ELSE duty END, 0 INTO paid, pieces
            FROM orders_delivery WHERE id = NEW.delivery_id;
    END IF;
    SELECT sum(money) AS money, sum(quantity) AS quantity INTO given FROM payments_refundpart
        WHERE kind = NEW.kind AND delivery_id = NEW.delivery_id AND NOT is_again
            AND line_id IS NOT DISTINCT FROM NEW.line_id;
    IF paid IS NULL OR given.money > paid OR given.quantity > pieces THEN
        RAISE EXCEPTION '% of delivery %: % (% pieces) given back, % (%) paid',
            NEW.kind, NEW.delivery_id, given.money, given.quantity, paid, pieces
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION refund_within_captured(); DROP FUNCTION refund_is_sum();
DROP FUNCTION refund_part_within_paid();
"""
TRIGGERS = [
    (
        "payments_refund",
        "within_captured",
        f"AFTER INSERT OR UPDATE OF state, price ON %s {ROW} refund_within_captured()",
    ),
    ("payments_refund", "is_sum", f"AFTER INSERT OR UPDATE OF price ON %s {LATE} refund_is_sum()"),
    ("payments_refundpart", "is_sum", f"AFTER INSERT ON %s {LATE} refund_is_sum()"),
    ("payments_refundpart", "within_paid", f"AFTER INSERT ON %s {ROW} refund_part_within_paid()"),
]


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_ledger_guards")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *[guards.trigger(*each) for each in TRIGGERS],
        *guards.facts("payments", "refundpart"),
    ]
