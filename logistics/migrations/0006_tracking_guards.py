"""Exceptions and notices of carriers stay; nobody deletes what went wrong."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("logistics", "0005_warehouse_guards"), ("orders", "0002_guards")]
    operations = guards.lasting("logistics", "incident", "carriernotice")
