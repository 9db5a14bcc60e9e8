"""The machines of charges, refunds and payouts; their states follow from recorded facts."""

from .models.charges import Charge, Refund
from .models.settlement import Payout, PayoutBatch

C, R, P, B = Charge.State, Refund.State, Payout.State, PayoutBatch.State

# A cancelled charge may still be captured: money that comes late is recorded, never refused.
CHARGE_MOVES: dict[Charge.State, frozenset[Charge.State]] = {
    C.READY: frozenset({C.PENDING, C.CAPTURED, C.CANCELLED}),
    C.PENDING: frozenset({C.CAPTURED, C.CANCELLED}),
    C.CANCELLED: frozenset({C.CAPTURED}),
    C.CAPTURED: frozenset(),
}
REFUND_MOVES: dict[Refund.State, frozenset[Refund.State]] = {
    R.READY: frozenset({R.SENT, R.DONE, R.REJECTED}),
    R.SENT: frozenset({R.DONE, R.REJECTED}),
    R.DONE: frozenset(),
    R.REJECTED: frozenset({R.READY}),
}
PAYOUT_MOVES: dict[Payout.State, frozenset[Payout.State]] = {
    P.WAITING: frozenset({P.READY, P.CANCELLED}),
    P.READY: frozenset({P.SENT, P.RETURNED}),
    P.SENT: frozenset({P.CREDITED, P.RETURNED}),
    P.CREDITED: frozenset({P.RETURNED}),
    P.RETURNED: frozenset(),
    P.CANCELLED: frozenset(),
}
BATCH_MOVES: dict[PayoutBatch.State, frozenset[PayoutBatch.State]] = {
    B.FROZEN: frozenset({B.APPROVED}),
    B.APPROVED: frozenset({B.SENT}),
    B.SENT: frozenset(),
}
assert set(CHARGE_MOVES) == set(C)
assert set(REFUND_MOVES) == set(R)
assert set(PAYOUT_MOVES) == set(P)
assert set(BATCH_MOVES) == set(B)
