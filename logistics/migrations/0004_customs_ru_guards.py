"""Papers of recipients never go as rows; consents and looks at papers are only ever added."""

from django.db import migrations

from storefront.lib import guards


class Migration(migrations.Migration):
    dependencies = [("logistics", "0003_customs_cn_guards")]
    operations = [
        *guards.lasting("logistics", "recipientidentity"),
        *guards.facts("logistics", "identityconsent", "identityaccess"),
    ]
