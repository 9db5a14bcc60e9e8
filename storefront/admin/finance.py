"""What the finance officer opens her day with: the period, what waits for her, papers and books."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from orders import days
from payments import figures
from payments.models import Break, Payout
from storefront.templatetags.money import whole, yuan

from . import cells, charts, turns
from .payouts import PAYOUT_TONES

PERIODS = 8
NEEDS = "payments.change_payout"

WAITS = (
    ("payouts", "second", _("payouts to approve"), "payments.payout"),
    ("payouts", "first", _("payouts to look over before another approves"), "payments.payout"),
    ("payouts", "back", _("returned payouts that wait for a person"), "payments.payout"),
    ("chargebacks", "overdue", _("chargebacks past their deadline"), "payments.chargeback"),
    ("chargebacks", "today", _("chargebacks to be answered today"), "payments.chargeback"),
    ("chargebacks", "later", _("chargebacks to be answered later"), "payments.chargeback"),
    ("disputes", "overdue", _("disputes past their deadline"), "payments.dispute"),
    ("disputes", "today", _("disputes whose deadline is today"), "payments.dispute"),
    ("disputes", "decide", _("disputes to decide"), "payments.dispute"),
    ("disputes", "second", _("decisions of disputes for a second person"), "payments.dispute"),
)


def panels(now: datetime) -> dict[str, Any]:
    """Everything, in thirteen queries."""
    until = turns.end_of_day(now)
    found = {
        "payouts": figures.waiting_payouts(),
        "disputes": figures.disputes(now=now, until=until),
        "chargebacks": figures.chargebacks(now=now, until=until),
    }
    broken = figures.breaks(on=days.of_books(now))
    return {
        "tiles": list(_tiles(found, broken, now)),
        "settlement": _settlement(now),
        "waits": [*_waits(found, now), *_postings(now), *_accounts(now)],
        "breaks": _breaks(broken, now),
        "papers": [_paper(paper) for paper in figures.papers(now=now)],
        "books": _books(broken, now),
    }


def _tiles(found, broken, now: datetime) -> Iterator[dict[str, Any]]:
    """The four counts one looks for first, zero or not."""
    payouts, back = found["payouts"]["second"], found["payouts"]["back"]
    wants = {"turn": "second"}
    yield _tile(
        _("payouts to approve"), payouts.rows, _aged(payouts, now), "payments.payout", wants
    )
    yield _tile(
        _("returned payouts"), back.rows, _aged(back, now), "payments.payout", {"turn": "back"}
    )
    late = sum(one.overdue for one in broken)
    yield _tile(
        _("open breaks"),
        sum(one.breaks for one in broken),
        _("overdue: %(count)s") % {"count": whole(late)},
        "payments.break",
        {"state__exact": "OPEN"},
    )
    decide = found["disputes"]["decide"]
    yield _tile(
        _("disputes to decide"),
        decide.rows,
        _("overdue: %(count)s") % {"count": whole(found["disputes"]["overdue"].rows)},
        "payments.dispute",
        {"turn": "decide"},
    )


def _tile(label, rows: int, beside, name: str, wants: dict[str, str]) -> dict[str, Any]:
    return {
        "label": label,
        "rows": rows,
        "value": whole(rows),
        "beside": beside,
        "url": cells.listing(name, **wants),
    }


def _aged(found: figures.Waiting, now: datetime) -> str:
    """The sum, and how long the oldest waits."""
    if not found.rows:
        return ""
    return f"{yuan(found.yuan)} \u00b7 {cells.span(now - found.oldest_at)}"


def _waits(found, now: datetime) -> Iterator[dict[str, Any]]:
    for kind, turn, label, name in WAITS:
        one = found[kind][turn]
        if one.rows:
            yield {
                "label": label,
                "rows": one.rows,
                "sum": yuan(one.yuan) if one.yuan else "",
                "age": cells.span(now - one.oldest_at),
                "url": cells.listing(name, turn=turn),
            }


def _postings(now: datetime) -> Iterator[dict[str, Any]]:
    one = figures.waiting_postings()
    if one.rows:
        yield {
            "label": _("postings by hand for a second person"),
            "rows": one.rows,
            "age": cells.span(now - one.oldest_at),
            "url": cells.listing("payments.manualposting", decision__exact=""),
        }


def _accounts(now: datetime) -> Iterator[dict[str, Any]]:
    one = figures.waiting_accounts()
    if one.rows:
        yield {
            "label": _("accounts of sellers to confirm"),
            "rows": one.rows,
            "age": cells.span(now - one.oldest_at),
            "url": cells.listing("payments.accountchange", state__exact="PROPOSED"),
        }


def _settlement(now: datetime) -> dict[str, Any]:
    """The last period by state of its payouts, the next run, and the periods before as a chart."""
    found, job = figures.periods(PERIODS), figures.next_payouts()
    told = {
        "next": cells.moment(job.due_at) if job else "",
        "is_late": bool(job and job.due_at < now),
        "last": found[0] if found else None,
        "chart": charts.bars(
            _("To sellers by period, yuan"), [(one.until, one.owed) for one in found[::-1]]
        ),
    }
    if not found:
        return told
    last, states = found[0], dict(Payout.State.choices)
    return told | {
        "until": cells.day(last.until),
        "owed": yuan(last.owed),
        "owing": yuan(last.owing) if last.owing else "",
        "url": cells.listing("payments.settlement", period_until__exact=last.until),
        "states": [
            {
                "label": cells.tag(states[one.state], PAYOUT_TONES[one.state]),
                "rows": one.payouts,
                "sum": yuan(one.yuan),
                "url": cells.listing(
                    "payments.payout", period_until__exact=last.until, state__exact=one.state
                ),
            }
            for one in figures.payouts(last.until)
        ],
    }


def _breaks(broken: list[figures.Broken], now: datetime) -> list[dict[str, Any]]:
    """Open breaks by kind as bars."""
    most = max((one.breaks for one in broken), default=1)
    kinds = dict(Break.Kind.choices)
    return [
        {
            "label": kinds[one.kind],
            "value": one.breaks,
            "most": most,
            "age": cells.span(now - one.oldest_at),
            "tone": "bad" if one.overdue else "warn",
            "url": cells.listing("payments.break", state__exact="OPEN", kind__exact=one.kind),
        }
        for one in broken
    ]


def _paper(paper: figures.Paper) -> dict[str, Any]:
    wants = {} if paper.key is None else {"account__id__exact": paper.key}
    name = "payments.registry" if paper.key is None else "payments.bankstatement"
    if paper.last_on is None:
        sign = cells.tag(_("none yet"), "warn")
    elif paper.missing_days:
        words = _("missing for %(days)d d") % {"days": paper.missing_days}
        sign = cells.tag(words, "bad")
    else:
        sign = cells.tag(_("here"), "good")
    return {
        "source": paper.source,
        "last": cells.day(paper.last_on),
        "taken": cells.moment(paper.taken_at),
        "sign": sign,
        "url": cells.listing(name, **wants),
    }


def _books(broken: list[figures.Broken], now: datetime) -> dict[str, Any]:
    """The seal of the last day, what its closing said, and what our own books disagree about."""
    found = figures.books(now=now)
    seal = found.seal
    wrong = sum(one.breaks for one in broken if one.kind == Break.Kind.BOOKS)
    return {
        "word": _("closed and sealed") if found.is_sealed else _("not sealed"),
        "tone": "good" if found.is_sealed and not wrong else "bad",
        "wanted": cells.day(found.wanted),
        "seal": seal and cells.link(seal, cells.day(seal.day)),
        "sealed": seal and cells.moment(seal.sealed_at),
        "entries": seal and whole(seal.entries_count),
        "digest": seal and seal.digest[:16],
        "broken": found.outcome if found.outcome.startswith("BROKEN") else "",
        "wrong": wrong,
        "url": cells.listing(
            "payments.break", state__exact="OPEN", kind__exact=Break.Kind.BOOKS.value
        ),
    }
