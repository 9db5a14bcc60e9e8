"""Names of fields and of kinds of events for the desks; no table changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("logistics", "0011_lane_origins"),
    ]

    operations = [
        migrations.AlterField(
            model_name="bin",
            name="position",
            field=models.PositiveSmallIntegerField(verbose_name="place on the shelf"),
        ),
        migrations.AlterField(
            model_name="consenttext",
            name="text_en",
            field=models.TextField(verbose_name="text in English"),
        ),
        migrations.AlterField(
            model_name="consenttext",
            name="text_zh",
            field=models.TextField(verbose_name="text in Chinese"),
        ),
        migrations.AlterField(
            model_name="customsanswer",
            name="buyer_en",
            field=models.CharField(max_length=300, verbose_name="for the buyer, in English"),
        ),
        migrations.AlterField(
            model_name="customsanswer",
            name="buyer_zh",
            field=models.CharField(max_length=300, verbose_name="for the buyer, in Chinese"),
        ),
        migrations.AlterField(
            model_name="customsanswer",
            name="desk_en",
            field=models.CharField(max_length=300, verbose_name="for the desk, in English"),
        ),
        migrations.AlterField(
            model_name="customsanswer",
            name="desk_zh",
            field=models.CharField(max_length=300, verbose_name="for the desk, in Chinese"),
        ),
        migrations.AlterField(
            model_name="importlimit",
            name="reason_en",
            field=models.CharField(max_length=300, verbose_name="reason in English"),
        ),
        migrations.AlterField(
            model_name="importlimit",
            name="reason_ru",
            field=models.CharField(max_length=300, verbose_name="reason in Russian"),
        ),
        migrations.AlterField(
            model_name="importlimit",
            name="reason_zh",
            field=models.CharField(max_length=300, verbose_name="reason in Chinese"),
        ),
        migrations.AlterField(
            model_name="shipmentevent",
            name="detail",
            field=models.JSONField(default=dict, verbose_name="detail"),
        ),
        migrations.AlterField(
            model_name="shipmentevent",
            name="source_key",
            field=models.CharField(max_length=120, verbose_name="key at the source"),
        ),
        migrations.AlterField(
            model_name="stockmove",
            name="happened_at",
            field=models.DateTimeField(verbose_name="happened"),
        ),
    ]
