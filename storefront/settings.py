"""Every setting of Sungari, each variable read once."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


# Environment helpers


def text(name: str, default: str = "") -> str:
    """A variable, or the content of the file that NAME_FILE points to."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, default: str = "") -> bool:
    return (text(name) or default).lower() in {"1", "true", "yes"}


def number(name: str, default: float) -> float:
    try:
        return float(text(name, str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a number") from error


def secret(name: str, *, development: str) -> str:
    value = text(name)
    if value:
        return value
    if DEBUG:
        return development
    raise ImproperlyConfigured(f"{name} is not set; set it, {name}_FILE, or DEBUG=1")


def database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": " ".join(f"-c {k}={v}" for k, v in TIMEOUTS.items())},
    }


# Base

DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
SITE_URL = text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE = urlsplit(SITE_URL)
IS_HTTPS = SITE.scheme == "https"
SECRET_KEY = secret("SECRET_KEY", development="not-a-secret-only-for-development-" + "x" * 32)
CIPHER_KEY = secret("CIPHER_KEY", development="bm90LWEtc2VjcmV0LW9ubHktZm9yLWRldmVsb3BtZW4=")
IDENTITY_KEYS = secret(
    "IDENTITY_KEYS", development="dev:bm90LWEtc2VjcmV0LW9ubHktZm9yLWRldmVsb3BtZW4="
)  # id:base64 of 32 bytes, separated by blanks; the first seals recipients' papers
ALLOWED_HOSTS = [SITE.hostname or "localhost", *text("ALLOWED_HOSTS").split()]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "storefront.urls"
WSGI_APPLICATION = "storefront.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# Apps

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "djmoney",
    "catalog",
    "orders",
    "payments",
    "logistics",
    "storefront.accounts",
    "storefront.notifications",
    "storefront",
]

# Middleware

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "storefront.middleware.packed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "storefront.middleware.headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "storefront.middleware.desks",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "storefront.context.site",
            ],
        },
    }
]

# Database: the application's role owns nothing; only migrations run as the owner

TIMEOUTS = {
    "lock_timeout": "3s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "15s",
}
AS_OWNER = flag("AS_OWNER")
if AS_OWNER:
    TIMEOUTS = {"lock_timeout": "5s", "statement_timeout": "600s"}
APP_URL = text("DATABASE_URL", "postgres://sungari_app@127.0.0.1:5432/sungari")
DATABASES = {"default": database(text("DATABASE_OWNER_URL", APP_URL) if AS_OWNER else APP_URL)}

# Cache and queue: Valkey carries hints and fragments only, a wiped one loses nothing

REDIS_URL = text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "storefront.cache.Forgiving",
        "LOCATION": REDIS_URL,
        "TIMEOUT": 300,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": None},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "visibility_timeout": 3600,
    "max_retries": 1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 500  # tasks on one connection; by itself Celery makes a new one for each
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 45, 40
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "storefront.tasks.sweep": {"queue": "sweep"},  # no backlog may keep what waits from being found
    "storefront.tasks.drive_charge": {"queue": "acquirer"},
    "payments.tasks.send_refund": {"queue": "acquirer"},
    "payments.tasks.send_receipt": {"queue": "acquirer"},
    "storefront.tasks.receive": {"queue": "acquirer"},
    "storefront.tasks.drive_chargeback": {"queue": "acquirer"},
    "payments.tasks.drive_payout": {"queue": "bank"},
    "storefront.tasks.run_job": {"queue": "bank"},
    "logistics.tasks.drive_declaration": {"queue": "customs"},
    "logistics.tasks.drive_filing": {"queue": "customs"},
    "logistics.tasks.drive_departure": {"queue": "carrier"},
    "logistics.tasks.ask_courier": {"queue": "carrier"},
    "logistics.tasks.hear_carrier": {"queue": "carrier"},
    "storefront.notifications.tasks.*": {"queue": "mail"},
    "storefront.tasks.import_table": {"queue": "images"},
    "storefront.tasks.clear_uploads": {"queue": "images"},
}
QUEUES = ("sweep", "default", "images", "acquirer", "bank", "customs", "carrier", "mail")
SWEEP = number("SWEEP_SECONDS", 1)
NIGHT = crontab(hour="19", minute="10")  # UTC: deep night in China, where the files come from
CELERY_BEAT_SCHEDULE = {
    "clear-uploads": {"task": "storefront.tasks.clear_uploads", "schedule": NIGHT},
    "sweep": {"task": "storefront.tasks.sweep", "schedule": SWEEP, "options": {"expires": 5}},
    **{
        f"heartbeat-{queue}": {
            "task": "storefront.tasks.heartbeat",
            "schedule": 20.0,
            "kwargs": {"queue": queue},
            "options": {"queue": queue, "expires": 20},
        }
        for queue in QUEUES
    },
}
LEASE_SECONDS = number("LEASE_SECONDS", 150)

# Who is who

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "storefront.accounts.adapter.Adapter"
STAFF_SECOND_FACTOR = flag("STAFF_SECOND_FACTOR", "" if DEBUG or DEMO else "1")
STAFF_SESSION_HOURS = number("STAFF_SESSION_HOURS", 12)
STAFF_IDLE_MINUTES = number("STAFF_IDLE_MINUTES", 30)
FLOOR_IDLE_MINUTES = number("FLOOR_IDLE_MINUTES", 60)
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

# Languages: English msgids, Russian at the root, the others by prefix

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "storefront" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Moscow"
SEVEN_DAYS = 7 * 24 * 3600
LANGUAGE_COOKIE_AGE = 52 * SEVEN_DAYS

# Static files and sellers' pictures

STATIC_URL = "/static/"
# Found first: light files in the place of heavy ones of Unfold, so that a desk stays light.
STATICFILES_DIRS = [BASE_DIR / "storefront" / "shadows"]
STATIC_ROOT = Path(text("STATIC_ROOT", str(BASE_DIR / ".run" / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(text("MEDIA_ROOT", str(BASE_DIR / ".run" / "media")))
PAPERS_ROOT = Path(text("PAPERS_ROOT", str(BASE_DIR / ".run" / "papers")))
UPLOADS_KEPT_DAYS = number("UPLOADS_KEPT_DAYS", 90)  # tables of sellers, by `clear_uploads`
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "storefront.forms.uploads.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Sellers' own systems

API_REQUESTS_A_MINUTE = int(number("API_REQUESTS_A_MINUTE", 600))
API_REPLY_HOURS = number("API_REPLY_HOURS", 72)  # how long answers to idempotency keys are kept

# Mail

EMAIL_HOST = text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = int(number("EMAIL_PORT", 25))
EMAIL_HOST_USER = text("EMAIL_USER")
EMAIL_HOST_PASSWORD = text("EMAIL_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("EMAIL_FROM", "Sungari <shop@sungari.example>")

# Security

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
SESSION_COOKIE_AGE = 4 * SEVEN_DAYS
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
ACQUIRER_ORIGINS = text("ACQUIRER_ORIGINS", "https://yoomoney.ru https://yookassa.ru").split()
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *ACQUIRER_ORIGINS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Logging: one line per event, no personal data

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "storefront.logs.Line"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": text("LOG_LEVEL", "INFO")},
}

# The outside world: each drawer's address and credentials

SANDBOX_PUBLIC_URL = text("SANDBOX_PUBLIC_URL", text("SANDBOX_URL")).rstrip("/")
OUTSIDE = text("SANDBOX_URL").rstrip("/")
YOOKASSA_URL = text("YOOKASSA_URL", f"{OUTSIDE}/yookassa/v3" if OUTSIDE else "")
YOOKASSA_REGISTRY_URL = text(
    "YOOKASSA_REGISTRY_URL", f"{OUTSIDE}/yookassa/registry" if OUTSIDE else ""
)
YOOKASSA_SHOP_ID = text("YOOKASSA_SHOP_ID", "100500" if OUTSIDE else "")
YOOKASSA_SECRET_KEY = text("YOOKASSA_SECRET_KEY", "sandbox" if OUTSIDE else "")
YOOKASSA_NETWORKS = text("YOOKASSA_NETWORKS", "127.0.0.0/8" if OUTSIDE else "").split()
CBR_URL = text("CBR_URL", f"{OUTSIDE or 'https://www.cbr.ru'}{'/cbr' if OUTSIDE else ''}/scripts")
BANKS_URL = text("BANKS_URL", f"{OUTSIDE}/banks" if OUTSIDE else "")
BANK_BIC = text("BANK_BIC", "SNGHCNBH" if OUTSIDE else "")
BANK_ACCOUNT_RUB = text("BANK_ACCOUNT_RUB", "40702810000000000007" if OUTSIDE else "")
BANK_ACCOUNT_CNY = text("BANK_ACCOUNT_CNY", "40702156000000000007" if OUTSIDE else "")
BANK_OWNER = text("BANK_OWNER", "Sungari (demo)" if OUTSIDE else "")
CUSTOMS_CN_URL = text("CUSTOMS_CN_URL", f"{OUTSIDE}/customs/cn" if OUTSIDE else "")
CUSTOMS_RU_URL = text("CUSTOMS_RU_URL", f"{OUTSIDE}/customs/ru" if OUTSIDE else "")
CEB_SCHEMA_DIR = text("CEB_SCHEMA_DIR")  # folder of the official schema; empty: not held against it
CUSTOMS_SIGNER = text("CUSTOMS_SIGNER", "demo" if OUTSIDE else "")  # who signs CEB messages
CARRIERS_URL = text("CARRIERS_URL", f"{OUTSIDE}/carriers" if OUTSIDE else "")
RUSPOST_ORDERS_URL = text("RUSPOST_ORDERS_URL")  # both empty: CARRIERS_URL/ruspost
RUSPOST_TRACKING_URL = text("RUSPOST_TRACKING_URL")
RUSPOST_LOGIN = text("RUSPOST_LOGIN", "sungari" if OUTSIDE else "")
RUSPOST_PASSWORD = text("RUSPOST_PASSWORD", "sandbox" if OUTSIDE else "")
RUSPOST_TOKEN = text("RUSPOST_TOKEN", "sandbox" if OUTSIDE else "")
RUSPOST_KEY = text("RUSPOST_KEY")  # empty: login and password
CDEK_URL = text("CDEK_URL")  # empty: CARRIERS_URL/cdek
CDEK_CLIENT_ID = text("CDEK_CLIENT_ID", "sungari" if OUTSIDE else "")
CDEK_CLIENT_SECRET = text("CDEK_CLIENT_SECRET", "sandbox" if OUTSIDE else "")
CDEK_HOOK_TOKEN = text("CDEK_HOOK_TOKEN")  # empty: made of SECRET_KEY
CDEK_NETWORKS = text("CDEK_NETWORKS", "127.0.0.0/8" if OUTSIDE else "").split()
AUTOMATIC_HANDS = flag("AUTOMATIC_HANDS")
HANDS_PACE: tuple[int, float, float] | None = None  # of a simulation: seed, minutes, minutes
STAFF_TOKEN = text("STAFF_TOKEN")

# The admin

RIVER = (
    "50:#f0f7f6 100:#e3f0ee 200:#b7d6d2 300:#8cc0bb 400:#66bfba 500:#2f8f8c "
    "600:#0f5f60 700:#0b4a4b 800:#093c3d 900:#072e2f 950:#041d1e"
)
UNFOLD = {
    "SITE_TITLE": _("Sungari"),
    "SITE_HEADER": _("Sungari"),
    "SITE_SUBHEADER": _("Desks"),
    "SITE_SYMBOL": "waves",
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "DASHBOARD_CALLBACK": "storefront.admin.desk.start_page",
    "SIDEBAR": {"show_search": True, "navigation": "storefront.admin.navigation.navigation"},
    "STYLES": ["storefront.admin.desk.stylesheet"],
    "SITE_FAVICONS": [{"rel": "icon", "href": "storefront.admin.desk.favicon"}],
    "COLORS": {
        "primary": dict(shade.split(":") for shade in RIVER.split()),
    },
}
