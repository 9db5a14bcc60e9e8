"""The machine of an order: its states, its moves, and why it may end early."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PLACED = "PLACED", _("awaits payment")
    PAID = "PAID", _("paid")
    COMPLETED = "COMPLETED", _("completed")
    CANCELLED = "CANCELLED", _("cancelled")


class CancelReason(models.TextChoices):
    EXPIRED = "EXPIRED", _("not paid in time")
    BUYER = "BUYER", _("cancelled by the buyer")
    OUT_OF_STOCK = "OUT_OF_STOCK", _("out of stock")
    LOST = "LOST", _("lost on the way")
    RETURNED = "RETURNED", _("returned to the sender")
    REFUSED_BY_CUSTOMS = "REFUSED_BY_CUSTOMS", _("refused by customs")
    OPERATOR = "OPERATOR", _("cancelled by an operator")
    NO_PAPERS = "NO_PAPERS", _("the recipient's papers were not given in time")


MOVES: dict[State, frozenset[State]] = {
    State.PLACED: frozenset({State.PAID, State.CANCELLED}),
    State.PAID: frozenset({State.COMPLETED, State.CANCELLED}),
    State.COMPLETED: frozenset(),
    State.CANCELLED: frozenset(),
}
assert set(MOVES) == set(State)
assert set(State) - {State.PLACED} == frozenset().union(*MOVES.values())
