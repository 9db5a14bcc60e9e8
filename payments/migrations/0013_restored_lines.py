"""A register may say that a bank has given back what it had taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_booking_tables")]

    operations = [
        migrations.AlterField(
            model_name="registryline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("PAYMENT", "payment"),
                    ("REFUND", "refund"),
                    ("CHARGEBACK", "chargeback"),
                    ("RESTORED", "given back by the buyer's bank"),
                    ("RECEIPT", "receipt"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        )
    ]
