"""Pieces in bins that a wave has claimed for its parcels; given up when a parcel is not picked."""

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from logistics.models import BinStock, PickStop, Shipment

from .bins import OPEN_STOPS

Layer = tuple[int, date, int]


class Free:
    """The pieces of rows of stock that no wave has claimed yet, by bin, oldest first.

    Locks: the caller holds the rows of stock.
    """

    def __init__(self, stock_ids: Sequence[int]) -> None:
        rows = BinStock.objects.filter(stock__in=stock_ids, quantity__gt=F("claimed"))
        self._layers: dict[int, list[BinStock]] = {}
        for row in rows.select_related("bin").order_by("came_on", "bin__walk", "pk"):
            self._layers.setdefault(row.stock_id, []).append(row)
        self.changed: dict[int, BinStock] = {}

    def take(self, stock_id: int, quantity: int) -> list[tuple[BinStock, int]]:
        """Claim so many pieces, the oldest first; nothing, if there are too few."""
        found: list[tuple[BinStock, int]] = []
        for row in self._layers.get(stock_id, []):
            pieces = min(quantity, row.quantity - row.claimed)
            if pieces > 0:
                found.append((row, pieces))
                quantity -= pieces
        if quantity > 0:
            return []
        for row, pieces in found:
            row.claimed += pieces
            self.changed[row.pk] = row
        return found

    def give(self, stop: PickStop) -> None:
        """Take a claim back that was made a moment ago."""
        for row in self._layers[stop.stock_id]:
            if (row.bin_id, row.came_on) == (stop.bin_id, stop.came_on):
                row.claimed -= stop.quantity

    def save(self) -> None:
        BinStock.objects.bulk_update(self.changed.values(), ["claimed"])


def drop(shipment: Shipment) -> int:
    """Give up what waves claimed for a parcel; how many stops that were.

    Locks: the caller holds the parcel's stock.
    """
    stops = list(PickStop.objects.filter(shipment=shipment, state__in=OPEN_STOPS).order_by("pk"))
    for stop in stops:
        layer = BinStock.objects.filter(bin=stop.bin_id, stock=stop.stock_id, came_on=stop.came_on)
        layer.update(claimed=F("claimed") - stop.quantity)
    keys = [stop.pk for stop in stops]
    if keys:
        PickStop.objects.filter(pk__in=keys).update(state=PickStop.State.DROPPED)
    return len(stops)
