"""Takes the rows of banks and of our own payouts to the choice of a route."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from orders import days, terms
from payments.models import Bank, Correspondence, Payout, ReturnReason
from storefront.lib import money
from storefront.lib.refusal import Refusal

from . import calendars, routes

Pair = tuple[str, str]
Counts = dict[tuple[int, int], tuple[int, int]]


class NoRoute(Refusal):
    """No pair of banks takes this sum now."""

    code = "no_route"


class SameTerms(Refusal):
    """The route is as it is asked to be."""

    code = "same_terms"


@dataclass(frozen=True)
class Room:
    """All that a choice needs of the tables, read once for any number of sums."""

    currency: str
    pairs: list[routes.Terms]
    weights: routes.Weights
    calendar: calendars.Calendar
    at: datetime

    def choose(self, units: int, *, tried: Collection[Pair] = ()) -> routes.Choice:
        """Judge every pair of banks for a sum.

        Units: fen or kopecks.
        """
        return routes.choose(
            units,
            currency=self.currency,
            pairs=self.pairs,
            weights=self.weights,
            calendar=self.calendar,
            at=self.at,
            tried=tried,
        )

    def fee(self, units: int) -> int:
        """What the banks of the route for a sum take, by its terms; nothing without a route."""
        taken = self.choose(units).taken
        return taken.fee if taken else 0


def room(currency: str, *, now: datetime) -> Room:
    """Read what holds for money that leaves now."""
    here = now.astimezone(days.CHINA)
    on = here.date()
    return Room(currency, pairs(currency, on=on), weights(on), calendars.around(on), here)


def choose(
    units: int, *, currency: str, now: datetime, tried: Collection[Pair] = ()
) -> routes.Choice:
    """Judge every pair of banks for a sum that leaves now.

    Units: fen or kopecks.
    """
    return room(currency, now=now).choose(units, tried=tried)


def pairs(currency: str, *, on: date) -> list[routes.Terms]:
    """The terms of every pair that hold on a day, with what was measured of it."""
    since = on - timedelta(days=terms.value("route_window_days", on=on))
    counts = measured(since)
    rows = Correspondence.objects.holding(on, currency=currency)
    return [_terms(row, counts) for row in rows.select_related("russian", "chinese")]


def measured(since: date) -> Counts:
    """Own payouts since a day by pair: returned by its own fault, and ended in all.

    A wrong account is the seller's fault and tells nothing of the pair.
    """
    remedy = ReturnReason.Remedy.REROUTE
    blamed = list(ReturnReason.objects.filter(remedy=remedy).values_list("code", flat=True))
    ended = Payout.objects.filter(route__isnull=False, ended_at__date__gte=since)
    rows = ended.values_list("route__russian", "route__chinese").annotate(
        returned=Count("pk", filter=Q(state="RETURNED", reason__in=blamed)),
        ended=Count("pk", filter=Q(state="CREDITED") | Q(state="RETURNED", reason__in=blamed)),
    )
    return {(russian, chinese): (back, all_) for russian, chinese, back, all_ in rows.order_by()}


def weights(on: date) -> routes.Weights:
    """What the house counts time and trouble at on a day."""
    return routes.Weights(
        money_bps=terms.value("route_money_bps_a_year", on=on),
        return_cost=terms.value("route_return_cost_fen", on=on),
        prior=terms.value("route_prior_payouts", on=on),
    )


def _terms(row: Correspondence, counts: Counts) -> routes.Terms:
    returned, ended = counts.get((row.russian_id, row.chinese_id), (0, 0))
    fee, least, most = (
        money.to_minor(part.amount, row.currency) for part in (row.fee, row.least, row.most)
    )
    return routes.Terms(
        key=row.pk,
        russian=row.russian.code,
        chinese=row.chinese.code,
        fee=fee,
        fee_bps=row.fee_bps,
        least=least,
        most=most,
        cut_off=row.cut_off,
        days=row.days,
        known_bps=row.returned_bps,
        is_suspended=row.is_suspended,
        returned=returned,
        ended=ended,
    )


def current(route: Correspondence, *, on: date) -> Correspondence:
    """The terms of a route's pair that hold on a day."""
    rows = Correspondence.objects.holding(on, currency=route.currency)
    return rows.get(russian=route.russian_id, chinese=route.chinese_id)


@transaction.atomic
def suspend(
    route: Correspondence, *, is_suspended: bool, reason: str, actor: str, now: datetime
) -> Correspondence:
    """Suspend a pair from today, or open it again: a row of its own, the earlier ones stay.

    Raises: SameTerms.
    """
    Bank.objects.select_for_update(no_key=True).get(pk=route.russian_id)
    on = days.of_china(now)
    held = current(route, on=on)
    if held.is_suspended == is_suspended:
        raise SameTerms(_("The route is like that already."), route=str(held))
    kept = ("fee", "least", "most", "fee_bps", "cut_off", "days", "returned_bps", "is_demo")
    return Correspondence.objects.create(
        russian_id=held.russian_id,
        chinese_id=held.chinese_id,
        currency=held.currency,
        **{name: getattr(held, name) for name in kept},
        is_suspended=is_suspended,
        valid_from=on,
        reason=reason[:300],
        decided_by=actor,
        decided_at=now,
        source=held.source,
    )
