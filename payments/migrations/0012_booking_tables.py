"""Which line of a statement a posting by hand is to explain; written once."""

import django.db.models.deletion
from django.db import migrations, models

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_fee_tables")]
    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="payments.statementline",
                    ),
                ),
                (
                    "posting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="booking",
                        to="payments.manualposting",
                    ),
                ),
            ],
            options={
                "verbose_name": "booking of a line",
                "verbose_name_plural": "bookings of lines",
            },
        ),
        *guards.facts("payments", "booking"),
    ]
