"""The floor in Harbin: a board for all, and one screen for one task, answered in green or red."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from logistics import floor as desk
from logistics import watch
from logistics.models import FloorScan
from logistics.stations import parcels, scans
from logistics.stocking import handling, waves
from storefront.lib import clock

View = Callable[..., HttpResponse]
ANSWERED = "X-Floor-Scan"  # the browser drops a kept scan only when its key is answered


def workers_only(view: View) -> View:
    """The group of the floor and superusers; for everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, **address: Any) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not user.is_superuser and not user.groups.filter(name="floor").exists():
            raise Http404
        return view(request, **address)

    return guarded


@require_GET
@workers_only
def board(request: HttpRequest) -> HttpResponse:
    """What waits at each station, how fast it goes, what closes soon; asked again by itself."""
    now = clock.now()
    shown = {"board": watch.board(now=now), "tasks": scans.TASKS, "now": now}
    if getattr(request, "htmx", False):
        return render(request, "staff/_board.html", shown)
    page = {"steps": steps(""), "place": desk.place(), **shown}
    return render(request, "staff/board.html", page)


@require_http_methods(["GET", "POST"])
@workers_only
def station(request: HttpRequest, step: str) -> HttpResponse:
    """The screen of one task; a scan is done once, however often it is sent."""
    task = scans.TASKS.get(step)
    if task is None:
        raise Http404
    row = _scanned(request, task) if request.method == "POST" else None
    shown = _told(request, task, row)
    if getattr(request, "htmx", False):
        answer = render(request, "staff/_told.html", shown)
    else:
        page = {"steps": steps(step), "place": desk.place(), "key": uuid4(), **shown}
        answer = render(request, "staff/station.html", page)
    if row is not None:
        answer[ANSWERED] = str(row.key)
    return answer


def _scanned(request: HttpRequest, task: scans.Task) -> FloorScan:
    waited = request.POST.get("waited", "")
    scan = scans.Scan(
        key=_uuid(request.POST.get("key", "")) or uuid4(),
        step=task.key,
        code=request.POST.get("code", "").replace("\0", "")[:60],
        after=_uuid(request.POST.get("after", "")),
        waited_s=int(waited[:6]) if waited.isascii() and waited.isdecimal() else 0,
    )
    return scans.take(scan, actor=_actor(request), now=clock.now())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"


def _told(request: HttpRequest, task: scans.Task, row: FloorScan | None) -> dict[str, Any]:
    """The answer, what is done today, what is next and what waits."""
    now, actor = clock.now(), _actor(request)
    shown: dict[str, Any] = {"task": task, "row": row, "answer": row.answer if row else {}}
    shown["progress"] = desk.progress(task.key, actor=actor, now=now)
    if task.waits is None:
        docks = handling.docks()
        return {**shown, "docks": docks, "count": len(docks)}
    waiting, count = desk.waiting(task.waits, is_packed=task.is_packed)
    wave = parcels.wave_of(actor) if task.key == "pick" else None
    if wave is not None:
        shown |= {"wave": wave, "stops": waves.next_stops(wave), "left": waves.left(wave)}
    return {**shown, "waiting": waiting, "count": count}


def steps(current: str) -> list[dict[str, object]]:
    """The way from screen to screen: the board, then the tasks in the order of the work."""
    tasks: list[dict[str, object]] = [
        {
            "url": reverse("staff_step", args=[task.key]),
            "label": task.label,
            "icon": task.icon,
            "current": task.key == current,
        }
        for task in scans.TASKS.values()
    ]
    whole = {"url": reverse("staff_floor"), "label": _("Board"), "icon": "chart"}
    return [{**whole, "current": not current}, *tasks]
