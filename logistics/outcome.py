"""What became of all orders: the table a simulation prints."""

from collections.abc import Iterator

from django.db.models import Count, Q, Sum

from orders.models import Delivery, Hold, Order, OrderEvent
from orders.states import CancelReason, State
from payments.models import Charge, ChargeFact, Payout, Refund

from .models import Bag, Box, Declaration, Departure, Shipment, Splitting

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
    judged = Delivery.objects.exclude(is_kept=None)
    lanes = judged.values_list("lane").annotate(n=Count("pk"), kept=Count("pk", Q(is_kept=True)))
    yield "deliveries judged", str(judged.count())
    yield "  promises kept", str(judged.filter(is_kept=True).count())
    for lane, number, kept in lanes.order_by("lane"):
        yield f"    {lane}", f"{kept} of {number}"
    late = OrderEvent.objects.filter(kind="DELAYED").values("order").distinct().count()
    yield "  buyers told of a delay first", str(late)


def _settlement() -> Iterator[Row]:
    counts = Payout.objects.values_list("state").annotate(n=Count("pk"), sum=Sum("money"))
    yield "payouts", str(Payout.objects.count())
    for state, number, total in counts.order_by("state"):
        yield f"  {state.lower()}", f"{number} = {total} CNY"
