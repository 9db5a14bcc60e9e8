"""Makes the payouts of a period: a frozen batch, each payout with its route and beneficiary."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum
from djmoney.money import Money

from catalog.models import Seller
from orders import terms
from payments import ledger, protection
from payments.banking import choosing, routes
from payments.models import Payout, PayoutBatch, Settlement
from payments.screening import clearing
from storefront.lib import due, locks, money

from . import conversions, eligibility

State = Payout.State


@dataclass(frozen=True)
class Draft:
    """A payout about to be made.

    Units: fen.
    """

    seller: Seller
    settlement: Settlement | None
    units: int
    choice: routes.Choice
    message: str
    predecessor: Payout | None = None

    @property
    def sealed(self) -> str:
        """What the digest of a batch is made over."""
        who = self.seller
        return f"{self.message}|{self.units}|{who.name_zh}|{who.bank_account}|{who.cnaps}"


def payable(seller: Seller) -> int:
    """Fen a seller may be promised now: his account less what is promised already or kept."""
    standing = -ledger.balance("seller_payable", "CNY", seller.slug)
    standing -= protection.withheld().get(seller.slug, 0)
    return standing - _promised(Payout.objects.filter(seller=seller)).get(seller.slug, 0)


def payables() -> dict[str, int]:
    """The same for every seller, by slug, less what a bank may still take back."""
    promised, kept = _promised(Payout.objects.all()), protection.withheld()
    standing = ledger.balances("seller_payable", "CNY")
    return {
        slug: -units - promised.get(slug, 0) - kept.get(slug, 0) for slug, units in standing.items()
    }


def _promised(payouts: QuerySet[Payout]) -> dict[str, int]:
    ready = payouts.filter(pk__in=Payout.objects.ready())
    rows = ready.values_list("seller__slug").annotate(total=Sum("money")).order_by()
    return {slug: money.to_minor(total, "CNY") for slug, total in rows}


def unpaid(until: date) -> list[Settlement]:
    """The statements of a period for which no payout was ever made."""
    rows = Settlement.objects.filter(period_until=until, net_units__gt=0, payouts=None)
    return list(rows.select_related("seller").order_by("seller_id"))


def wanted(until: date, *, now: datetime) -> list[tuple[Settlement, int]]:
    """The statements of a period that can be paid, and the fen to pay for each.

    That is its net, less what is known by now not to be owed.
    """
    least = max(1, terms.value("payout_least_fen", on=now.date()))
    owed = payables()
    found = [(row, min(row.net_units, owed.get(row.seller.slug, 0))) for row in unpaid(until)]
    shut = eligibility.unpayable(row.seller for row, _units in found)
    return [(row, units) for row, units in found if units >= least and row.seller_id not in shut]


def needed(until: date, *, now: datetime) -> int:
    """Fen that the payouts of a period will take from our account.

    That is what is paid, and what banks take on its way: as often as the house keeps their fees
    ready, for a payout that comes back pays them again.
    """
    room = choosing.room("CNY", now=now)
    times = terms.value("payout_fees_ready", on=now.date())
    return sum(units + times * room.fee(units) for _row, units in wanted(until, now=now))


def make(until: date, *, actor: str, now: datetime) -> list[Payout]:
    """Make the payouts of a period as one batch; what is made already is not made again.

    Never promises yuan that are not there: who is left out is paid with the next period.
    Locks: the caller is in a transaction; the sellers by key.
    """
    keys = [row.seller_id for row, _units in wanted(until, now=now)]
    sellers = locks.rows(Seller.objects.filter(pk__in=keys))
    paid = set(keys) - clearing.not_clear(sellers, until=until, now=now)
    free, room = conversions.free_yuan(), choosing.room("CNY", now=now)
    before = _made_before(until)
    drafts = []
    for row, units in wanted(until, now=now):
        choice = room.choose(units)
        if row.seller_id not in paid or choice.taken is None or units + choice.taken.fee > free:
            continue
        free -= units + choice.taken.fee
        message = f"PAY-{until:%Y%m%d}-{row.seller_id}-{before[row.seller_id] + 1}"
        drafts.append(Draft(row.seller, row, units, choice, message))
    return freeze(drafts, until=until, actor=actor, now=now) if drafts else []


def _made_before(until: date) -> Counter[int]:
    """How many payouts of a period each seller has, also those that came to nothing."""
    return Counter(Payout.objects.filter(period_until=until).values_list("seller", flat=True))


def freeze(drafts: Sequence[Draft], *, until: date, actor: str, now: datetime) -> list[Payout]:
    """Write a batch and its payouts; those above the limit wait for two people.

    Locks: the caller holds the sellers'.
    """
    total = sum(draft.units for draft in drafts)
    batch = PayoutBatch.objects.create(
        period_until=until,
        number=PayoutBatch.objects.for_period(until).count() + 1,
        payouts_n=len(drafts),
        total=Money(money.from_minor(total, "CNY"), "CNY"),
        digest=digest(draft.sealed for draft in drafts),
        made_at=now,
        made_by=actor,
    )
    limit = terms.value("payout_two_people_yuan", on=now.date()) * 100
    made = Payout.objects.bulk_create(
        _made(draft, batch, needs_two=draft.units > limit, now=now) for draft in drafts
    )
    for payout in made:
        if payout.due_at:
            due.wake(Payout.DUE_TASK, id=payout.pk)
    advance(batch, now=now)
    return made


def digest(sealed: Iterable[str]) -> str:
    """The digest of a batch over its payouts in the order of their making."""
    return hashlib.sha256("\n".join(sealed).encode()).hexdigest()


def _made(draft: Draft, batch: PayoutBatch, *, needs_two: bool, now: datetime) -> Payout:
    taken = draft.choice.taken
    assert taken is not None, "a draft without a route is no draft"
    return Payout(
        seller=draft.seller,
        settlement=draft.settlement,
        batch=batch,
        predecessor=draft.predecessor,
        period_until=batch.period_until,
        money=Money(money.from_minor(draft.units, "CNY"), "CNY"),
        creditor=draft.seller.name_zh,
        account=draft.seller.bank_account,
        cnaps=draft.seller.cnaps,
        message=draft.message,
        route_id=taken.terms.key,
        choice=draft.choice.record(),
        state=State.WAITING if needs_two else State.READY,
        needs_two=needs_two,
        made_at=now,
        due_at=None if needs_two else now,
    )


def advance(batch: PayoutBatch | None, *, now: datetime) -> None:
    """Let a batch be where its payouts are.

    Locks: the batch.
    """
    if batch is None:
        return
    batch = locks.row(PayoutBatch.objects.all(), batch.pk)
    states = set(batch.payouts.values_list("state", flat=True))
    if batch.state == PayoutBatch.State.FROZEN and State.WAITING not in states:
        batch.state, batch.approved_at = PayoutBatch.State.APPROVED, now
        batch.save(update_fields=["state", "approved_at"])
    if batch.state == PayoutBatch.State.APPROVED and not states & {State.WAITING, State.READY}:
        batch.state, batch.sent_at = PayoutBatch.State.SENT, now
        batch.save(update_fields=["state", "sent_at"])
