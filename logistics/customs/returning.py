"""Goods that come back to China: within which time, and filed how."""

import calendar
from datetime import date, datetime

from django.utils.translation import gettext as _

from catalog.dated import holding
from logistics.models import Declaration, Filing, ReturnRelief
from storefront.lib.refusal import Refusal

from . import filings
from .gateways.messages import BEIJING


class NoRelief(Refusal):
    """No rule lets these goods come back without duty, or its time is over."""

    code = "no_relief"


def last_day(declaration: Declaration, *, on: date) -> date | None:
    """The last day goods of a released list may come back without duty; None, without a rule.

    Time: days in Beijing; months are counted from the day of release.
    """
    if declaration.ended_at is None or declaration.state != Declaration.State.RELEASED:
        return None
    exported = declaration.ended_at.astimezone(BEIJING).date()
    rules = ReturnRelief.objects.filter(
        holding(on), exported_from__lte=exported, exported_until__gt=exported
    )
    fitting = [rule for rule in rules if declaration.mode in rule.modes.split("|")]
    return max((_months_after(exported, rule.months) for rule in fitting), default=None)


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def come_back(declaration: Declaration, *, reason: str, actor: str, now: datetime) -> Filing:
    """File the return of goods while the relief holds.

    Raises: NoRelief; NotCancellable, if it was filed already.
    """
    today = now.astimezone(BEIJING).date()
    until = last_day(declaration, on=today)
    if until is None:
        raise NoRelief(_("No rule lets these goods come back without duty."))
    if today > until:
        raise NoRelief(_("The time for it ended on %(day)s.") % {"day": until.isoformat()})
    return filings.come_back(declaration, reason=reason, actor=actor, now=now)
