"""Files of rates and banks' offers are only added to; a day's file as it came stays as it came."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_dispute_guards")]
    operations = [
        *guards.facts("payments", "ratepayload", "dealrate"),
    ]
