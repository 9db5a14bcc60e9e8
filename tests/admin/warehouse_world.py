"""Rows of the border warehouse for the desks to look at, made by the flows."""

from datetime import date, timedelta

from logistics.models import (
    AdviceCount,
    AdviceLine,
    Bin,
    BinCount,
    Layout,
    SerialRule,
    Stock,
    StorageBill,
    Wave,
    WeightRule,
)
from logistics.stocking import bins, counts, serials
from tests.factories import logistics, warehouse


def fill(count: int) -> None:
    """So many notices, bins with goods, counts that differ, waves, numbers, weeks and rules."""
    place = logistics.place()
    plan = bins.Plan(aisles=2, bonded_aisles=1, racks=count, levels=1, positions=1)
    if not Layout.objects.filter(place=place).exists():
        bins.lay_out(place, plan, **warehouse.MEI)
    stocks = list(Stock.objects.filter(place=place, regime="domestic").order_by("pk")[:count])
    shelves = Bin.objects.filter(place=place, aisle=1).order_by("walk")[:count]
    for number, (stock, shelf) in enumerate(zip(stocks, shelves, strict=True)):
        _piece(number, stock, shelf)


def _piece(number: int, stock: Stock, shelf: Bin) -> None:
    warehouse.put_away(stock, 1, shelf.code)
    line = warehouse.advice(stock.offer, 2).lines.get()
    AdviceCount.objects.create(
        line=line, key=f"{number}", whole=0, damaged=1, actor="user:mei", happened_at=warehouse.NOW
    )
    AdviceLine.objects.filter(pk=line.pk).update(damaged=1)
    serials.take_in(stock, [warehouse.imei()], now=warehouse.NOW)
    count: BinCount = counts.open(shelf, **warehouse.MEI)
    for who in ("user:mei", "user:li"):
        counts.tell(count, {stock.pk: 2}, actor=who, now=warehouse.NOW)
    Wave.objects.create(place=stock.place, walk_cm=100, actor="user:mei", made_at=warehouse.NOW)
    StorageBill.objects.create(week_until=date(2026, 1, 5) + timedelta(weeks=number))
    SerialRule.objects.get_or_create(
        kind="phone", scheme="IMEI", valid_from=date(2020, 1, 1 + number), source="test"
    )
    WeightRule.objects.get_or_create(
        valid_from=date(2020, 1, 1 + number),
        valid_until=date(2020, 1, 2 + number),
        defaults={"tolerance_bps": 500, "least_g": 30, "source": "test"},
    )
