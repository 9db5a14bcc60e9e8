"""Seals stay as they were put on; boxes and looks at splitting are never deleted."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("logistics", "0006_tracking_guards"), ("orders", "0002_guards")]
    operations = [
        *guards.facts("logistics", "seal"),
        *guards.lasting("logistics", "box", "splitting"),
    ]
