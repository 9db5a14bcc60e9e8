"""What became of all orders: the table a simulation prints."""

from collections.abc import Iterator

from django.db.models import Count, Sum

from orders.models import Delivery, Hold, Order, OrderEvent
from orders.states import CancelReason, State
from payments.models import Charge, ChargeFact, Payout, Refund

from . import calibration
from .models import Bag, Box, Declaration, Departure, Replanned, Shipment, Splitting

Row = tuple[str, str]


def table() -> Iterator[Row]:
    """Names and figures, in the order of an order's life; the same world gives the same rows."""
    yield from _orders()
    yield from _money()
    yield from _parcels()
    yield from _promises()
    yield from _settlement()


def _orders() -> Iterator[Row]:
    counts = dict(Order.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
    yield "orders placed", str(sum(counts.values()))
    for state in State:
        yield f"  {state.value.lower()}", str(counts.get(state.value, 0))
    reasons = Order.objects.filter(state=State.CANCELLED).values_list("cancel_reason")
    found = dict(reasons.annotate(n=Count("pk")).order_by("cancel_reason"))
    for reason in CancelReason:
        if found.get(reason.value):
            yield f"    {reason.value.lower()}", str(found[reason.value])


def _money() -> Iterator[Row]:
    yield "charges", str(Charge.objects.count())
    for kind in (ChargeFact.Kind.CAPTURED, ChargeFact.Kind.REFUNDED):
        facts = ChargeFact.objects.filter(kind=kind)
        total = facts.aggregate(total=Sum("money"))["total"] or 0
        yield f"  {kind.value.lower()}", f"{facts.count()} = {total} RUB"
    waiting = Refund.objects.exclude(state=Refund.State.DONE).count()
    yield "  refunds not done", str(waiting)


def _parcels() -> Iterator[Row]:
    yield "parcels", str(Shipment.objects.count())
    counts = Shipment.objects.values_list("state").annotate(n=Count("pk")).order_by("state")
    for state, number in counts:
        yield f"  {state.lower()}", str(number)
    at_points = Shipment.objects.exclude(order__point="")
    waited = at_points.exclude(ready_at=None).count()
    yield "  to points of issue / were ready there", f"{at_points.count()} / {waited}"
    yield from _together()
    again = Declaration.objects.filter(attempt_number__gt=1).count()
    yield "  declarations sent again", str(again)
    yield "holds put / still open", f"{Hold.objects.count()} / {_open_holds()}"


def _together() -> Iterator[Row]:
    """Boxes of several parcels, bags and vehicles."""
    counts = dict(Box.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
    inside = Shipment.objects.filter(box__state=Box.State.CLOSED).count()
    yield "  boxes of several parcels", str(counts.get(Box.State.CLOSED, 0))
    yield "    parcels in them", str(inside)
    yield "    parted again", str(counts.get(Box.State.PARTED, 0))
    yield "  splittings flagged", str(Splitting.objects.count())
    yield "  bags / departures that left", f"{_bags()} / {_left()}"


def _bags() -> int:
    return Bag.objects.filter(parcels__gt=0).count()


def _left() -> int:
    return Departure.objects.exclude(departed_at=None).count()


def _open_holds() -> int:
    return Hold.objects.filter(lifted_at=None).count()


def _promises() -> Iterator[Row]:
    """Kept and missed by lane; those that a closure stopped stand apart."""
    judged = Delivery.objects.exclude(is_kept=None)
    lanes = calibration.by_lane()
    yield "deliveries judged", str(judged.count())
    yield "  promises kept", str(judged.filter(is_kept=True).count())
    outside, kept = sum(one.delivered for one in lanes), sum(one.by_last for one in lanes)
    yield "  outside closures, by the later date", _share(kept, outside)
    for one in lanes:
        yield f"    {one.lane}", _share(one.by_last, one.delivered)
        yield "      by the first date; median days", _first(one)
    yield from _widths(lanes)
    stopped = sum(one.stopped for one in lanes)
    missed = stopped - sum(one.stopped_kept for one in lanes)
    yield "  stopped by closures, kept all the same", f"{stopped - missed} of {stopped}"
    yield "    new date told in time", _share(sum(one.told for one in lanes), missed)
    yield "    and there by the new date", _share(sum(one.told_kept for one in lanes), missed)
    late = OrderEvent.objects.filter(kind="DELAYED").values("order").distinct().count()
    yield "  buyers told of a delay first", str(late)
    for outcome, number in Replanned.objects.values_list("outcome").annotate(n=Count("pk")):
        yield f"  planned anew: {outcome.lower()}", str(number)


def _widths(lanes: list[calibration.Calibration]) -> Iterator[Row]:
    for mode, days in calibration.widths().items():
        known = sum(one.delivered + one.stopped for one in lanes if one.mode == mode)
        yield f"  median width by {mode}, days", f"{days} of {known}"


def _first(one: calibration.Calibration) -> str:
    return f"{_share(one.by_first, one.delivered)}; {one.width_days}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} = {100 * part / whole:.1f} %" if whole else "0 of 0"


def _settlement() -> Iterator[Row]:
    counts = Payout.objects.values_list("state").annotate(n=Count("pk"), sum=Sum("money"))
    yield "payouts", str(Payout.objects.count())
    for state, number, total in counts.order_by("state"):
        yield f"  {state.lower()}", f"{number} = {total} CNY"
