"""The finance desk of a simulation: two people who look at what waits for them."""

from datetime import datetime

from payments.models import Payout
from payments.settlement import approvals

ASKS, DECIDES = "user:finance-1", "user:finance-2"


def sign(*, now: datetime) -> int:
    """Ask for, and approve, every payout that waits for two people; how many there were."""
    waiting = list(Payout.objects.filter(state=Payout.State.WAITING).order_by("pk"))
    for payout in waiting:
        if not payout.asked_by:
            approvals.ask(payout, reason="looked over in the simulation", actor=ASKS)
        approvals.approve(payout, reason="agreed in the simulation", actor=DECIDES, now=now)
    return len(waiting)
