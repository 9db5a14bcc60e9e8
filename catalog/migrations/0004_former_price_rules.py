"""Which former price may stand struck through: dated rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_stale_products")]
    operations = [
        migrations.CreateModel(
            name="FormerPriceRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lowest_of_days",
                    models.PositiveIntegerField(verbose_name="the lowest of so many days before"),
                ),
                (
                    "asked_at_least_days",
                    models.PositiveIntegerField(verbose_name="of these asked on so many, at least"),
                ),
                (
                    "told_for_days",
                    models.PositiveIntegerField(verbose_name="shown for so many days"),
                ),
                ("valid_from", models.DateField(unique=True, verbose_name="valid from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                ("source", models.CharField(max_length=200, verbose_name="source")),
            ],
            options={
                "verbose_name": "rule of former prices",
                "verbose_name_plural": "rules of former prices",
            },
        ),
    ]
