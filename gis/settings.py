"""All settings, read from the environment in this one file. `docs/settings.md` lists them.

Unset, everything works on one machine: a private database under `var/`, data in `var/data`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict

from gis.environment import data_folder, database, database_url, one_of, secret

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = data_folder(ROOT)
BASE_URL = os.environ.get("ANTU_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
DEBUG = os.environ.get("ANTU_DEBUG") == "1"
SECRET_KEY = secret("ANTU_SECRET_KEY", DATA_DIR / "secret-key")
ALLOWED_HOSTS = os.environ.get("ANTU_HOSTS", "*").split(",")
SECURE = BASE_URL.startswith("https://")


class Words(TypedDict):
    zh: str
    en: str


class City(TypedDict):
    """Where the map opens and what it is called."""

    name: Words
    council: Words
    attribution: Words
    center: list[float]
    zoom: float
    bounds: list[float]


CITY: City = {
    "name": {
        "zh": os.environ.get("ANTU_CITY_ZH", "示範市"),
        "en": os.environ.get("ANTU_CITY_EN", "Demo City"),
    },
    "council": {
        "zh": os.environ.get("ANTU_COUNCIL_ZH", "示範市道路交通安全會報"),
        "en": os.environ.get("ANTU_COUNCIL_EN", "Demo City Road Safety Council"),
    },
    "attribution": {
        "zh": os.environ.get("ANTU_ATTRIBUTION_ZH", "示範市（合成資料）"),
        "en": os.environ.get("ANTU_ATTRIBUTION_EN", "Demo City (synthetic)"),
    },
    "center": [float(v) for v in os.environ.get("ANTU_CENTER", "120.4473,23.4795").split(",")],
    "zoom": float(os.environ.get("ANTU_ZOOM", "13.4")),
    "bounds": [float(v) for v in os.environ.get("ANTU_BOUNDS", "120.38,23.42,120.52,23.54").split(",")],
}
RASTER_BASE = os.environ.get("ANTU_RASTER_BASE")  # an XYZ template of the city's own raster map, if wanted

DATABASES = {"default": database(database_url(), ROOT)}

# Spatial references from outside reach shapely and PROJ only, never Django's GDAL, which this warns of.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "gis.accounts",
    "gis.audit",
    "gis.demo",
    "gis.processes",
    "gis.uploads",
    "gis.sharing.apps.SharingConfig",
    "gis.site.AntuAdminConfig",
    "portal",
    "layers.registry",
    "layers.areas",
    "layers.streets",
    "layers.crashes",
    "layers.cameras",
    "layers.defects",
    "layers.missing",
    "layers.hotspots",
    "layers.patrol",
    "layers.enforcement",
    "layers.cases",
    "layers.council",
    "procrastinate.contrib.django",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.csp.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gis.accounts.middleware.WhoIsIt",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "portal" / "templates", ROOT / "gis" / "ogc" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "gis.urls"
ASGI_APPLICATION = "gis.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Jobs: each theme's `jobs.py` is found by itself.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["gis.jobs.housekeeping"]

LANGUAGE_CODE = "zh-hant"
LANGUAGES = [("zh-hant", "繁體中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("ANTU_TIME_ZONE", "Asia/Taipei")

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    ("help", ROOT / "portal" / "help"),
    *([ROOT / "portal" / "static"] if (ROOT / "portal" / "static").is_dir() else []),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.\w+$"  # the portal's build names files by their content
MEDIA_ROOT = DATA_DIR / "media"

LOGIN_URL = "/accounts/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Second factors: allauth keeps and checks them, our own pages ask for them (`gis.accounts.second`).
SECOND_FACTOR = one_of("ANTU_SECOND_FACTOR", ("", "council", "police", "restricted"))
MFA_ADAPTER = "gis.accounts.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # clocks of telephones differ
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 12 * 3600  # one shift
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("ANTU_PROXY") == "1" else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# A font with Chinese characters for maps drawn on the server; without, one that the system has is looked for.
MAP_FONT = os.environ.get("ANTU_MAP_FONT", "")

# What people may bring along: the largest file, how many rows and layers a person keeps, and for how long.
UPLOAD_MB = int(os.environ.get("ANTU_UPLOAD_MB", "200"))
UPLOAD_ROWS = int(os.environ.get("ANTU_UPLOAD_ROWS", "500000"))
UPLOAD_LAYERS = int(os.environ.get("ANTU_UPLOAD_LAYERS", "50"))
UPLOAD_DAYS = int(os.environ.get("ANTU_UPLOAD_DAYS", "90"))

# When surfaces of where and when are drawn anew and judged, in the words of cron.
SURFACES_AT = os.environ.get("ANTU_SURFACES_AT", "20 4 * * *")

# What one request may cost.
TILE_CACHE_MB = int(os.environ.get("ANTU_TILE_CACHE_MB", "64"))
TILE_DISK_MB = int(os.environ.get("ANTU_TILE_DISK_MB", "512"))
HISTORY_DAYS = int(os.environ.get("ANTU_HISTORY_DAYS", "1825"))
JOB_DAYS = int(os.environ.get("ANTU_JOB_DAYS", "30"))
PATROL_DAYS = int(os.environ.get("ANTU_PATROL_DAYS", "180"))
# The push services that phones may be woken through, with what is below them; empty sends nothing out of the house.
PUSH_HOSTS = os.environ.get(
    "ANTU_PUSH_HOSTS",
    "fcm.googleapis.com updates.push.services.mozilla.com web.push.apple.com notify.windows.com",
).split()
PUSH_CONTACT = os.environ.get("ANTU_PUSH_CONTACT", "mailto:antu@localhost.localdomain")
STATEMENT_TIMEOUT_MS = int(os.environ.get("ANTU_STATEMENT_TIMEOUT_MS", "5000"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ANTU_LOG", "WARNING")},
}
