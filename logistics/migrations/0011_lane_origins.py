"""Where a lane begins is one of the two origins of a delivery, shown by its name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("logistics", "0010_damage_guards")]
    operations = [
        migrations.AlterField(
            model_name="lane",
            name="origin",
            field=models.CharField(
                choices=[("harbin", "Harbin"), ("shenzhen", "Shenzhen")],
                max_length=10,
                verbose_name="origin",
            ),
        ),
    ]
