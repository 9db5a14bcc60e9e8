"""What may come into Russia for one's own use: looked at before goods are sold and declared."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog import restrictions
from catalog.dated import holding
from catalog.models import HsCode, Variant
from logistics.models import ImportLimit
from orders import holds
from orders.models import Order, OrderLine
from storefront.lib import kept
from storefront.lib.refusal import Refusal

Kind = ImportLimit.Kind
Pieces = list[tuple[Variant, int]]
ACTOR = "task:customs"


class OverLimit(Refusal):
    """These goods would not be let in; `facts` name the rule and its source."""

    code = "over_limit"


@kept.for_a_minute
def _rules(on: date) -> tuple[ImportLimit, ...]:
    rows = ImportLimit.objects.filter(holding(on), is_active=True)
    return tuple(rows.order_by("pk"))


@kept.for_a_minute
def _ciphered(on: date) -> frozenset[str]:
    """Codes of devices with encryption on a day."""
    rows = HsCode.objects.filter(needs_fsb=True, valid_from__lte=on)
    return frozenset(rows.values_list("code", flat=True))


def splitting_days(on: date) -> int | None:
    """Over how many days orders of one recipient are looked at together; None, if not at all."""
    return next((rule.days for rule in _rules(on) if rule.kind == Kind.SPLIT), None)


def check(pieces: Iterable[tuple[Variant, int]], *, on: date) -> None:
    """Let goods of one buyer pass, or not; the same rules for a cart and for a declaration.

    Raises: OverLimit, with the reason for the first rule that is broken.
    """
    goods = list(pieces)
    for rule in _rules(on):
        if rule.kind == Kind.IDENTICAL:
            _identical(rule, goods)
        elif rule.kind == Kind.FSB:
            _notified(rule, goods, on)


def _identical(rule: ImportLimit, goods: Pieces) -> None:
    count: Counter[int] = Counter()
    for variant, quantity in goods:
        if variant.hs_code.startswith(rule.hs_prefix):
            count[variant.pk] += quantity
    if rule.most is not None and max(count.values(), default=0) > rule.most:
        raise OverLimit(rule.reason, rule=rule.rule, source=rule.source)


def _notified(rule: ImportLimit, goods: Pieces, on: date) -> None:
    codes = _ciphered(on)
    for variant, _quantity in goods:
        if variant.hs_code in codes and not variant.fsb_notification:
            raise OverLimit(rule.reason, rule=rule.rule, source=rule.source)


def check_declared(pieces: Iterable[tuple[Variant, int]], *, mode: str, on: date) -> None:
    """The last look before a declaration: the rules of a cart, and batteries on the way taken.

    Raises: OverLimit, Restricted.
    """
    goods = list(pieces)
    restrictions.check([variant for variant, _quantity in goods], mode=mode, on=on)
    check(goods, on=on)


def watch(order: Order, *, now: datetime) -> bool:
    """Before parcels are planned, see how much one recipient has bought lately; whether too much.

    Too much holds the order for the customs desk, which lets it go or cancels it.
    Locks: the caller holds the order.
    """
    for rule in _rules(now.date()):
        if rule.kind != Kind.RECIPIENT or rule.most is None:
            continue
        bought = _bought(order.phone, since=now - timedelta(days=rule.days or 0))
        if bought > rule.most:
            note = _("%(pieces)s pieces in %(days)s days; at most %(most)s: %(source)s") % {
                "pieces": bought,
                "days": rule.days,
                "most": rule.most,
                "source": rule.source,
            }
            holds.put(
                order, reason="PERSONAL_USE", owner="customs", actor=ACTOR, now=now, note=note
            )
            return True
    return False


def _bought(phone: str, *, since: datetime) -> int:
    lines = OrderLine.objects.filter(order__phone=phone, order__paid_at__gte=since)
    return lines.exclude(order__state="CANCELLED").aggregate(pieces=Sum("quantity"))["pieces"] or 0
