"""The state of an order that waits for its recipient's papers; written once."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="cancel_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("EXPIRED", "not paid in time"),
                    ("BUYER", "cancelled by the buyer"),
                    ("OUT_OF_STOCK", "out of stock"),
                    ("LOST", "lost on the way"),
                    ("RETURNED", "returned to the sender"),
                    ("REFUSED_BY_CUSTOMS", "refused by customs"),
                    ("OPERATOR", "cancelled by an operator"),
                    ("NO_PAPERS", "the recipient's papers were not given in time"),
                ],
                max_length=20,
                verbose_name="reason of the cancellation",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["phone", "paid_at"], name="order_by_phone"),
        ),
    ]
