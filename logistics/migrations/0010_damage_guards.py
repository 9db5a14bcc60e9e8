"""Decisions about damaged pieces are only ever added."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("logistics", "0009_promise_guards")]
    operations = [*guards.facts("logistics", "damagedecision")]
