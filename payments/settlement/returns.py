"""What is done with a payout that came back: another route, or a person."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Seller
from orders import terms
from payments.banking import choosing
from payments.models import Payout, ReturnReason, Settlement
from storefront.lib import locks, money
from storefront.lib.refusal import Refusal

from . import conversions, eligibility, payouts

State = Payout.State
Remedy = ReturnReason.Remedy


class NotReturned(Refusal):
    """The payout did not come back, or another one stands in for it already."""

    code = "not_returned"


class CarriedOver(Refusal):
    """A later statement counts the returned sum already."""

    code = "carried_over"


class NotPayable(Refusal):
    """The seller may not be paid this sum now."""

    code = "not_payable"


def remedy(payout: Payout) -> Remedy:
    """What its code asks to be done with a payout; a code nobody knows is for a person."""
    row = ReturnReason.objects.filter(code=payout.reason).first()
    return Remedy(row.remedy) if row else Remedy.PERSON


def follow(payout: Payout, *, now: datetime) -> Payout | None:
    """Send a payout that came back by another route, if that is what its code asks for.

    Whatever does not go by itself stays for a person; not paid, it is carried to the next period.
    Locks: the caller holds the seller's and the payout's.
    """
    most = terms.value("payout_routes_most", on=now.date())
    if remedy(payout) != Remedy.REROUTE or len(chain(payout)) >= most:
        return None
    try:
        return send_again(payout, actor="task:payout", now=now)
    except Refusal:
        return None


@transaction.atomic
def send_again(payout: Payout, *, actor: str, now: datetime) -> Payout:
    """Make another payout for one that came back, by a route that was not tried.

    It pays the same sum to the bank details the seller has now; above the limit two people
    answer for it anew.
    Locks: the seller, the payout.
    Raises: NotReturned; CarriedOver; NotPayable; NoRoute.
    """
    seller = locks.row(Seller.objects.all(), payout.seller_id)
    payout = locks.row(Payout.objects.all(), payout.pk)
    units = money.to_minor(payout.money.amount, "CNY")
    _check(payout, seller, units)
    choice = choosing.choose(units, currency="CNY", now=now, tried=tried(payout))
    if choice.taken is None:
        raise choosing.NoRoute(_("No pair of banks takes this payout now."))
    draft = payouts.Draft(
        seller=seller,
        settlement=payout.settlement,
        units=units,
        choice=choice,
        message=f"{payout.message.rpartition('-')[0]}-{_times(payout) + 1}",
        predecessor=payout,
    )
    return payouts.freeze([draft], until=payout.period_until, actor=actor, now=now)[0]


def _check(payout: Payout, seller: Seller, units: int) -> None:
    if payout.state != State.RETURNED or Payout.objects.filter(predecessor=payout).exists():
        raise NotReturned(_("This payout did not come back, or was sent again already."))
    later = Settlement.objects.filter(seller=seller, period_until__gt=payout.period_until)
    if later.exists():
        raise CarriedOver(_("The next statement counts this sum already: it is paid with it."))
    if eligibility.bounced([seller.pk]):
        raise NotPayable(
            _("The bank calls this account wrong: the seller has to tell another one first.")
        )
    if eligibility.may_be_paid(seller) or units > payouts.payable(seller):
        raise NotPayable(_("The seller may not be paid this sum now."))
    if units > conversions.free_yuan():
        raise NotPayable(_("There are not enough yuan: it is paid with the next period."))


def _times(payout: Payout) -> int:
    rows = Payout.objects.filter(seller=payout.seller_id, period_until=payout.period_until)
    return rows.count()


def chain(payout: Payout) -> list[Payout]:
    """A payout and those it stands in for, the newest first."""
    found = [payout]
    while found[-1].predecessor is not None:
        found.append(found[-1].predecessor)
    return found


def tried(payout: Payout) -> list[tuple[str, str]]:
    """The pairs of banks that gave this money back; not those that named a wrong account."""
    back = (one for one in chain(payout) if one.state == State.RETURNED)
    routes = (one.route for one in back if remedy(one) != Remedy.SELLER)
    return [(route.russian.code, route.chinese.code) for route in routes if route is not None]
