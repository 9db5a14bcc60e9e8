"""Which supervision mode a parcel goes by: chosen by dated rules from what it is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.dated import holding
from logistics.models import CustomsMode
from storefront.lib import kept

from .gateways.messages import WrongPaper

Buyer = CustomsMode.Buyer
BONDED = frozenset({"1210"})  # their lists name the bonded area, who keeps it and the account


class NoMode(WrongPaper):
    """No mode of the day takes such a parcel through the list channel."""

    code = "no_mode"


@dataclass(frozen=True)
class Traits:
    """What of a parcel decides its mode. Money: yuan, goods without freight."""

    buyer: str
    is_bonded: bool
    value: Decimal


@dataclass(frozen=True)
class Mode:
    """The mode of one parcel, and what it asks for."""

    code: str
    order_type: str
    documents: tuple[str, ...]
    is_simplified: bool
    simplified_yuan: Decimal | None
    code_digits: int


@kept.for_a_minute
def _rows(on: date) -> tuple[CustomsMode, ...]:
    return tuple(CustomsMode.objects.filter(holding(on)).order_by("-valid_from"))


def choose(traits: Traits, *, on: date) -> Mode:
    """The mode of a parcel; of several rows of a day the youngest holds.

    Raises: NoMode, also where a full declaration must be filed by hand.
    """
    fitting = (
        row for row in _rows(on) if row.buyer == traits.buyer and row.is_bonded == traits.is_bonded
    )
    row = next(fitting, None)
    if row is None:
        raise NoMode(_("No customs mode takes such goods."), field="tradeMode")
    if row.limit_yuan is not None and traits.value > row.limit_yuan:
        words = _("%(mode)s takes lists up to %(limit)s yuan: a full declaration is needed.")
        limit = {"mode": row.mode, "limit": row.limit_yuan}
        raise NoMode(words % limit, field="tradeMode")
    return of(row, value=traits.value)


def named(mode: str, *, value: Decimal, on: date) -> Mode:
    """A mode that was chosen before.

    Raises: NoMode.
    """
    row = next((row for row in _rows(on) if row.mode == mode), None)
    if row is None:
        raise NoMode(_("No customs mode takes such goods."), field="tradeMode")
    return of(row, value=value)


def of(row: CustomsMode, *, value: Decimal) -> Mode:
    up_to = row.simplified_yuan
    return Mode(
        code=row.mode,
        order_type=row.order_type,
        documents=tuple(row.documents.split("|")),
        is_simplified=up_to is not None and value <= up_to,
        simplified_yuan=up_to,
        code_digits=row.code_digits,
    )
