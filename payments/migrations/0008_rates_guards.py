"""Files of rates and banks' offers are only added to; a day's file as it came stays as it came."""

from django.db import migrations

TABLES = ("ratepayload", "dealrate")
ROW = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
ONCE = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
REVOKE = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'sungari_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON payments_ratepayload, payments_dealrate
            FROM sungari_app;
    END IF;
END $$;
"""


def guard(table: str, name: str, when: str, how: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE {when} ON payments_{table} {how}",
        f"DROP TRIGGER {name} ON payments_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_rates_tables")]
    operations = [
        *[guard(table, "append_only", "UPDATE OR DELETE", ROW) for table in TABLES],
        *[guard(table, "no_truncate", "TRUNCATE", ONCE) for table in TABLES],
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
    ]
