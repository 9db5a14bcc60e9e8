"""Celery: it carries hints; the rows it points at are the truth."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import connections
from kombu.exceptions import ChannelError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

app = Celery("sungari")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    ["storefront", "payments", "logistics", "storefront.notifications"], related_name="tasks"
)


def look_at_connections(**_told: Any) -> None:
    """Let a kept connection be asked before its next use whether the database is still there."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()


def held(task: str) -> int:
    """How many hints wait in the queue of a task; none, where the broker knows no such queue."""
    queue = app.amqp.router.route({}, task)["queue"].name
    try:
        with app.pool.acquire(block=True) as link:
            return int(link.default_channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:
        return 0


task_prerun.connect(look_at_connections, weak=False)
