"""What was scanned and what was weighed stays as it was."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("logistics", "0007_boxes_guards"), ("orders", "0002_guards")]
    operations = guards.facts("logistics", "floorscan", "weightdifference")
