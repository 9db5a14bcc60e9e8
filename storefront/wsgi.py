"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

import storefront.celery  # noqa: F401  hints are sent through the configured app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
application = get_wsgi_application()
