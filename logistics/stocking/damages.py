"""Damaged pieces of a receipt: a person decides what becomes of them, and who bears it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.models import Offer
from logistics import warehouse
from logistics.models import Advice, AdviceCount, DamageDecision
from payments import manual
from payments.models import ManualPosting
from storefront.lib import locks
from storefront.lib.refusal import Refusal

Outcome = DamageDecision.Outcome


class NotDecidable(Refusal):
    """More pieces than are left, or goods that the seller does not have."""

    code = "not_decidable"


@dataclass(frozen=True)
class Decision:
    """What becomes of so many pieces.

    Money: `owed` are yuan the house pays the seller for them, nothing where the damage is his or
    the carrier's; `article` is of the seller's offer that they are sold as.
    """

    outcome: str
    pieces: int
    article: str = ""
    owed: Decimal = Decimal()
    note: str = ""


def left(count: AdviceCount) -> int:
    """How many damaged pieces of a count nobody has decided about."""
    decided = count.decisions.aggregate(total=Sum("pieces"))["total"]
    return count.damaged - int(decided or 0)


@transaction.atomic
def decide(count: AdviceCount, said: Decision, *, actor: str, now: datetime) -> DamageDecision:
    """Write a decision down and do what follows: goods on the dock, a wish to pay the seller.

    What is sold as another article becomes stock of that offer, in the regime it came in; what
    the house owes is posted when a second person agrees.
    Locks: the notice, the stock row.
    Raises: NotDecidable; NoReason.
    """
    advice = locks.row(Advice.objects.select_related("seller"), count.line.advice_id)
    _check(count, said)
    offer = _offer(advice, count, said) if said.outcome == Outcome.SELL else None
    made = DamageDecision.objects.create(
        count=count,
        outcome=said.outcome,
        pieces=said.pieces,
        offer=offer,
        posting=_wish(advice, said, actor=actor, now=now),
        note=said.note,
        actor=actor,
        happened_at=now,
    )
    if offer is not None:
        cause = f"damage:{advice.number}"
        given = (advice.place_id, offer.pk, said.pieces, advice.regime)
        warehouse.receive_all([warehouse.Receipt(*given, cause=cause)], actor=actor, now=now)
    return made


def _check(count: AdviceCount, said: Decision) -> None:
    remaining = left(count)
    if not 0 < said.pieces <= remaining:
        words = _("%(left)s damaged pieces are left to decide about.")
        raise NotDecidable(words % {"left": remaining})
    if said.owed < 0 or (said.owed and said.outcome != Outcome.WRITE_OFF):
        raise NotDecidable(_("Only what is written off is paid for."))


def _offer(advice: Advice, count: AdviceCount, said: Decision) -> Offer:
    """Raises: NotDecidable, unless the seller has another article of that name."""
    found = Offer.objects.filter(seller=advice.seller_id, article=said.article.strip())
    offer = found.exclude(pk=count.line.offer_id).first()
    if offer is None:
        raise NotDecidable(_("The seller has no other article %(article)s.") % {
            "article": said.article.strip()[:40]
        })  # fmt: skip
    return offer


def _wish(advice: Advice, said: Decision, *, actor: str, now: datetime) -> ManualPosting | None:
    if not said.owed:
        return None
    reason = f"{advice.number}: {said.pieces} x {said.note or said.outcome}"
    return manual.ask_to_pay(advice.seller, said.owed, reason=reason[:300], actor=actor, now=now)
