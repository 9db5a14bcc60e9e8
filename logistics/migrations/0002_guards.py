"""Parcels and declarations move only as allowed; their history and stock moves stay."""

from django.db import migrations

from storefront.lib import guards

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


class Migration(migrations.Migration):
    dependencies = [("logistics", "0001_tables"), ("orders", "0002_guards")]
    operations = [
        guards.machine("logistics_shipment", "shipment"),
        guards.machine("logistics_declaration", "declaration"),
        guards.append_only("logistics_stockmove"),
        guards.append_only("logistics_shipmentevent"),
        guards.append_only("logistics_declarationmessage"),
        guards.moves(MOVES),
    ]
