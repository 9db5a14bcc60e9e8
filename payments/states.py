"""The machines of money; those of charges, refunds and payouts follow from recorded facts."""

from .models.changes import AccountChange
from .models.charges import Charge, Refund
from .models.disputes import Chargeback, Dispute
from .models.receipts import Receipt
from .models.reconciliation import Break
from .models.settlement import Payout, PayoutBatch

C, R, P, B = Charge.State, Refund.State, Payout.State, PayoutBatch.State
A = AccountChange.State
D, K, F = Dispute.State, Chargeback.State, Receipt.State

# A cancelled charge may still be captured: money that comes late is recorded, never refused.
CHARGE_MOVES: dict[Charge.State, frozenset[Charge.State]] = {
    C.READY: frozenset({C.PENDING, C.AUTHORISED, C.CAPTURED, C.CANCELLED}),
    C.PENDING: frozenset({C.AUTHORISED, C.CAPTURED, C.CANCELLED}),
    C.AUTHORISED: frozenset({C.CAPTURED, C.CANCELLED}),
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
# Until it is in force the seller may withdraw a change, and the desk refuse it.
ACCOUNT_MOVES: dict[AccountChange.State, frozenset[AccountChange.State]] = {
    A.PROPOSED: frozenset({A.CONFIRMED, A.REFUSED, A.WITHDRAWN}),
    A.CONFIRMED: frozenset({A.IN_FORCE, A.REFUSED, A.WITHDRAWN}),
    A.IN_FORCE: frozenset(),
    A.REFUSED: frozenset(),
    A.WITHDRAWN: frozenset(),
}
DISPUTE_MOVES: dict[Dispute.State, frozenset[Dispute.State]] = {
    D.OPEN: frozenset({D.ANSWERED, D.PROPOSED, D.RETURNING, D.CLOSED, D.WITHDRAWN}),
    D.ANSWERED: frozenset({D.PROPOSED, D.RETURNING, D.CLOSED, D.WITHDRAWN}),
    D.PROPOSED: frozenset({D.OPEN, D.ANSWERED, D.RETURNING, D.CLOSED}),
    D.RETURNING: frozenset({D.CLOSED}),
    D.CLOSED: frozenset(),
    D.WITHDRAWN: frozenset(),
}
# A bank may decide without waiting for our answer, and news may come late.
CHARGEBACK_MOVES: dict[Chargeback.State, frozenset[Chargeback.State]] = {
    K.RECEIVED: frozenset({K.ANSWERED, K.WON, K.LOST}),
    K.ANSWERED: frozenset({K.WON, K.LOST}),
    K.WON: frozenset(),
    K.LOST: frozenset(),
}
# A break that shows itself again after its answer is open again.
BREAK_MOVES: dict[Break.State, frozenset[Break.State]] = {
    Break.State.OPEN: frozenset({Break.State.CLOSED}),
    Break.State.CLOSED: frozenset({Break.State.OPEN}),
}
assert set(BREAK_MOVES) == set(Break.State)
RECEIPT_MOVES: dict[Receipt.State, frozenset[Receipt.State]] = {
    F.READY: frozenset({F.SENT, F.REGISTERED, F.REJECTED}),
    F.SENT: frozenset({F.REGISTERED, F.REJECTED}),
    F.REGISTERED: frozenset(),
    F.REJECTED: frozenset(),
}
assert set(CHARGE_MOVES) == set(C)
assert set(REFUND_MOVES) == set(R)
assert set(PAYOUT_MOVES) == set(P)
assert set(DISPUTE_MOVES) == set(D)
assert set(CHARGEBACK_MOVES) == set(K)
assert set(RECEIPT_MOVES) == set(F)
assert set(ACCOUNT_MOVES) == set(A)
assert set(BATCH_MOVES) == set(B)
