"""Parcels and declarations move only as allowed; their history and stock moves stay."""

from django.db import migrations

WAY = [
    "PICKED",
    "PACKED",
    "DECLARED",
    "CLEARED",
    "BAGGED",
    "LOADED",
    "DEPARTED",
    "AT_BORDER",
    "IMPORT_CLEARED",
    "LAST_MILE",
    "DELIVERED",
]
MOVES = [
    ("shipment", "PLANNED", "AWAITED"),
    ("shipment", "PLANNED", "STOCKED"),
    ("shipment", "AWAITED", "PICKED"),
    ("shipment", "STOCKED", "PICKED"),
    *[("shipment", here, there) for here, there in zip(WAY, WAY[1:], strict=False)],
    *[("shipment", here, "CANCELLED") for here in ("PLANNED", "AWAITED", "STOCKED", "PICKED")],
    *[("shipment", here, "RETURNED") for here in ("PACKED", "DECLARED")],
    *[("shipment", here, "LOST") for here in ("CLEARED", "BAGGED", "LOADED")],
    *[
        ("shipment", here, there)
        for here in ("DEPARTED", "AT_BORDER", "IMPORT_CLEARED", "LAST_MILE")
        for there in ("RETURNED", "LOST", "DESTROYED")
    ],
    ("declaration", "READY", "SENT"),
    ("declaration", "READY", "REJECTED"),
    ("declaration", "SENT", "HELD"),
    ("declaration", "SENT", "RELEASED"),
    ("declaration", "SENT", "REJECTED"),
    ("declaration", "SENT", "REFUSED"),
    ("declaration", "HELD", "RELEASED"),
    ("declaration", "HELD", "REJECTED"),
    ("declaration", "HELD", "REFUSED"),
]
TRIGGERS = [
    ("logistics_shipment", "moves", "UPDATE OF state", "enforce_move('shipment')"),
    ("logistics_declaration", "moves", "UPDATE OF state", "enforce_move('declaration')"),
    ("logistics_stockmove", "append_only", "UPDATE OR DELETE", "refuse_change()"),
    ("logistics_shipmentevent", "append_only", "UPDATE OR DELETE", "refuse_change()"),
    ("logistics_declarationmessage", "append_only", "UPDATE OR DELETE", "refuse_change()"),
]


def fill(apps, schema_editor):
    move = apps.get_model("orders", "StateMove")
    for machine, source, target in MOVES:
        move.objects.get_or_create(machine=machine, source=source, target=target)


def empty(apps, schema_editor):
    names = {machine for machine, _, _ in MOVES}
    apps.get_model("orders", "StateMove").objects.filter(machine__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [("logistics", "0001_tables"), ("orders", "0002_guards")]
    operations = [
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {call}",
                f"DROP TRIGGER {name} ON {table}",
            )
            for table, name, when, call in TRIGGERS
        ],
        migrations.RunPython(fill, empty),
    ]
