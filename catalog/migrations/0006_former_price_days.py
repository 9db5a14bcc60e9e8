"""Days of former prices are some, and not more than a year of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_names"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="formerpricerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lowest_of_days__range", (1, 366)),
                    ("told_for_days__range", (1, 366)),
                    ("asked_at_least_days__range", (1, models.F("lowest_of_days"))),
                ),
                name="former_price_days",
                violation_error_message="Days are 1 to 366, and no more asked than looked at.",
            ),
        ),
    ]
