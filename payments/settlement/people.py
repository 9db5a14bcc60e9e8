"""What of payouts waits for people: those above the limit, and those that came back for good."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from payments.models import Payout, Settlement
from payments.models.settlement import PayoutQuerySet

State = Payout.State


@dataclass(frozen=True)
class ForPeople:
    """How many payouts wait to be asked for, to be decided, and for another way by hand."""

    to_ask: int
    to_decide: int
    returned: int

    @property
    def total(self) -> int:
        return self.to_ask + self.to_decide + self.returned


def waiting_for_people() -> ForPeople:
    """Count the payouts that go on only when somebody does something; two queries."""
    asked = Payout.objects.filter(state=State.WAITING).aggregate(
        to_ask=Count("pk", filter=Q(asked_by="")), to_decide=Count("pk", filter=~Q(asked_by=""))
    )
    return ForPeople(**asked, returned=returned_for_people().count())


def returned_for_people() -> PayoutQuerySet:
    """Payouts that came back and that nothing stands in for: no other payout, no later statement.

    What a later statement counts is paid with it and waits for nobody.
    """
    later = Settlement.objects.filter(
        seller=OuterRef("seller"), period_until__gt=OuterRef("period_until")
    )
    return Payout.objects.filter(~Exists(later), state=State.RETURNED, successor=None)
