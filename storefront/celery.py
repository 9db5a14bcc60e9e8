"""Celery: it carries hints; the rows it points at are the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

app = Celery("sungari")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    ["storefront", "payments", "logistics", "storefront.notifications"], related_name="tasks"
)
