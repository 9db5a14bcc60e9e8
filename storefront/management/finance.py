"""The desks of a simulation: people who look every day at what waits for them."""

from collections import Counter
from datetime import datetime

from django.db.models import QuerySet

from catalog.models import Seller
from orders import holds
from orders.models import Hold
from orders.states import CancelReason
from payments import fx, receipts, refunds, settlement
from payments.models import (
    AccountChange,
    Chargeback,
    Payout,
    Rate,
    Receipt,
    Refund,
    Settlement,
)
from payments.settlement import approvals, changes
from storefront.flows import cancellation, changing
from storefront.lib import clock
from storefront.lib.refusal import Refusal

ASKS, DECIDES = "user:finance-1", "user:finance-2"
OPERATOR, SECOND_OPERATOR = "user:operator-1", "user:operator-2"
FLOOR, SELLER = "user:floor-1", "user:seller-1"


def work(*, now: datetime) -> Counter[str]:
    """Do a day's work at the desks; what was done, and how often."""
    return Counter(
        {
            "payouts approved": sign(now=now),
            "held rates confirmed": _confirm(now),
            "payouts sent again": _send_again(now),
            "accounts confirmed anew": _mend(now),
            "refunds sent again": _refund_again(now),
            "receipts sent again": _receipt_again(now),
            "chargebacks seen to": _after_chargebacks(now),
        }
    )


def sign(*, now: datetime) -> int:
    """Ask for, and approve, every payout that waits for two people; how many there were."""
    waiting = list(Payout.objects.filter(state=Payout.State.WAITING).order_by("pk"))
    for payout in waiting:
        if not payout.asked_by:
            approvals.ask(payout, reason="looked over in the simulation", actor=ASKS)
        try:
            approvals.approve(payout, reason="agreed in the simulation", actor=DECIDES, now=now)
        except approvals.OldAccount as old:
            approvals.refuse(payout, reason=str(old), actor=DECIDES, now=now)
    return len(waiting)


def _confirm(now: datetime) -> int:
    """Let rates be used that moved so far that a person has to look at them."""
    held = list(Rate.objects.filter(is_held=True, rate_on__gte=now.date()).order_by("pk"))
    held += list(Rate.objects.filter(is_held=True, rate_on__lt=now.date()).order_by("pk"))
    known = set(Rate.objects.filter(is_held=False).values_list("currency", "rate_on"))
    fresh = [rate for rate in held if (rate.currency, rate.rate_on) not in known]
    for rate in fresh:
        fx.confirm(rate, actor=DECIDES, now=now)
    return len(fresh)


def _send_again(now: datetime) -> int:
    """Payouts that came back and that no route helps go once more; else the next period pays."""
    last = Settlement.objects.order_by("-period_until").first()
    if last is None:
        return 0
    mine = Payout.objects.filter(state=Payout.State.RETURNED, period_until=last.period_until)
    return sum(_again(payout, now) for payout in mine.order_by("pk"))


def _again(payout: Payout, now: datetime) -> bool:
    try:
        settlement.send_again(payout, actor=ASKS, now=now)
    except Refusal:
        return False  # sent again already, or not now: it is carried to the next period
    return True


def _mend(now: datetime) -> int:
    """Sellers look at the account a bank called wrong, find it right, and finance calls them."""
    back = Payout.objects.filter(state=Payout.State.RETURNED).values("seller")
    wrong = settlement.bounced(
        list(Seller.objects.filter(pk__in=back).values_list("pk", flat=True))
    )
    waiting = AccountChange.objects.open().values("seller")
    for seller in Seller.objects.filter(pk__in=wrong).exclude(pk__in=waiting).order_by("pk"):
        same = changes.Details(seller.cnaps, seller.bank_name, seller.bank_account)
        changing.propose(seller, same, actor=SELLER, now=now, wall=clock.wall())
    asked = AccountChange.objects.filter(state=AccountChange.State.PROPOSED).order_by("pk")
    return sum(_confirmed(change, now) for change in asked.select_related("seller"))


def _confirmed(change: AccountChange, now: datetime) -> bool:
    why = "called in the simulation"
    try:
        changing.confirm(change, reason=why, actor=DECIDES, now=now, wall=clock.wall())
    except Refusal:
        return False  # its bank is not screened yet
    return True


def _refund_again(now: datetime) -> int:
    rejected = Refund.objects.filter(state=Refund.State.REJECTED, again=None)
    found = list(rejected.select_related("charge__order").order_by("pk"))
    for refund in found:
        refunds.send_again(refund, actor=ASKS, now_wall=clock.wall())
        for hold in _holds("REFUND_REJECTED").filter(order=refund.charge.order):
            holds.lift(hold, answer="sent again", actor=ASKS, now=now)
    return len(found)


def _receipt_again(now: datetime) -> int:
    rejected = list(Receipt.objects.filter(state="REJECTED", again=None).order_by("pk"))
    for receipt in rejected:
        receipts.send_again(receipt, why="sent again in the simulation", actor=ASKS, now=now)
    return len(rejected)


def _after_chargebacks(now: datetime) -> int:
    """A bank kept the money of goods under way: they are called back, or else let go on."""
    open_ones = Chargeback.objects.open().values("charge__order")
    waiting = _holds("CHARGEBACK").exclude(order__in=open_ones)
    found = list(waiting.select_related("order").order_by("pk"))
    for hold in found:
        holds.lift(hold, answer="lost to the bank", actor=OPERATOR, now=now)
        try:
            cancellation.cancel(hold.order, reason=CancelReason.OPERATOR, actor=OPERATOR, now=now)
        except Refusal:
            continue  # packed already: the goods reach their buyer
    return len(found)


def _holds(reason: str) -> QuerySet[Hold]:
    return Hold.objects.filter(reason=reason, lifted_at=None)
