"""Papers of parcels for the customs windows as they are made: what they list and who declares."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from logistics.models import Declaration, DeclarationLine, Shipment, ShipmentItem
from storefront.lib import due

from . import modes, papers

EXPORT = Declaration.Direction.EXPORT


def open_for(
    shipment: Shipment,
    direction: Declaration.Direction,
    *,
    now: datetime,
    amended: Mapping[str, str] | None = None,
) -> Declaration:
    """Make the next paper of a parcel for a window; it is due at once.

    `amended` is what a person mended in the last one, by element.
    Locks: the caller holds the order and the parcel.
    """
    number = shipment.declarations.filter(direction=direction).count() + 1
    items = papers.declared(shipment, direction)
    declaration = _draft(shipment, direction, items, number=number, now=now)
    declaration.amended = dict(amended or {})
    _open([(declaration, items)])
    return declaration


def open_all(shipments: Sequence[Shipment], *, now: datetime) -> dict[int, Declaration]:
    """Make the first paper for China of many parcels that are in no box; three statements.

    By parcel; one that has a paper already is left out.
    Locks: the caller holds the orders and the parcels.
    """
    known = Declaration.objects.filter(shipment__in=shipments, direction=EXPORT)
    before = set(known.values_list("shipment_id", flat=True))
    fresh = [row for row in shipments if row.pk not in before]
    contents = papers.contents_of(fresh)
    made = [
        (_draft(row, EXPORT, contents[row.pk], number=1, now=now), contents[row.pk])
        for row in fresh
    ]
    _open(made)
    return {row.pk: declaration for row, (declaration, _items) in zip(fresh, made, strict=True)}


def _draft(
    shipment: Shipment,
    direction: Declaration.Direction,
    items: Sequence[ShipmentItem],
    *,
    number: int,
    now: datetime,
) -> Declaration:
    lane = shipment.lane
    office = lane.export_customs if direction == EXPORT else lane.import_customs
    return Declaration(
        shipment=shipment,
        direction=direction,
        attempt_number=number,
        customs_code=office.customs_code or papers.RUSSIA_ALONE,
        zone=office.zone,
        reference=f"{direction[0]}-{shipment.number}-{number}",
        made_at=now,
        due_at=now,
        **(_chinese(shipment, items, now=now) if direction == EXPORT else {"mode": "ИМ"}),
    )


def _open(made: Sequence[tuple[Declaration, Sequence[ShipmentItem]]]) -> None:
    """Keep papers, and the goods as they are declared; one hint is for all of them."""
    Declaration.objects.bulk_create([declaration for declaration, _items in made])
    DeclarationLine.objects.bulk_create(
        DeclarationLine(
            declaration=declaration,
            position=position,
            line=item.line,
            hs_code=item.line.offer.variant.hs_code,
            origin=item.line.offer.variant.origin,
            quantity=item.quantity,
            net_weight_g=item.line.offer.variant.net_weight_g * item.quantity,
            value=item.line.price_cny * item.quantity,
        )
        for declaration, items in made
        for position, item in enumerate(items, start=1)
    )
    for declaration, _items in made[:1]:
        due.wake(Declaration.DUE_TASK, id=declaration.pk)


def _chinese(shipment: Shipment, items: Sequence[ShipmentItem], *, now: datetime) -> dict[str, Any]:
    """By which mode, in which form and under whose name; no mode is said when it is written."""
    firm = papers.owner(shipment, items)
    named = {"declarant_code": firm.code, "declarant_name": firm.name[:100]}
    try:
        mode = modes.choose(papers.traits_of(items), on=now.date())
    except modes.NoMode:
        return named
    return {**named, "mode": mode.code, "is_simplified": mode.is_simplified}
