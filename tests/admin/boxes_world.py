"""What the desks of consolidation have to show."""

from datetime import datetime, timedelta

from moneyed import Money

from logistics.models import BagLimit, Box, Shipment, Splitting


def together(shipment: Shipment, now: datetime) -> None:
    """A box of one parcel, a flag, a limit of bags: what the desks of consolidation show."""
    box = Box.objects.create(
        lead=shipment,
        wait_until=now,
        saved=Money(310, "RUB"),
        declarant_name="test",
        facts={"parcels": [shipment.number], "value_eur": "90.00"},
        made_at=now,
    )
    Shipment.objects.filter(pk=shipment.pk).update(box=box)
    Splitting.objects.create(
        order=shipment.order,
        kind=Splitting.Kind.ORDERS,
        orders=[shipment.order.number],
        value_eur=342,
        free_eur=200,
        days=5,
        rule="row-a",
        reason="test",
        found_at=now,
    )
    BagLimit.objects.create(
        mode="air",
        limit_g=30_000,
        valid_from=now.date() + timedelta(days=shipment.pk % 10_000),
        source="test",
    )
