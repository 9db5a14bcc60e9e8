"""What banks took for passing our money on; rows are only ever added."""

import django.db.models.deletion
from django.db import migrations, models

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_bank_guards")]
    operations = [
        migrations.CreateModel(
            name="BankFee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("units", models.BigIntegerField(verbose_name="taken")),
                ("expected_units", models.BigIntegerField(verbose_name="by the terms")),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee",
                        to="payments.statementline",
                    ),
                ),
                (
                    "journal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee",
                        to="payments.journal",
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fees",
                        to="payments.payout",
                    ),
                ),
                (
                    "conversion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fees",
                        to="payments.conversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "fee of a bank",
                "verbose_name_plural": "fees of banks",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("payout", None), ("conversion", None), _connector="XOR"
                        ),
                        name="bank_fee_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units", 0), _negated=True), name="bank_fee_not_zero"
                    ),
                ],
            },
        ),
        *guards.facts("payments", "bankfee"),
    ]
