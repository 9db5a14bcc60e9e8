"""Rows that are history refuse change and removal, whoever asks."""

from django.db import migrations

from storefront.lib import guards

FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TABLES = (
    "catalog_offerevent",
    "catalog_askedprice",
    "catalog_applicationevent",
    "catalog_sellerevent",
)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_tables")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_change()"),
        *[guards.append_only(table) for table in TABLES],
    ]
