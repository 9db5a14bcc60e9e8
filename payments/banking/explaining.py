"""Says in the reader's language why a route was taken; the choice itself is kept as data."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from payments.models import Bank
from storefront.lib import money

REFUSALS = {
    "SUSPENDED": gettext_lazy("suspended"),
    "TRIED": gettext_lazy("gave this payout back before"),
    "TOO_LITTLE": gettext_lazy("does not take so little"),
    "TOO_MUCH": gettext_lazy("does not take so much"),
}


def lines(record: dict[str, Any]) -> list[str]:
    """The choice in sentences: what was taken and why, then the next best, then what fell out."""
    judged = record.get("judged", [])
    if not judged:
        return []
    titles = _titles(judged)
    told = [_way(one, titles, record["currency"]) for one in judged if not one["refusal"]]
    if not told:
        return [_("No route could be taken.")]
    others = record.get("others", 0)
    words = ngettext("%(count)d more pair costs more", "%(count)d more pairs cost more", others)
    return [
        _("Taken: %(way)s") % {"way": told[0]},
        *[_("Instead: %(way)s") % {"way": way} for way in told[1:]],
        *([words % {"count": others}] if others else []),
        *_refused(judged, titles),
    ]


def _titles(judged: list[dict[str, Any]]) -> dict[str, str]:
    codes = {one[side] for one in judged for side in ("russian", "chinese")}
    return {bank.code: bank.title for bank in Bank.objects.filter(code__in=codes)}


def _way(one: dict[str, Any], titles: dict[str, str], currency: str) -> str:
    share = float(one["return_share"]) * 100
    returned, ended = one["measured"]
    text = _(
        "%(pair)s: fee %(fee)s, %(days)d days worth %(time)s, %(share)s %% come back "
        "(own: %(returned)d of %(ended)d) worth %(back)s, in all %(score)s %(currency)s"
    )
    return text % {
        "pair": _pair(one, titles),
        "fee": _sum(one["fee"], currency),
        "days": one["days"],
        "time": _sum(one["time_cost"], currency),
        "share": f"{share:.2f}",
        "returned": returned,
        "ended": ended,
        "back": _sum(one["return_cost"], currency),
        "score": _sum(one["score"], currency),
        "currency": currency,
    }


def _refused(judged: list[dict[str, Any]], titles: dict[str, str]) -> list[str]:
    out = [one for one in judged if one["refusal"]]
    return [
        _("Not taken: %(pair)s, %(why)s")
        % {"pair": _pair(one, titles), "why": REFUSALS[one["refusal"]]}
        for one in out
    ]


def _pair(one: dict[str, Any], titles: dict[str, str]) -> str:
    names = (titles.get(one[side], one[side]) for side in ("russian", "chinese"))
    return " \u2192 ".join(names)


def _sum(units: int, currency: str) -> str:
    return f"{money.from_minor(units, currency):,}"
