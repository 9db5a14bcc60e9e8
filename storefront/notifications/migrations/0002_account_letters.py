"""Letters to sellers about another account."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_tables"),
        ("payments", "0012_account_change_guards"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="sellerletter",
            name="seller_letter_of_one_thing",
        ),
        migrations.AddField(
            model_name="sellerletter",
            name="change",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.accountchange",
                verbose_name="change of an account",
            ),
        ),
        migrations.AlterField(
            model_name="sellerletter",
            name="kind",
            field=models.CharField(
                choices=[
                    ("STATEMENT", "statement"),
                    ("CREDITED", "credited"),
                    ("RETURNED", "returned"),
                    ("PROPOSED", "another account proposed"),
                    ("CONFIRMED", "account confirmed"),
                    ("REFUSED", "account refused"),
                    ("WITHDRAWN", "change of account withdrawn"),
                    ("IN_FORCE", "account in force"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="sellerletter",
            constraint=models.UniqueConstraint(
                fields=("change", "kind"), name="seller_letter_once_a_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="sellerletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("change", None),
                        ("kind", "STATEMENT"),
                        ("payout", None),
                        ("settlement__isnull", False),
                    ),
                    models.Q(
                        ("change", None),
                        ("kind__in", ("CREDITED", "RETURNED")),
                        ("payout__isnull", False),
                        ("settlement", None),
                    ),
                    models.Q(
                        models.Q(
                            ("kind__in", ["STATEMENT", "CREDITED", "RETURNED"]), _negated=True
                        ),
                        ("change__isnull", False),
                        ("payout", None),
                        ("settlement", None),
                    ),
                    _connector="OR",
                ),
                name="seller_letter_of_one_thing",
            ),
        ),
    ]
