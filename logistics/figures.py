"""What operators read first: today's figures, what waits, what is stuck, and trade by zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, TruncMonth

from catalog.models import Offer
from orders.models import Hold, Order
from orders.states import State as OrderState
from payments.models import Break, Charge, ChargeFact, Dispute, Rate, Refund
from storefront.lib import due

from .models import (
    Circuit,
    Closure,
    Declaration,
    DeclarationLine,
    Incident,
    PointList,
    Shipment,
)

PENDING_LONG = timedelta(hours=2)
REFUND_LONG = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """Orders and rubles of a stretch of business time.

    Money: RUB, as captured, before refunds and fees.
    """

    placed: int
    paid: int
    cancelled: int
    captured: Decimal


@dataclass(frozen=True)
class Standing:
    """Parcels in one state, and since when the oldest of them stands there."""

    state: str
    parcels: int
    oldest_at: datetime


@dataclass(frozen=True)
class Queue:
    """Rows of one kind that wait for a machine.

    Time: `oldest_at` is on the clock of the kind, None when nothing is due now.
    """

    kind: str
    ready: int
    oldest_at: datetime | None
    failing: int
    error: str


@dataclass(frozen=True)
class Stuck:
    """Rows that need a person, and since when the oldest of them waits."""

    what: str
    rows: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Trade:
    """Released exports of a month through one zone under one customs mode.

    Money: `value` in `currency`, as declared. Units: net weight in grams.
    """

    month: datetime
    zone: str
    mode: str
    currency: str
    parcels: int
    net_weight_g: int
    value: Decimal


def day(since: datetime, until: datetime) -> Day:
    """What happened in a stretch of time; two queries.

    Time: business; `until` exclusive.
    """
    stretch = (since, until)
    orders = Order.objects.aggregate(
        placed=_within("placed_at", stretch),
        paid=_within("paid_at", stretch),
        cancelled=_within("closed_at", stretch, state=OrderState.CANCELLED),
    )
    facts = ChargeFact.objects.captured().filter(happened_at__gte=since, happened_at__lt=until)
    captured = facts.aggregate(rubles=Sum("money"))["rubles"] or Decimal(0)
    return Day(**orders, captured=captured)


def _within(field: str, stretch: tuple[datetime, datetime], **more: Any) -> Count:
    inside = Q(**{f"{field}__gte": stretch[0], f"{field}__lt": stretch[1]}, **more)
    return Count("pk", filter=inside)


def parcels() -> list[Standing]:
    """Parcels under way by state; one query."""
    rows = Shipment.objects.under_way().values("state")
    counted = rows.annotate(parcels=Count("pk"), oldest_at=Min("state_at")).order_by("state")
    return [Standing(**row) for row in counted]


def queues(*, now: datetime, wall: datetime) -> list[Queue]:
    """Every kind of waiting rows, the longest due first; one query.

    Time: each kind is measured on its own clock.
    """
    first, *others = [
        _queue(kind, wall if kind.DUE_CLOCK == "wall" else now) for kind in due.kinds()
    ]
    found = [Queue(*row) for row in first.union(*others, all=True)]
    return sorted(found, key=lambda queue: (-queue.failing, -queue.ready, queue.kind))


def _queue(kind: type[due.Due], instant: datetime) -> QuerySet[Any, Any]:
    ready = Q(due_at__lte=instant)
    failing = Q(failures__gt=0)
    rows = kind._default_manager.filter(due_at__isnull=False)
    named = rows.annotate(label=Value(kind._meta.label_lower, output_field=CharField()))
    return (
        named.values("label")
        .annotate(
            ready=Count("pk", filter=ready),
            oldest_at=Min("due_at", filter=ready),
            failing=Count("pk", filter=failing),
            error=Max("last_error", filter=failing, default=Value("")),
        )
        .values_list("label", "ready", "oldest_at", "failing", "error")
    )


def stuck(*, now: datetime, wall: datetime) -> list[Stuck]:
    """What needs a person, most urgent first, nothing that is empty; thirteen queries.

    Time: money on the wall clock, goods on the business clock.
    """
    late = Q(delivery__promised_until_on__lt=now.date()) | Q(
        expected_on__gt=F("delivery__promised_until_on")
    )
    same = Rate.objects.filter(
        currency=OuterRef("currency"), rate_on=OuterRef("rate_on"), is_held=False
    )
    nights = PointList.objects.filter(failures__gt=0, due_at__isnull=False)
    asked = [
        _stuck("holds", Hold.objects.filter(lifted_at=None), "placed_at"),
        _stuck("declarations", Declaration.objects.waiting(), "made_at"),
        _stuck("rates", Rate.objects.filter(~Exists(same), is_held=True), "fetched_at"),
        _stuck(
            "charges",
            Charge.objects.filter(state="PENDING", opened_at__lt=wall - PENDING_LONG),
            "opened_at",
        ),
        _stuck(
            "refunds",
            Refund.objects.exclude(state="DONE").filter(asked_at__lt=wall - REFUND_LONG),
            "asked_at",
        ),
        _stuck("incidents", Incident.objects.filter(closed_at=None), "opened_at"),
        _stuck("disputes", Dispute.objects.open(), "opened_at"),
        _stuck("breaks", Break.objects.open(), "found_at"),
        _stuck("closures", Closure.objects.shut(now=now), "closed_at"),
        _stuck("circuits", Circuit.objects.filter(away_since__isnull=False), "away_since"),
        _stuck("points", nights.annotate(night=Cast("run_on", DateTimeField())), "night"),
        _stuck("late", Shipment.objects.under_way().filter(late), "planned_at"),
        _stuck("offers", Offer.objects.filter(state=Offer.State.REVIEW), "updated_at"),
    ]
    return [one for one in asked if one.rows]


def _stuck(what: str, rows: QuerySet[Any], since: str) -> Stuck:
    found = rows.aggregate(rows=Count("pk"), oldest_at=Min(since))
    return Stuck(what, found["rows"], found["oldest_at"])


def trade(since: datetime) -> list[Trade]:
    """Released exports by month, zone and customs mode, newest first; one query.

    Time: months of the current time zone, by the day the declaration was made.
    """
    lines = DeclarationLine.objects.filter(
        declaration__direction=Declaration.Direction.EXPORT,
        declaration__state=Declaration.State.RELEASED,
        declaration__made_at__gte=since,
    )
    rows = lines.values(
        month=TruncMonth("declaration__made_at"),
        zone=F("declaration__zone"),
        mode=F("declaration__mode"),
        currency=F("value_currency"),
    ).annotate(
        parcels=Count("declaration__shipment", distinct=True),
        net_weight_g=Sum("net_weight_g"),
        value=Sum("value"),
    )
    return [Trade(**row) for row in rows.order_by("-month", "zone", "mode", "currency")]
