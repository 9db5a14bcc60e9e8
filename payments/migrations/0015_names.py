"""Names of fields and of kinds of events for the desks; no table changes."""

import django.db.models.deletion
import djmoney.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0014_asked_receipts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="chargefact",
            name="charge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="facts",
                to="payments.charge",
                verbose_name="charge",
            ),
        ),
        migrations.AlterField(
            model_name="chargefact",
            name="fee",
            field=djmoney.models.fields.MoneyField(
                decimal_places=2, max_digits=12, verbose_name="fee"
            ),
        ),
        migrations.AlterField(
            model_name="chargefact",
            name="happened_at",
            field=models.DateTimeField(verbose_name="happened"),
        ),
        migrations.AlterField(
            model_name="chargefact",
            name="money",
            field=djmoney.models.fields.MoneyField(
                decimal_places=2, max_digits=12, verbose_name="money"
            ),
        ),
        migrations.AlterField(
            model_name="chargefact",
            name="operation",
            field=models.CharField(max_length=80, verbose_name="operation"),
        ),
        migrations.AlterField(
            model_name="dealrate",
            name="payload_hash",
            field=models.CharField(max_length=64, verbose_name="hash of the answer"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="first_by",
            field=models.CharField(blank=True, max_length=60, verbose_name="first decided by"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="seconds",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="payments.decision",
                verbose_name="decision it confirms",
            ),
        ),
        migrations.AlterField(
            model_name="disputeevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("OPENED", "dispute opened"),
                    ("ANSWERED", "seller answered the dispute"),
                    ("PROPOSED", "decision proposed"),
                    ("SENT_BACK", "proposed decision sent back"),
                    ("DECIDED", "dispute decided"),
                    ("RETURNED", "goods came back"),
                    ("NOT_RETURNED", "goods did not come back"),
                    ("SILENT", "seller did not answer in time"),
                    ("WITHDRAWN", "dispute withdrawn"),
                ],
                max_length=20,
                verbose_name="event",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="currency",
            field=models.CharField(max_length=3, verbose_name="currency"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="line",
            field=models.PositiveSmallIntegerField(verbose_name="line"),
        ),
        migrations.AlterField(
            model_name="rate",
            name="payload_hash",
            field=models.CharField(max_length=64, verbose_name="hash of the answer"),
        ),
    ]
