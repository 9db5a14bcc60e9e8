"""Rows that are history refuse change and removal, whoever asks."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_tables")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_change()"),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON catalog_offerevent "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER append_only ON catalog_offerevent",
        ),
    ]
