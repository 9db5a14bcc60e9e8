"""What was measured of steps and where lanes stand is only ever added to."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("logistics", "0008_floor_guards")]
    operations = guards.facts("logistics", "steptime", "lanelevel")
