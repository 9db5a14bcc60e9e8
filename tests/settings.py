"""The product's settings with a few things made quick for tests."""

import os

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("SANDBOX_URL", "http://127.0.0.1:1")

from storefront.settings import *

DEBUG = False
STATIC_ROOT = BASE_DIR / "storefront" / "static"  # a folder that is there
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_TASK_ALWAYS_EAGER = False
LEASE_SECONDS = 5
