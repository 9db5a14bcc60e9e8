"""What is posted and what is refused."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from storefront.lib.refusal import Refusal

MOST_LEGS = 50


class Unbalanced(Refusal):
    """The legs of a journal do not sum to zero in each currency, or are no journal at all."""

    code = "unbalanced"


class KeyReused(Refusal):
    """A key was used before for another posting."""

    code = "key_reused"


class AlreadyReversed(Refusal):
    """A journal can be taken back once."""

    code = "already_reversed"


@dataclass(frozen=True)
class Leg:
    """One entry to be posted: positive is debit, negative is credit.

    Units: `units` in kopecks or fen.
    """

    purpose: str
    currency: str
    units: int
    party: str = ""
    order_number: str = ""
    order_line: int | None = None

    @property
    def code(self) -> str:
        """The code of the account it goes to."""
        return ".".join(part for part in (self.purpose, self.currency, self.party) if part)

    def mirrored(self) -> "Leg":
        """The leg that undoes this one."""
        return Leg(
            self.purpose,
            self.currency,
            -self.units,
            self.party,
            self.order_number,
            self.order_line,
        )


def checked(legs: Iterable[Leg]) -> list[Leg]:
    """The legs that move something, if together they are a journal.

    Raises: Unbalanced.
    """
    moving = [leg for leg in legs if leg.units]
    sums: dict[str, int] = defaultdict(int)
    for leg in moving:
        sums[leg.currency] += leg.units
    off = {currency: units for currency, units in sums.items() if units}
    if off:
        raise Unbalanced(_("The posting does not balance."), off=off)
    if not 2 <= len(moving) <= MOST_LEGS:
        raise Unbalanced(_("A posting has from 2 to 50 legs."), legs=len(moving))
    return moving
