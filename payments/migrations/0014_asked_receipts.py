"""When a receipt was first asked for, by the clock by which the acquirer forgets its key."""

from datetime import UTC, datetime

from django.db import migrations, models

# Those made before are looked for at the acquirer first, which is never wrong.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [("payments", "0013_months")]
    operations = [
        migrations.AddField(
            "receipt",
            "asked_at",
            models.DateTimeField(default=LONG_AGO, verbose_name="asked"),
            preserve_default=False,
        )
    ]
