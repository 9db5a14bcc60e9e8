"""The machines of charges, refunds, payouts and breaks; their states follow from recorded facts."""

from .models.charges import Charge, Refund
from .models.reconciliation import Break
from .models.settlement import Payout

C, R, P = Charge.State, Refund.State, Payout.State

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
    P.READY: frozenset({P.SENT, P.RETURNED}),
    P.SENT: frozenset({P.CREDITED, P.RETURNED}),
    P.CREDITED: frozenset({P.RETURNED}),
    P.RETURNED: frozenset(),
}
# A break that shows itself again after its answer is open again.
BREAK_MOVES: dict[Break.State, frozenset[Break.State]] = {
    Break.State.OPEN: frozenset({Break.State.CLOSED}),
    Break.State.CLOSED: frozenset({Break.State.OPEN}),
}
assert set(BREAK_MOVES) == set(Break.State)
assert set(CHARGE_MOVES) == set(C)
assert set(REFUND_MOVES) == set(R)
assert set(PAYOUT_MOVES) == set(P)
