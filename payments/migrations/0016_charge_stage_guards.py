"""A charge may be held before it is taken."""

from django.db import migrations

MOVES = [
    ("charge", "READY", "AUTHORISED"),
    ("charge", "PENDING", "AUTHORISED"),
    ("charge", "AUTHORISED", "CAPTURED"),
    ("charge", "AUTHORISED", "CANCELLED"),
]


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.filter(machine=machine, source=source, target=target).delete()


class Migration(migrations.Migration):
    dependencies = [("payments", "0015_charge_stage_tables")]
    operations = [migrations.RunPython(fill, empty)]
