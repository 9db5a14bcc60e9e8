"""Is it alive, is it ready, is all of it well: for machines and for staff."""

import secrets
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from payments.models import Rate
from storefront.lib import clock, sweeping

_migrated = False


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every migration."""
    global _migrated  # once migrated, a running release stays so
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    status = 200 if _migrated else 503
    return HttpResponse("ready\n" if _migrated else "migrating\n", "text/plain", status)


def deepz(request: HttpRequest) -> HttpResponse:
    """Heartbeats of the queues, the oldest row that waits, the age of the rate."""
    _staff_only(request)
    now = clock.now()
    rate = Rate.objects.filter(currency="CNY", is_held=False).order_by("-rate_on").first()
    report: dict[str, Any] = {
        "business_time": now.isoformat(),
        "queues": {queue: cache.get(f"heartbeat:{queue}") for queue in settings.QUEUES},
        "waiting": {model.__name__: at.isoformat() for at, model in sweeping.next_due()},
        "rate": {"on": str(rate.rate_on), "rubles": str(rate.rate)} if rate else None,
    }
    return JsonResponse(report)


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus."""
    _staff_only(request)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _staff_only(request: HttpRequest) -> None:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token_fits = bool(settings.STAFF_TOKEN) and secrets.compare_digest(given, settings.STAFF_TOKEN)
    if not token_fits and not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
