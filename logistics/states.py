"""The machine of a parcel, and the vocabulary of what happens to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PLANNED = "PLANNED", _("planned")
    AWAITED = "AWAITED", _("awaited from Shenzhen")
    STOCKED = "STOCKED", _("in the border warehouse")
    PICKED = "PICKED", _("picked")
    PACKED = "PACKED", _("packed")
    DECLARED = "DECLARED", _("declared for export")
    CLEARED = "CLEARED", _("cleared for export")
    BAGGED = "BAGGED", _("in a bag")
    LOADED = "LOADED", _("loaded")
    DEPARTED = "DEPARTED", _("departed")
    AT_BORDER = "AT_BORDER", _("at Russian customs")
    IMPORT_CLEARED = "IMPORT_CLEARED", _("cleared for import")
    LAST_MILE = "LAST_MILE", _("with the last carrier")
    DELIVERED = "DELIVERED", _("delivered")
    RETURNED = "RETURNED", _("returned")
    LOST = "LOST", _("lost")
    DESTROYED = "DESTROYED", _("destroyed")
    CANCELLED = "CANCELLED", _("cancelled")

    @classmethod
    def ends(cls) -> "frozenset[State]":
        return frozenset(state for state, targets in MOVES.items() if not targets)


S = State
MISHAPS = frozenset({S.RETURNED, S.LOST, S.DESTROYED})
MOVES: dict[State, frozenset[State]] = {
    S.PLANNED: frozenset({S.AWAITED, S.STOCKED, S.CANCELLED}),
    S.AWAITED: frozenset({S.PICKED, S.CANCELLED}),
    S.STOCKED: frozenset({S.PICKED, S.CANCELLED}),
    S.PICKED: frozenset({S.PACKED, S.CANCELLED}),
    S.PACKED: frozenset({S.DECLARED, S.RETURNED}),
    S.DECLARED: frozenset({S.CLEARED, S.RETURNED}),
    S.CLEARED: frozenset({S.BAGGED, S.LOST}),
    S.BAGGED: frozenset({S.LOADED, S.LOST}),
    S.LOADED: frozenset({S.DEPARTED, S.LOST}),
    S.DEPARTED: frozenset({S.AT_BORDER}) | MISHAPS,
    S.AT_BORDER: frozenset({S.IMPORT_CLEARED}) | MISHAPS,
    S.IMPORT_CLEARED: frozenset({S.LAST_MILE}) | MISHAPS,
    S.LAST_MILE: frozenset({S.DELIVERED}) | MISHAPS,
    S.DELIVERED: frozenset(),
    S.RETURNED: frozenset(),
    S.LOST: frozenset(),
    S.DESTROYED: frozenset(),
    S.CANCELLED: frozenset(),
}
assert set(MOVES) == set(State)
assert set(State) - {S.PLANNED} == frozenset().union(*MOVES.values())


class Code(models.TextChoices):
    """The canonical event vocabulary (design notes 4.1)."""

    PRE_ADVICE = "PRE_ADVICE", _("parcel planned")
    SELLER_PICKED_UP = "SELLER_PICKED_UP", _("collected from the seller")
    PICKUP_FAILED = "PICKUP_FAILED", _("collection failed")
    SELLER_HANDED_OVER = "SELLER_HANDED_OVER", _("seller handed the goods over")
    HUB_INBOUND = "HUB_INBOUND", _("arrived in Harbin")
    HUB_PICKED = "HUB_PICKED", _("picked in Harbin")
    HUB_PACKED = "HUB_PACKED", _("packed and weighed")
    HUB_JOINED = "HUB_JOINED", _("put into one box with another parcel of yours")
    HUB_PARTED = "HUB_PARTED", _("goes in a box of its own again")
    HUB_BAGGED = "HUB_BAGGED", _("put into a bag")
    HUB_OUTBOUND = "HUB_OUTBOUND", _("loaded")
    EXPORT_CUSTOMS_START = "EXPORT_CUSTOMS_START", _("declared to Chinese customs")
    EXPORT_CUSTOMS_HOLD = "EXPORT_CUSTOMS_HOLD", _("inspected by Chinese customs")
    EXPORT_CUSTOMS_CLEARED = "EXPORT_CUSTOMS_CLEARED", _("released by Chinese customs")
    EXPORT_CUSTOMS_FAILED = "EXPORT_CUSTOMS_FAILED", _("not released by Chinese customs")
    LINEHAUL_ACCEPTED = "LINEHAUL_ACCEPTED", _("accepted by the carrier")
    LINEHAUL_DEPARTED = "LINEHAUL_DEPARTED", _("departed")
    TRANSIT_ARRIVED = "TRANSIT_ARRIVED", _("arrived at a point of transit")
    TRANSIT_DEPARTED = "TRANSIT_DEPARTED", _("left a point of transit")
    LINEHAUL_ARRIVED = "LINEHAUL_ARRIVED", _("arrived in Russia")
    IMPORT_CUSTOMS_START = "IMPORT_CUSTOMS_START", _("declared to Russian customs")
    IMPORT_CUSTOMS_HOLD = "IMPORT_CUSTOMS_HOLD", _("inspected by Russian customs")
    IMPORT_DUTY_DUE = "IMPORT_DUTY_DUE", _("customs duty is due")
    IMPORT_DUTY_PAID = "IMPORT_DUTY_PAID", _("customs duty is paid")
    IMPORT_CUSTOMS_CLEARED = "IMPORT_CUSTOMS_CLEARED", _("released by Russian customs")
    IMPORT_CUSTOMS_REFUSED = "IMPORT_CUSTOMS_REFUSED", _("refused by Russian customs")
    LASTMILE_ACCEPTED = "LASTMILE_ACCEPTED", _("handed to the last carrier")
    AT_DELIVERY_OFFICE = "AT_DELIVERY_OFFICE", _("in your city")
    READY_FOR_PICKUP = "READY_FOR_PICKUP", _("ready to be collected")
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY", _("with the courier")
    DELIVERY_FAILED = "DELIVERY_FAILED", _("delivery failed")
    DELIVERED = "DELIVERED", _("delivered")
    REDIRECTED = "REDIRECTED", _("redirected")
    DAMAGED = "DAMAGED", _("damaged")
    RETURN_STARTED = "RETURN_STARTED", _("sent back")
    RETURNED_TO_SENDER = "RETURNED_TO_SENDER", _("returned to the sender")
    LOST = "LOST", _("lost")
    DESTROYED = "DESTROYED", _("destroyed")
    CANCELLED = "CANCELLED", _("cancelled")
    REROUTED = "REROUTED", _("planned anew")
