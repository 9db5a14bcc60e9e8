"""The machines of the warehouse's papers: notices of sellers, waves of picking, counts of bins."""

from logistics.models import Advice, BinCount, Wave

A, C, W = Advice.State, BinCount.State, Wave.State
ADVICE_MOVES: dict[Advice.State, frozenset[Advice.State]] = {
    A.ANNOUNCED: frozenset({A.RECEIVING, A.CANCELLED}),
    A.RECEIVING: frozenset({A.RECEIVED}),
    A.RECEIVED: frozenset(),
    A.CANCELLED: frozenset(),
}
WAVE_MOVES: dict[Wave.State, frozenset[Wave.State]] = {
    W.OPEN: frozenset({W.DONE}),
    W.DONE: frozenset(),
}
COUNT_MOVES: dict[BinCount.State, frozenset[BinCount.State]] = {
    C.OPEN: frozenset({C.SECOND, C.AGREED}),
    C.SECOND: frozenset({C.DIFFERS, C.AGREED}),
    C.DIFFERS: frozenset({C.SECOND, C.BOOKED}),
    C.AGREED: frozenset(),
    C.BOOKED: frozenset(),
}
assert set(ADVICE_MOVES) == set(A)
assert set(WAVE_MOVES) == set(W)
assert set(COUNT_MOVES) == set(C)
