"""Names of fields and of kinds of events for the desks; no table changes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_former_price_rules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="applicationevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("BEGUN", "application begun"),
                    ("SUBMITTED", "application sent"),
                    ("RETURNED", "application returned to be mended"),
                    ("APPROVED", "application approved"),
                    ("REFUSED", "application refused"),
                    ("PAPER_OPENED", "paper opened by the house"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="askedprice",
            name="promotion",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="asked",
                to="catalog.promotion",
                verbose_name="promotion",
            ),
        ),
        migrations.AlterField(
            model_name="attribute",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("phone", "phone"),
                        ("tablet", "tablet"),
                        ("earbuds", "earbuds"),
                        ("headphones", "headphones"),
                        ("watch", "watch"),
                        ("band", "band"),
                        ("charger", "charger"),
                        ("power_bank", "power bank"),
                        ("cable", "cable"),
                        ("stylus", "stylus"),
                        ("keyboard", "keyboard"),
                        ("case", "case"),
                        ("hub", "hub"),
                        ("speaker", "speaker"),
                    ],
                    max_length=20,
                ),
                size=None,
                verbose_name="kinds of goods",
            ),
        ),
        migrations.AlterField(
            model_name="attribute",
            name="unit_en",
            field=models.CharField(blank=True, max_length=20, verbose_name="unit in English"),
        ),
        migrations.AlterField(
            model_name="attribute",
            name="unit_ru",
            field=models.CharField(blank=True, max_length=20, verbose_name="unit in Russian"),
        ),
        migrations.AlterField(
            model_name="attribute",
            name="unit_zh",
            field=models.CharField(blank=True, max_length=20, verbose_name="unit in Chinese"),
        ),
        migrations.AlterField(
            model_name="hscode",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("phone", "phone"),
                        ("tablet", "tablet"),
                        ("earbuds", "earbuds"),
                        ("headphones", "headphones"),
                        ("watch", "watch"),
                        ("band", "band"),
                        ("charger", "charger"),
                        ("power_bank", "power bank"),
                        ("cable", "cable"),
                        ("stylus", "stylus"),
                        ("keyboard", "keyboard"),
                        ("case", "case"),
                        ("hub", "hub"),
                        ("speaker", "speaker"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="kinds of goods",
            ),
        ),
        migrations.AlterField(
            model_name="hscode",
            name="unit_1",
            field=models.CharField(max_length=3, verbose_name="first unit"),
        ),
        migrations.AlterField(
            model_name="hscode",
            name="unit_2",
            field=models.CharField(blank=True, max_length=3, verbose_name="second unit"),
        ),
        migrations.AlterField(
            model_name="hscode",
            name="words",
            field=models.CharField(blank=True, max_length=300, verbose_name="words of the code"),
        ),
        migrations.AlterField(
            model_name="offerevent",
            name="actor",
            field=models.CharField(max_length=60, verbose_name="actor"),
        ),
        migrations.AlterField(
            model_name="offerevent",
            name="detail",
            field=models.JSONField(default=dict, verbose_name="detail"),
        ),
        migrations.AlterField(
            model_name="offerevent",
            name="happened_at",
            field=models.DateTimeField(verbose_name="happened"),
        ),
        migrations.AlterField(
            model_name="offerevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("CREATED", "offer made"),
                    ("SUBMITTED", "sent for approval"),
                    ("APPROVED", "offer approved"),
                    ("REFUSED", "offer refused"),
                    ("PAUSED", "sale paused"),
                    ("RESUMED", "sale resumed"),
                    ("REPRICED", "price changed"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="description_en",
            field=models.TextField(blank=True, verbose_name="description in English"),
        ),
        migrations.AlterField(
            model_name="product",
            name="description_zh",
            field=models.TextField(blank=True, verbose_name="description in Chinese"),
        ),
        migrations.AlterField(
            model_name="restriction",
            name="reason_en",
            field=models.CharField(max_length=300, verbose_name="reason in English"),
        ),
        migrations.AlterField(
            model_name="restriction",
            name="reason_ru",
            field=models.CharField(max_length=300, verbose_name="reason in Russian"),
        ),
        migrations.AlterField(
            model_name="restriction",
            name="reason_zh",
            field=models.CharField(max_length=300, verbose_name="reason in Chinese"),
        ),
        migrations.AlterField(
            model_name="seller",
            name="about_en",
            field=models.TextField(blank=True, verbose_name="about the firm, in English"),
        ),
        migrations.AlterField(
            model_name="seller",
            name="about_ru",
            field=models.TextField(blank=True, verbose_name="about the firm, in Russian"),
        ),
        migrations.AlterField(
            model_name="seller",
            name="about_zh",
            field=models.TextField(blank=True, verbose_name="about the firm, in Chinese"),
        ),
        migrations.AlterField(
            model_name="seller",
            name="joined_on",
            field=models.DateField(verbose_name="seller since"),
        ),
        migrations.AlterField(
            model_name="sellerevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("JOINED", "seller joined"),
                    ("INVITED", "member invited"),
                    ("TAKEN_BACK", "invitation taken back"),
                    ("SEATED", "member joined"),
                    ("ROLE_CHANGED", "role changed"),
                    ("REMOVED", "member removed"),
                    ("TOKEN_REVOKED", "access token revoked"),
                    ("PAYOUT_LEFT_OUT", "payout held back by screening"),
                    ("ACCOUNT_PROPOSED", "new account proposed"),
                    ("ACCOUNT_WITHDRAWN", "new account withdrawn"),
                    ("ACCOUNT_REFUSED", "new account refused"),
                    ("ACCOUNT_CONFIRMED", "new account confirmed"),
                    ("ACCOUNT_IN_FORCE", "new account in force"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="variant",
            name="battery_wh",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="battery, Wh"
            ),
        ),
        migrations.AlterField(
            model_name="variant",
            name="colour_en",
            field=models.CharField(blank=True, max_length=60, verbose_name="colour in English"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="colour_hex",
            field=models.CharField(
                default="#8a8f98", max_length=7, verbose_name="colour of the picture"
            ),
        ),
        migrations.AlterField(
            model_name="variant",
            name="colour_hex_2",
            field=models.CharField(
                default="#5c616b", max_length=7, verbose_name="second colour of the picture"
            ),
        ),
        migrations.AlterField(
            model_name="variant",
            name="colour_key",
            field=models.SlugField(blank=True, verbose_name="colour, key"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="colour_ru",
            field=models.CharField(blank=True, max_length=60, verbose_name="colour in Russian"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="colour_zh",
            field=models.CharField(blank=True, max_length=60, verbose_name="colour in Chinese"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="ram_gb",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="memory, GB"
            ),
        ),
        migrations.AlterField(
            model_name="variant",
            name="storage_gb",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="storage, GB"),
        ),
    ]
