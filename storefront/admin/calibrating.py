"""The desk of promises: whether windows hold, lane by lane and week by week, and what followed."""

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from logistics import calibration
from logistics.models import Lane, LaneLevel, Study
from storefront.lib import clock

from . import cells
from .looking import Looking
from .waiting import Waiting

WEEKS = 13
SIZE, EDGE = 260, 34
PROMISED = ((50, "by_first"), (90, "by_last"))


@admin.register(LaneLevel)
class LaneLevels(Looking):
    """Where each lane's later date is read among the drawn cases, and since when."""

    list_display = ("lane", "set_on", "level", "came")
    list_filter = ("lane",)
    ordering = ("-set_on", "lane")
    list_before_template = "admin/calibration_link.html"

    @display(description=_("share of cases"), ordering="level_bps")
    def level(self, row):
        return cells.figure(f"{row.level_bps / 100:.1f} %")

    @display(description=_("kept of delivered the day before"))
    def came(self, row):
        return cells.figure(f"{row.kept} / {row.delivered}")

    def get_urls(self):
        shown = self.admin_site.admin_view(self.shown)
        url = path("calibration/", shown, name="logistics_lanelevel_calibration")
        return [url, *super().get_urls()]

    def shown(self, request: HttpRequest) -> HttpResponse:
        """What was promised against what came, of the last quarter."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        since = clock.now() - timedelta(weeks=WEEKS)
        lanes = calibration.by_lane(since=since)
        titles = {lane.code: lane.title for lane in Lane.objects.order_by("valid_from")}
        given = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("How promises hold, 13 weeks"),
            "lanes": [{**_row(lane), "title": titles.get(lane.lane, lane.lane)} for lane in lanes],
            "chart": _chart(lanes),
            **_weeks(calibration.by_week(since=since), titles),
        }
        return TemplateResponse(request, "admin/calibration.html", given)


@admin.register(Study)
class Studies(Waiting, Looking):
    """What was measured and drawn, night by night."""

    list_display = ("run_on", "done", "measured", "drawn", "work")
    fields = ("run_on", "done", "measured", "drawn", "work", "last_failure")
    ordering = ("-run_on",)

    measured = cells.counted("steps", _("steps measured"))
    drawn = cells.counted("windows", _("windows drawn"))
    done = cells.dated("done_at", _("done"))


def _row(lane: calibration.Calibration) -> dict[str, object]:
    last = _percent(lane.by_last, lane.delivered)
    return {
        "lane": lane,
        "first": _percent(lane.by_first, lane.delivered),
        "last": last,
        "tone": "good" if last is None or last >= 90 else "bad",
        "missed": lane.stopped - lane.stopped_kept,
    }


def _percent(part: int, whole: int) -> int | None:
    return 100 * part // whole if whole else None


def _chart(lanes: list[calibration.Calibration]) -> dict[str, object]:
    """Promised share to the right, share that came upwards; on the diagonal windows are true."""
    dots = [
        _dot(lane.lane, promised, _percent(getattr(lane, name), lane.delivered))
        for lane in lanes
        if lane.delivered
        for promised, name in PROMISED
    ]
    low, high = _across(0), _across(100)
    line = f"M{low} {SIZE - low}L{high} {SIZE - high}"
    return {"size": SIZE, "line": line, "dots": dots, "grid": [
        {"at": _across(share), "up": SIZE - _across(share), "share": share}
        for share in (0, 50, 90, 100)
    ]}  # fmt: skip


def _dot(lane: str, promised: int, came: int) -> dict[str, object]:
    tone = "river" if promised == 90 else "past"
    title = f"{lane}: {promised} % / {came} %"
    return {"x": _across(promised), "y": SIZE - _across(came), "title": title, "tone": tone}


def _across(share: float) -> float:
    return round(EDGE + (SIZE - 2 * EDGE) * share / 100, 1)


def _weeks(found: list[calibration.Week], titles: dict[str, str]) -> dict[str, object]:
    """A table of lanes by weeks; each cell kept of delivered."""
    weeks = sorted({one.week for one in found})
    lanes = sorted({one.lane for one in found})
    by_key = {(one.lane, one.week): one for one in found}
    rows = [
        (titles.get(lane, lane), [_cell(by_key.get((lane, week))) for week in weeks])
        for lane in lanes
    ]
    return {"weeks": weeks, "rows": rows}


def _cell(one: calibration.Week | None) -> dict[str, str]:
    if one is None:
        return {"text": "", "tone": ""}
    is_kept = 10 * one.by_last >= 9 * one.delivered
    return {"text": f"{one.by_last} / {one.delivered}", "tone": "" if is_kept else "bad"}
