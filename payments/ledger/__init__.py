"""The books: what is posted, what stands where, how it is taken back, cut and sealed."""

from .closing import SAMPLE, StillWriting, broken_seals, close_day, cut, seal, snapshot, verify
from .legs import MOST_LEGS, AlreadyReversed, KeyReused, Leg, Unbalanced
from .posting import find, legs_of, post, reverse
from .standing import (
    Movement,
    Page,
    Standing,
    balance,
    balances,
    of_party,
    order_balance,
    page,
    statement,
    trial_balance,
)

__all__ = [
    "MOST_LEGS",
    "SAMPLE",
    "AlreadyReversed",
    "KeyReused",
    "Leg",
    "Movement",
    "Page",
    "Standing",
    "StillWriting",
    "Unbalanced",
    "balance",
    "balances",
    "broken_seals",
    "close_day",
    "cut",
    "find",
    "legs_of",
    "of_party",
    "order_balance",
    "page",
    "post",
    "reverse",
    "seal",
    "snapshot",
    "statement",
    "trial_balance",
    "verify",
]
