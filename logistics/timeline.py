"""An order as its buyer sees it: one line, six steps, and everything that happened."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from catalog.models import Seller
from orders.models import Order, OrderEvent
from orders.states import State as OrderState

from . import closures, outlook, vocabulary
from .customs import answers
from .models import Place, Replanned, Shipment, ShipmentEvent
from .outlook import Outlook
from .states import Code, State

REACHED = {
    State.PLANNED: 1,
    State.AWAITED: 1,
    State.STOCKED: 1,
    State.PICKED: 1,
    State.PACKED: 2,
    State.DECLARED: 2,
    State.CLEARED: 3,
    State.BAGGED: 3,
    State.LOADED: 3,
    State.DEPARTED: 3,
    State.AT_BORDER: 4,
    State.IMPORT_CLEARED: 5,
    State.LAST_MILE: 5,
    State.DELIVERED: 6,
}
STRANGE = {State.LOST, State.RETURNED, State.DESTROYED, State.CANCELLED}


@dataclass(frozen=True)
class Step:
    """One of the six steps of a way; `state` is done, now or next."""

    label: str
    state: str
    border: bool = False


@dataclass(frozen=True)
class Entry:
    """Something that happened, newest first on the page."""

    at: datetime
    title: str
    text: str = ""


@dataclass(frozen=True)
class Story:
    """What the page of an order shows; `is_live` while something can still happen."""

    headline: str
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    shipments: tuple[Shipment, ...]
    outlooks: tuple[Outlook, ...]
    expected_on: date | None
    is_live: bool


def tell(order: Order) -> Story:
    """The story of an order; a fixed number of queries."""
    shipments = tuple(
        order.shipments.select_related("lane", "bag", "departure", "delivery")
        .prefetch_related(
            *("events", "incidents", "legs__service__origin", "legs__service__target"),
            Prefetch("replanned", queryset=Replanned.objects.select_related("closure")),
        )
        .order_by("pk")
    )
    own = tuple(order.events.order_by("happened_at", "pk"))
    living = [one for one in shipments if one.state not in STRANGE]
    reached = min((REACHED[State(one.state)] for one in living), default=0)
    return Story(
        headline=_headline(order, living, reached),
        steps=_steps(order, reached),
        entries=_entries(own, shipments),
        shipments=shipments,
        outlooks=tuple(map(outlook.of, shipments)) if order.paid_at else (),
        expected_on=max((one.expected_on for one in living if one.expected_on), default=None),
        is_live=order.state in {OrderState.PLACED, OrderState.PAID} and reached < 6,
    )


def _steps(order: Order, reached: int) -> tuple[Step, ...]:
    labels = [
        _("Paid"),
        _("Packed in Harbin"),
        _("Chinese customs"),
        _("On the way"),
        _("Russian customs"),
        _("In your hands"),
    ]
    done = reached if order.paid_at else 0
    here = -1 if order.state == OrderState.CANCELLED else done
    return tuple(
        Step(
            label,
            "done" if index < done else "now" if index == here else "next",
            border=index in {3, 4},
        )
        for index, label in enumerate(labels)
    )


def _headline(order: Order, living: list[Shipment], reached: int) -> str:
    if order.state == OrderState.CANCELLED:
        return _("Cancelled")
    if order.state == OrderState.PLACED:
        return _("Waiting for your payment")
    if any(one.wants_papers for one in living):
        return _("Waiting for the recipient's papers")
    if reached == 3 and living:
        return _moving(living[0])
    return {
        0: _("Paid"),
        1: _("Being collected in Harbin"),
        2: _("At Chinese customs"),
        4: _("At Russian customs"),
        5: _("Cleared, on its way to you"),
        6: _("Delivered"),
    }.get(reached, _("Paid"))


def _moving(shipment: Shipment) -> str:
    if shipment.state != State.DEPARTED:
        return _("Cleared, waiting for departure")
    city = shipment.order.city.destination
    return {
        "air": _("Flying to %(city)s"),
        "rail": _("On the train to %(city)s"),
        "road": _("On the road to %(city)s"),
        "river": _("On the river to %(city)s"),
    }[shipment.lane.mode] % {"city": city}


def _entries(own: tuple[OrderEvent, ...], shipments: tuple[Shipment, ...]) -> tuple[Entry, ...]:
    titles = _titles()
    places = {place.code: place.title for place in Place.objects.all()}
    names = _sellers(own)
    found = [
        Entry(event.happened_at, titles[event.kind], _detail(event, names))
        for event in own
        if event.kind in titles
    ]
    for shipment in shipments:
        for event in sorted(shipment.events.all(), key=lambda one: one.pk):
            if event.code == Code.SELLER_HANDED_OVER:
                continue  # of the order, and said there once by the name of each seller
            said = answers.for_buyer(event.detail.get("decision", ""))
            parts = (said, _place(event.place, places), shipment.number)
            where = " · ".join(part for part in parts if part)
            found.append(Entry(event.happened_at, _title(event), where))
    found.reverse()  # of one moment the later fact comes first, as on the rest of the page
    return tuple(sorted(found, key=lambda entry: entry.at, reverse=True))


def _title(event: ShipmentEvent) -> str:
    """Our word for an event; a carrier's code nobody knows is on the way to a buyer.

    We plan a parcel once; a carrier who later speaks of a plan has only put it in his books.
    """
    if event.code == Code.PRE_ADVICE and event.source != "centre":
        return _("Registered with the delivery service")
    if not vocabulary.is_known(event.code):
        return _("On the way")
    return capfirst(event.get_code_display())


def _place(code: str, places: dict[str, str]) -> str:
    """A place of the network by its title, an office of the post by its index."""
    if len(code) == 6 and code.isdigit():
        return _("post office %(index)s") % {"index": code}
    return places.get(code, code)


def _titles() -> dict[str, str]:
    return {
        "PLACED": _("Order placed"),
        "PAID": _("Payment received"),
        "COMPLETED": _("Order completed"),
        "CANCELLED": _("Order cancelled"),
        "REFUNDING": _("Money is being returned"),
        "REFUNDED": _("Money returned"),
        "PROMISE_MOVED": _("The promised date has moved"),
        "DELAYED": _("The parcel is late; we are sorry"),
        "TROUBLE": _("Something is wrong with the parcel"),
        "REROUTED": _("Planned anew: a way is closed"),
        "HANDED_OVER": _("The seller handed the goods over"),
        "FAILED": _("The delivery failed"),
        "RECEIVED": _("You confirmed that all is well"),
        "COMPENSATED": _("Compensation for the late delivery"),
        "IDENTITY_ASKED": _("Customs needs the recipient's papers"),
        "IDENTITY_REMINDED": _("We reminded you of the recipient's papers"),
        "IDENTITY_GIVEN": _("The recipient's papers are here"),
        "DISPUTE_OPENED": _("Dispute opened"),
        "DISPUTE_ANSWERED": _("The seller answered"),
        "DISPUTE_DECIDED": _("The dispute is decided"),
        "DISPUTE_WITHDRAWN": _("Dispute withdrawn"),
    }


def _sellers(own: tuple[OrderEvent, ...]) -> dict[str, str]:
    """The names of the sellers who handed something over."""
    slugs = [event.detail["seller"] for event in own if event.kind == "HANDED_OVER"]
    return {seller.slug: seller.name for seller in Seller.objects.filter(slug__in=slugs)}


def _detail(event: OrderEvent, names: dict[str, str]) -> str:
    """What the event says in words: who, why, the new day of a late parcel, what is wrong."""
    if event.kind == "HANDED_OVER":
        return names.get(event.detail["seller"], "")
    if event.kind == "TROUBLE":
        return outlook.words(event.detail["trouble"])[0]
    if told := closures.words(event.detail):
        return told
    if event.kind == "DELAYED":
        days = {
            "day": _day(event.detail["expected_on"]),
            "last": _day(event.detail.get("until_on", "")),
        }
        latest = _("expected %(day)s, at the latest %(last)s")
        return (latest if days["last"] else _("expected %(day)s")) % days
    return str(event.detail.get("text", ""))


def _day(text: str) -> str:
    return closures.in_words(text) if text else ""
