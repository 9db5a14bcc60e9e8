"""The start page: today, what is stuck, what waits, and where everything is found."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from logistics import figures, promises
from logistics.models import Lane
from logistics.models.routing import Mode
from logistics.states import State
from payments import exposure
from storefront.cache import FILLING
from storefront.lib import clock
from storefront.templatetags.money import rubles, whole, yuan

from . import cells, finance
from .logistics import SHIPMENT_TONES

KEPT_DAYS = 30
SILENT_AFTER = timedelta(minutes=2)
TRADE_DAYS = 366
STUCK = {
    "holds": (_("orders on hold"), "orders.hold", {"open": "1"}, "business"),
    "declarations": (
        _("declarations rejected or held"),
        "logistics.declaration",
        {"waiting": "1"},
        "business",
    ),
    "rates": (_("rates held for a person"), "payments.rate", {"is_held__exact": "1"}, "business"),
    "charges": (
        _("charges that wait for more than 2 hours"),
        "payments.charge",
        {"state__exact": "PENDING"},
        "wall",
    ),
    "refunds": (
        _("refunds not done for more than a day"),
        "payments.refund",
        {"state__in": "READY,SENT,REJECTED"},
        "wall",
    ),
    "incidents": (_("parcels with an exception"), "logistics.incident", {"open": "1"}, "business"),
    "disputes": (
        _("disputes not decided yet"),
        "payments.dispute",
        {"state__in": "OPEN,ANSWERED,PROPOSED,RETURNING"},
        "business",
    ),
    "breaks": (
        _("breaks between the books and the papers of banks"),
        "payments.break",
        {"state__exact": "OPEN"},
        "business",
    ),
    "closures": (
        _("ways shut now or soon"),
        "logistics.closure",
        {"shut": "1"},
        "business",
    ),
    "circuits": (
        _("parties that do not answer"),
        "logistics.circuit",
        {"away": "1"},
        "wall",
    ),
    "points": (
        _("nights of fetching points of issue that failed"),
        "logistics.pointlist",
        {"failing": "1"},
        "business",
    ),
    "late": (_("parcels behind their promise"), "logistics.shipment", {"late": "1"}, "business"),
    "offers": (
        _("offers waiting for approval"),
        "catalog.offer",
        {"state__exact": "REVIEW"},
        "business",
    ),
}


def stylesheet(request: HttpRequest) -> str:
    """What Unfold's own sheet lacks."""
    return static("storefront/css/admin.css")


def favicon(request: HttpRequest) -> str:
    return static("storefront/img/favicon.svg")


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Everything this person may know, in a fixed number of queries."""
    now, wall = clock.now(), clock.wall()
    user = request.user
    context["moment"] = timezone.localtime(now)
    context["filling"] = cache.get(FILLING) if settings.DEMO else None
    if user.has_perm("orders.view_order"):
        context["today"] = today(now)
        context["stuck"] = stuck(request, now=now, wall=wall)
        context["queues"] = queues(request, now=now, wall=wall)
        context["workers"] = workers(wall)
    if user.has_perm(finance.NEEDS):
        context["money"] = finance.panels(now)
    if user.has_perm("payments.view_dealrate"):
        context["position"] = position(now)
    if user.has_perm("logistics.view_shipment"):
        context["parcels"] = parcels(now)
        context["kept"] = kept(now)
    if user.has_perm("logistics.view_declarationline"):
        context["trade"] = trade(now)
    return context


def midnight(on: date) -> datetime:
    return datetime.combine(on, time(), timezone.get_current_timezone())


def today(now: datetime) -> list[dict[str, Any]]:
    """Today's figures in Harbin beside yesterday's."""
    on = timezone.localtime(now).date()
    start = midnight(on)
    here, before = figures.day(start, now), figures.day(start - timedelta(days=1), start)
    orders = {"placed_at_days": "1"}
    rows = [
        (_("orders placed"), whole(here.placed), whole(before.placed), "orders.order", orders),
        (_("orders paid"), whole(here.paid), whole(before.paid), "orders.order", orders),
        (
            _("orders cancelled"),
            whole(here.cancelled),
            whole(before.cancelled),
            "orders.order",
            {"state__exact": "CANCELLED", "closed_at_days": "1"},
        ),
        (
            _("rubles captured"),
            rubles(here.captured),
            rubles(before.captured),
            "payments.chargefact",
            {"kind__exact": "CAPTURED", "happened_at_days": "1"},
        ),
    ]
    return [
        {"label": label, "value": value, "before": was, "url": cells.listing(name, **filters)}
        for label, value, was, name, filters in rows
    ]


LEVELS = {
    "calm": (_("within the limits"), "good"),
    "warning": (_("over the limit"), "warn"),
    "conversion": (_("to be bought today"), "bad"),
}


def position(now: datetime) -> dict[str, Any]:
    """The yuan we owe beyond those we hold, and the limits in force."""
    found = exposure.look(now=now)
    word, tone = LEVELS[found.level]
    limits = _("Told from %(warning)s open; bought the same day from %(conversion)s missing.")
    return {
        "word": word,
        "tone": tone,
        "rows": [
            (_("owed to sellers"), yuan(found.owed)),
            (_("fixed by sales still protected"), yuan(found.sold)),
            (_("held at the bank"), yuan(found.held)),
            (_("open"), yuan(found.open)),
            (_("open, in rubles"), cells.NOTHING if found.rate is None else rubles(found.rubles)),
        ],
        "limits": limits % {"warning": yuan(found.warning), "conversion": yuan(found.conversion)},
    }


def parcels(now: datetime) -> list[dict[str, Any]]:
    """Parcels under way, in the order of their way, as bars."""
    found = {standing.state: standing for standing in figures.parcels()}
    most = max((standing.parcels for standing in found.values()), default=1)
    return [
        {
            "label": state.label,
            "value": found[state].parcels,
            "most": most,
            "age": cells.span(now - found[state].oldest_at),
            "tone": SHIPMENT_TONES[state],
            "url": cells.listing("logistics.shipment", state__exact=state.value),
        }
        for state in State
        if state in found
    ]


def kept(now: datetime) -> list[dict[str, Any]]:
    """How promises of the last month were kept, lane by lane."""
    titles = {lane.code: lane.title for lane in Lane.objects.order_by("valid_from")}
    ways = dict(Mode.choices)
    return [
        {
            "label": titles.get(lane.lane, lane.lane),
            "way": ways.get(lane.mode, lane.mode),
            "value": lane.share_bps // 100,
            "text": f"{lane.kept} / {lane.delivered}",
            "tone": "good" if lane.share_bps >= 9000 else "bad",
        }
        for lane in promises.kept_by_lane(since=now - timedelta(days=KEPT_DAYS))
    ]


def stuck(request: HttpRequest, *, now: datetime, wall: datetime) -> list[dict[str, Any]]:
    """What needs a person, each with its filtered list."""
    rows = []
    for one in figures.stuck(now=now, wall=wall):
        title, label, filters, runs_on = STUCK[one.what]
        if not request.user.has_perm(label.replace(".", ".view_")):
            continue
        instant = wall if runs_on == "wall" else now
        rows.append(
            {
                "label": title,
                "rows": one.rows,
                "age": cells.span(instant - one.oldest_at) if one.oldest_at else "",
                "url": cells.listing(label, **filters),
            }
        )
    return rows


def queues(request: HttpRequest, *, now: datetime, wall: datetime) -> list[dict[str, Any]]:
    """Kinds of work that wait for machines: how many are due, since when, what fails."""
    rows = []
    for queue in figures.queues(now=now, wall=wall):
        model = apps.get_model(queue.kind)
        app, name = queue.kind.split(".")
        instant = wall if model.DUE_CLOCK == "wall" else now
        may_look = name not in UNLISTED and request.user.has_perm(f"{app}.view_{name}")
        rows.append(
            {
                "label": capfirst(model._meta.verbose_name_plural),
                "ready": queue.ready,
                "age": cells.span(instant - queue.oldest_at) if queue.oldest_at else "",
                "failing": queue.failing,
                "error": queue.error[:200],
                "url": cells.listing(queue.kind, failing="1") if may_look else "",
            }
        )
    return rows


def workers(wall: datetime) -> list[dict[str, Any]]:
    """How long ago a worker of each queue was heard; silence is told, an absent cache too."""
    beats = cache.get_many([f"heartbeat:{queue}" for queue in settings.QUEUES])
    heard = {queue: beats.get(f"heartbeat:{queue}") for queue in settings.QUEUES}
    ages = {queue: wall - datetime.fromisoformat(at) if at else None for queue, at in heard.items()}
    return [
        {
            "label": queue,
            "age": _("silent") if age is None else cells.span(age),
            "tone": "good" if age is not None and age < SILENT_AFTER else "bad",
        }
        for queue, age in ages.items()
    ]


UNLISTED = {"delivery", "product", "sellerinvitation", "stack"}  # they have no list of their work


def trade(now: datetime) -> list[dict[str, Any]]:
    """Exports by month, zone and customs mode."""
    since = now - timedelta(days=TRADE_DAYS)
    return [
        {
            "month": row.month,
            "zone": _(row.zone) if row.zone else cells.NOTHING,
            "mode": row.mode,
            "parcels": whole(row.parcels),
            "weight": f"{row.net_weight_g / 1000:.1f}",
            "value": yuan(row.value) if row.currency == "CNY" else f"{row.value} {row.currency}",
        }
        for row in figures.trade(since)
    ]
