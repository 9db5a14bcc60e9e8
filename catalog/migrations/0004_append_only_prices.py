"""Asked prices and the history of applications refuse change and removal."""

from django.db import migrations

TABLES = ("catalog_askedprice", "catalog_applicationevent", "catalog_sellerevent")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_selling_tables")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER append_only ON {table}",
        )
        for table in TABLES
    ]
