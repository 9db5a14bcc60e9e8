"""Bins hold what the books have, each only its regime; what happened on the floor stays."""

from django.db import migrations
from django.db.migrations import RunSQL

from storefront.lib import guards

MOVES = [
    ("advice", "ANNOUNCED", "RECEIVING"),
    ("advice", "ANNOUNCED", "CANCELLED"),
    ("advice", "RECEIVING", "RECEIVED"),
    ("wave", "OPEN", "DONE"),
    ("bin-count", "OPEN", "SECOND"),
    ("bin-count", "OPEN", "AGREED"),
    ("bin-count", "SECOND", "DIFFERS"),
    ("bin-count", "SECOND", "AGREED"),
    ("bin-count", "DIFFERS", "SECOND"),
    ("bin-count", "DIFFERS", "BOOKED"),
]
AGREE = RunSQL(
    """
    CREATE FUNCTION bins_agree() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        which bigint; held bigint; lying bigint;
    BEGIN
        IF TG_TABLE_NAME = 'logistics_stock' THEN
            which := NEW.id;
        ELSIF TG_OP = 'DELETE' THEN
            which := OLD.stock_id;
        ELSE
            which := NEW.stock_id;
        END IF;
        SELECT on_hand INTO held FROM logistics_stock WHERE id = which;
        SELECT COALESCE(sum(quantity), 0) INTO lying FROM logistics_binstock WHERE stock_id = which;
        IF held <> lying THEN
            RAISE EXCEPTION 'stock % has % pieces, its bins hold %', which, held, lying
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    "DROP FUNCTION bins_agree()",
)
APART = RunSQL(
    """
    CREATE FUNCTION bins_apart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM logistics_bin b JOIN logistics_stock s ON s.id = NEW.stock_id
            WHERE b.id = NEW.bin_id AND b.place_id = s.place_id AND b.regime = s.regime
        ) THEN
            RAISE EXCEPTION 'bin % is not for stock %', NEW.bin_id, NEW.stock_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    "DROP FUNCTION bins_apart()",
)


class Migration(migrations.Migration):
    dependencies = [("logistics", "0004_customs_ru_guards")]
    operations = [
        AGREE,
        APART,
        guards.trigger(
            "logistics_stock",
            "bins_agree",
            f"AFTER UPDATE OF on_hand, is_binned ON %s {guards.LATE.removesuffix(guards.ROW)}"
            f"FOR EACH ROW WHEN (NEW.is_binned) EXECUTE FUNCTION bins_agree()",
        ),
        guards.trigger(
            "logistics_binstock",
            "bins_agree",
            f"AFTER INSERT OR UPDATE OR DELETE ON %s {guards.LATE} bins_agree()",
        ),
        guards.trigger(
            "logistics_binstock",
            "bins_apart",
            f"BEFORE INSERT OR UPDATE ON %s {guards.ROW} bins_apart()",
        ),
        guards.machine("logistics_advice", "advice"),
        guards.machine("logistics_wave", "wave"),
        guards.machine("logistics_bincount", "bin-count"),
        *guards.facts("logistics", "advicecount", "binmove", "bincountentry", "damagepicture"),
        *guards.lasting("logistics", "advice", "adviceline", "serial", "bincount", "layout"),
        guards.moves(MOVES),
    ]
