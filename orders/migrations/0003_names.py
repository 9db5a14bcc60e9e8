"""Names of fields and of kinds of events for the desks; no table changes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import djmoney.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_names"),
        ("orders", "0002_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="city",
            name="latitude",
            field=models.DecimalField(decimal_places=5, max_digits=8, verbose_name="latitude"),
        ),
        migrations.AlterField(
            model_name="city",
            name="longitude",
            field=models.DecimalField(decimal_places=5, max_digits=8, verbose_name="longitude"),
        ),
        migrations.AlterField(
            model_name="city",
            name="population",
            field=models.PositiveIntegerField(verbose_name="population"),
        ),
        migrations.AlterField(
            model_name="city",
            name="postcodes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=6), size=None, verbose_name="postcodes"
            ),
        ),
        migrations.AlterField(
            model_name="city",
            name="region_code",
            field=models.CharField(max_length=2, verbose_name="region, code"),
        ),
        migrations.AlterField(
            model_name="city",
            name="region_en",
            field=models.CharField(max_length=80, verbose_name="region in English"),
        ),
        migrations.AlterField(
            model_name="city",
            name="region_zh",
            field=models.CharField(max_length=80, verbose_name="region in Chinese"),
        ),
        migrations.AlterField(
            model_name="handover",
            name="actor",
            field=models.CharField(blank=True, max_length=60, verbose_name="actor"),
        ),
        migrations.AlterField(
            model_name="handover",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handovers",
                to="orders.delivery",
                verbose_name="delivery",
            ),
        ),
        migrations.AlterField(
            model_name="handover",
            name="seller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handovers",
                to="catalog.seller",
                verbose_name="seller",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="lifted_by",
            field=models.CharField(blank=True, max_length=60, verbose_name="lifted by"),
        ),
        migrations.AlterField(
            model_name="hold",
            name="placed_by",
            field=models.CharField(max_length=60, verbose_name="placed by"),
        ),
        migrations.AlterField(
            model_name="orderevent",
            name="detail",
            field=models.JSONField(default=dict, verbose_name="detail"),
        ),
        migrations.AlterField(
            model_name="orderevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("PLACED", "order placed"),
                    ("PAID", "order paid"),
                    ("HELD", "stopped"),
                    ("HOLD_LIFTED", "stop lifted"),
                    ("HANDED_OVER", "seller handed the goods over"),
                    ("SHIPPED", "parcel left Harbin"),
                    ("CLEARED", "released by customs"),
                    ("PROMISE_MOVED", "promise moved"),
                    ("DELAYED", "parcel is late"),
                    ("REROUTED", "planned anew"),
                    ("TROUBLE", "trouble with a parcel"),
                    ("OUT_FOR_DELIVERY", "out for delivery"),
                    ("READY_FOR_PICKUP", "ready for pickup"),
                    ("DELIVERED", "delivery arrived"),
                    ("FAILED", "delivery failed"),
                    ("RECEIVED", "buyer confirmed receipt"),
                    ("COMPLETED", "order completed"),
                    ("CANCELLED", "order cancelled"),
                    ("REFUNDING", "refund begun"),
                    ("PARTLY_REFUNDED", "some money given back"),
                    ("REFUNDED", "money given back"),
                    ("COMPENSATED", "compensated for lateness"),
                    ("RECEIPT_REJECTED", "fiscal receipt rejected"),
                    ("IDENTITY_ASKED", "recipient's papers asked for"),
                    ("IDENTITY_REMINDED", "reminded of the recipient's papers"),
                    ("IDENTITY_GIVEN", "recipient's papers given"),
                    ("DISPUTE_OPENED", "dispute opened"),
                    ("DISPUTE_ANSWERED", "seller answered the dispute"),
                    ("DISPUTE_PROPOSED", "decision proposed"),
                    ("DISPUTE_SENT_BACK", "proposed decision sent back"),
                    ("DISPUTE_DECIDED", "dispute decided"),
                    ("DISPUTE_RETURNED", "goods came back"),
                    ("DISPUTE_NOT_RETURNED", "goods did not come back"),
                    ("DISPUTE_SILENT", "seller did not answer in time"),
                    ("DISPUTE_WITHDRAWN", "dispute withdrawn"),
                    ("CHARGEBACK_ANSWERED", "chargeback answered"),
                    ("CHARGEBACK_BEARER", "bearer of a chargeback decided"),
                ],
                max_length=30,
                verbose_name="event",
            ),
        ),
        migrations.AlterField(
            model_name="quote",
            name="body",
            field=models.JSONField(verbose_name="body of the quote"),
        ),
        migrations.AlterField(
            model_name="quote",
            name="cart",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="quotes",
                to="orders.cart",
                verbose_name="cart",
            ),
        ),
        migrations.AlterField(
            model_name="quote",
            name="digest",
            field=models.CharField(max_length=64, verbose_name="digest"),
        ),
        migrations.AlterField(
            model_name="quote",
            name="made_at",
            field=models.DateTimeField(verbose_name="made"),
        ),
        migrations.AlterField(
            model_name="quote",
            name="total",
            field=djmoney.models.fields.MoneyField(
                decimal_places=2, max_digits=12, verbose_name="total"
            ),
        ),
    ]
