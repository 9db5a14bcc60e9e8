"""Takes a payout to the bank and keeps what the bank says of it; any step may come twice."""

from datetime import datetime, timedelta

from django.db import transaction

from catalog.models import Seller
from orders import days
from payments import banks, ledger, postings
from payments.banking import choosing
from payments.models import Payout
from payments.statements import pain001, pain002
from storefront.lib import due, http, locks, money

from . import payouts, returns

State = Payout.State
LOOK_AGAIN = timedelta(hours=2)


def drive(payout: Payout, *, now: datetime) -> None:
    """Take a claimed payout one step: hand its file in, or ask how it stands.

    Not inside a transaction. What the bank refuses at the door is returned at once; what came
    back by the route's fault goes by another one in the same transaction.
    Raises: Unreachable, Unknown, Refused; Zombie; NoRoute.
    """
    _keep_route_open(payout, now=now)
    standing = _talk(payout)
    with transaction.atomic(durable=True):
        locks.row(Seller.objects.all(), payout.seller_id)
        fresh = record(locks.row(Payout.objects.all(), payout.pk), standing, now=now)
        is_open = fresh.state in (State.READY, State.SENT)
        due.finish(payout, at=now + LOOK_AGAIN if is_open else None)
        payouts.advance(fresh.batch, now=now)
        if fresh.state == State.RETURNED:
            returns.follow(fresh, now=now)


def _keep_route_open(payout: Payout, *, now: datetime) -> None:
    """A route that was suspended since the payout was made is exchanged before it is sent.

    The payout and its message stay the same, so the bank can never take it twice.
    """
    if payout.state != State.READY or payout.route is None:
        return
    on = days.of_china(now)
    if not choosing.current(payout.route, on=on).is_suspended:
        return
    units = money.to_minor(payout.money.amount, "CNY")
    choice = choosing.choose(units, currency="CNY", now=now, tried=returns.tried(payout))
    if choice.taken is None:
        raise http.Unreachable("no pair of banks takes this payout now")
    payout.route_id, payout.choice = choice.taken.terms.key, choice.record()
    ready = Payout.objects.filter(pk=payout.pk, state=State.READY)
    ready.update(route_id=payout.route_id, choice=payout.choice)


def _talk(payout: Payout) -> pain002.Standing:
    if payout.state == State.SENT:
        standing = banks.standing(payout.message, payout.message)
        if standing is not None:
            return standing
    try:
        banks.send(file_of(payout))
    except pain001.BadPayment as error:
        return pain002.Standing("returned", "RJCT", str(error).split(":")[0][:10])
    except http.Refused as refused:
        # 409: the bank has a file of ours under this name already, so it asks no second one.
        if refused.status not in (400, 409):
            raise
        if refused.status == 400:
            return pain002.Standing("returned", "RJCT", "FF01")
    return pain002.Standing("under_way", "RCVD")


def file_of(payout: Payout) -> bytes:
    """The pain.001 of a payout; always the same bytes for the same payout and route.

    Raises: BadPayment.
    """
    seller, route = payout.seller, payout.route
    credit = pain001.Credit(
        end_to_end=payout.message,
        uetr=payout.uetr,
        price=payout.money.amount,
        creditor=payout.creditor or seller.name_zh,
        account=payout.account or seller.bank_account,
        cnaps=payout.cnaps or seller.cnaps,
        text=f"Goods sold, period until {payout.period_until}",
        via=(route.russian.bic, route.chinese.bic) if route else (),
    )
    return pain001.build(
        payout.message,
        debtor=banks.debtor(),
        credits=[credit],
        made_at=payout.made_at,
        on=days.of_books(payout.made_at),
    )


@transaction.atomic
def record(payout: Payout, standing: pain002.Standing, *, now: datetime) -> Payout:
    """Keep how a payout stands; the same answer again changes nothing.

    Locks: the caller holds the payout's.
    """
    if payout.state == State.READY:
        _mark_sent(payout, now)
    if payout.state == State.SENT and standing.outcome == "credited":
        units = money.to_minor(payout.money.amount, "CNY")
        _post(payout, "payout-credited", postings.payout_credited(units), now)
        payout.state, payout.ended_at = State.CREDITED, now
    if payout.state in (State.SENT, State.CREDITED) and standing.outcome == "returned":
        _mark_returned(payout, standing.reason, now)
    payout.save(update_fields=["state", "reason", "sent_at", "ended_at"])
    return payout


def _mark_sent(payout: Payout, now: datetime) -> None:
    units = money.to_minor(payout.money.amount, "CNY")
    _post(payout, "payout-sent", postings.payout_sent(units, seller=payout.seller.slug), now)
    payout.state, payout.sent_at = State.SENT, now
    payout.save(update_fields=["state", "sent_at"])


def _mark_returned(payout: Payout, reason: str, now: datetime) -> None:
    for kind in ("payout-credited", "payout-sent"):
        journal = ledger.find(f"{kind}:{payout.message}")
        if journal is not None:
            ledger.reverse(
                journal,
                key=f"un{journal.key}",
                occurred_at=now,
                actor="task:payout",
                source=f"payout {payout.message} returned: {reason}",
            )
    payout.state, payout.reason, payout.ended_at = State.RETURNED, reason[:10], now


def _post(payout: Payout, kind: str, legs: list[ledger.Leg], now: datetime) -> None:
    ledger.post(
        kind,
        key=f"{kind}:{payout.message}",
        legs=legs,
        occurred_at=now,
        actor="task:payout",
        source=f"payout {payout.message}",
    )
