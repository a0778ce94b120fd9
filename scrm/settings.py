"""Every setting, from the environment; a laptop's values come from bin/up."""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from scrm.api_enums import ENUM_NAMES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY")
SCRM_MASTER_KEY: str = env.str("SCRM_MASTER_KEY")
SCRM_RETIRED_MASTER_KEYS: list[str] = env.list("SCRM_RETIRED_MASTER_KEYS", default=[])
"""Earlier master keys, until `bin/manage reseal` has sealed everything with the new one."""
SCRM_INDEX_KEY: str = env.str("SCRM_INDEX_KEY", "")
"""What blind indexes come from: the first master key, from the day that another takes its place."""
SCRM_INSTANCE: str = env.str("SCRM_INSTANCE", "")
DEBUG: bool = env.bool("DEBUG", False)

PUBLIC_HOST: str = env.str("PUBLIC_HOST", "localhost")
"""The bare host: the platform's own pages. Tenants live on hosts of their own (Domain rows)."""
SCRM_NAME_SERVERS: list[str] = env.list("SCRM_NAME_SERVERS", default=[])
"""Whom to ask for a domain's proof, `address` or `address:port`; the machine's own name servers when empty."""
PUBLIC_PORT: int = env.int("PUBLIC_PORT", 0)
PUBLIC_SCHEME: str = env.str("PUBLIC_SCHEME", "http" if DEBUG else "https")

# The tenant middleware answers 404 to a host that no Domain row names, so any host may knock.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
USE_X_FORWARDED_HOST = False

# --- apps -----------------------------------------------------------------------------------
# A host's people and their log-in: the same tables in `public` (platform operators) and in
# every tenant's schema (its own users). See docs/decisions/0001.
PEOPLE_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "accounts",
    "scrm.web.admin_app.HouseAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
PUBLIC_APPS = ["tenants", "scheduler", "operations"]
ROOM_APPS = [
    *("exchange", "alerts", "contacts", "events", "leads", "tagging", "lifecycle", "commerce", "content"),
    *("audiences", "campaigns", "analytics"),
]
DOOR_APPS = [
    "django.contrib.messages",
    "scrm.apps.ScrmConfig",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "csp",
    # After the admin and our own apps: its admin templates carry inline styles, its commands our names.
    "django_tenants",
]
SHARED_APPS = [*PUBLIC_APPS, *PEOPLE_APPS, *DOOR_APPS]
TENANT_APPS = [*PEOPLE_APPS, *ROOM_APPS]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_URLCONF = "scrm.urls_public"
ROOT_URLCONF = "scrm.urls"
TENANT_LIMIT_SET_CALLS = True
SHOW_PUBLIC_IF_NO_TENANT_FOUND = False

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "scrm.web.middleware.ProxyMiddleware",
    "scrm.web.request_origin.OriginMiddleware",
    "scrm.web.health.HealthMiddleware",
    "scrm.web.metrics.MetricsMiddleware",
    "scrm.web.middleware.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "scrm.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "scrm.web.support.SupportMiddleware",
    "scrm.web.trail.TrailMiddleware",
    "scrm.web.log_context.LogContextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "scrm.web.middleware.TimeZoneMiddleware",
    "scrm.web.account.middleware.SeenMiddleware",
    "scrm.web.account.middleware.SecondFactorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "scrm.web.context.shell",
                "scrm.web.ops.navigation.navigation",
            ],
            "libraries": {"ui": "scrm.web.templatetags.ui"},
        },
    },
]
WSGI_APPLICATION = "scrm.wsgi.application"
SCRM_WEB_THREADS: int = env.int("SCRM_WEB_THREADS", 8)
"""Pages that one web process makes at a time; each thread keeps a connection to PostgreSQL."""

# --- stores ---------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", engine="scrm.core.postgres"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "django_tenants.cache.reverse_key",
        "TIMEOUT": 300,
    }
}
SESSION_ENGINE = "scrm.web.sessions"
SESSION_COOKIE_HTTPONLY = True
# Browsers take a cookie of such a name from this very host alone: no neighbour can plant one.
_HOST_ONLY = "" if DEBUG else "__Host-"
SESSION_COOKIE_NAME = f"{_HOST_ONLY}sessionid"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}csrftoken"
# Not in a cookie, whose signature any tenant's host would take.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# --- Celery: an alarm clock, never the truth -------------------------------------------------
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1) if REDIS_URL.startswith("unix://") else REDIS_URL
).replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_POOL = "prefork"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_DB_REUSE_MAX = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = env.str("SCRM_BEAT_FILE", "celerybeat-schedule")
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "scrm.worker.tasks.tick", "schedule": 1.0, "options": {"expires": 5}},
    "remove_tenants": {"task": "scrm.worker.tasks.remove_tenants", "schedule": 60.0, "options": {"expires": 60}},
    "rebuild": {
        "task": "scrm.worker.tasks.rebuild_wake_ups",
        "schedule": 180.0,
        "options": {"expires": 180},
    },
    "watch": {"task": "scrm.worker.tasks.watch", "schedule": 30.0, "options": {"expires": 30}},
    "anchor_audits": {"task": "scrm.worker.tasks.anchor_audits", "schedule": 900.0, "options": {"expires": 900}},
}

# --- mail -----------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="filemail://" + str(BASE_DIR / "var/mail")))
EMAIL_TIMEOUT: int = env.int("EMAIL_TIMEOUT", 10)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "SCRM <scrm@localhost>")

# --- log-in ---------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["scrm.web.account.backend.CountedBackend", "scrm.web.support.SupportBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "scrm.web.account_adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Rows of the tenant's own, and tokens bound to it: allauth's are signed for the whole installation.
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "scrm.web.reset_tokens.TenantTokenGenerator"  # nosec B105
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# Attempts at passwords and codes are counted in PostgreSQL (accounts/services_attempts.py), before they are made.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": ""}
_CHANGE_FORM = "scrm.web.account.password_form.NewPasswordForm"
ACCOUNT_FORMS = {"change_password": _CHANGE_FORM}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
PASSWORD_RESET_TIMEOUT = 3600
SCRM_REQUIRE_MFA: bool = env.bool("SCRM_REQUIRE_MFA", True)
"""Principals, administrators and operators of the platform need a second factor."""
if not (DEBUG or SCRM_REQUIRE_MFA):
    raise ImproperlyConfigured("SCRM_REQUIRE_MFA may be off only where DEBUG is on: on a laptop.")
MFA_ADAPTER = "scrm.web.account.factor_adapter.HouseFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "scrm.web.account.factor_forms.CodeForm",
    "reauthenticate": "scrm.web.account.factor_forms.CodeAgainForm",
    "activate_totp": "scrm.web.account.factor_forms.NewAppForm",
}

# --- sessions: how long nobody may come, and how long they last at most -----------------------
SESSION_IDLE_SECONDS: int = 3600 * env.int("SESSION_IDLE_HOURS", 14 * 24)
SESSION_COOKIE_AGE = 86400 * env.int("SESSION_DAYS", 30)
STRONG_SESSION_IDLE_SECONDS: int = 60 * env.int("STRONG_SESSION_IDLE_MINUTES", 30)
"""Of those who need a second factor."""
STRONG_SESSION_SECONDS: int = 3600 * env.int("STRONG_SESSION_HOURS", 12)
SESSION_GUEST_SECONDS = 86400
"""Of somebody who has not logged in yet."""

# --- words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "scrm.formats"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var/static"))
MEDIA_ROOT: str = env.str("MEDIA_ROOT", str(BASE_DIR / "var/media"))
MEDIA_URL = "/media/"
MULTITENANT_RELATIVE_MEDIA_ROOT = "%s"
STORAGES = {
    "default": {"BACKEND": "django_tenants.files.storage.TenantFileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- headers ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_HSTS_SECONDS = 0 if DEBUG else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", False) else None
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", 0)
"""How many proxies stand in front, each of which adds to X-Forwarded-For whom it saw."""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
X_FRAME_OPTIONS = "DENY"

# --- REST -------------------------------------------------------------------------------------
API_RATE: str = env.str("API_RATE", "1200/min")
"""What a caller may ask, unless their key has a limit of its own."""
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "scrm.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["scrm.api.permissions.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "scrm.core.pagination.NewestFirstCursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "scrm.api.errors.handle",
    "DEFAULT_THROTTLE_CLASSES": ["scrm.api.throttling.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": API_RATE},
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SCRM API",
    "DESCRIPTION": "Push leads and events in; read contacts, touchpoints and numbers out.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "scrm.api.schema.tell_refusals"],
}

# --- the engine -------------------------------------------------------------------------------
SCRM_LEASE_SECONDS: int = env.int("SCRM_LEASE_SECONDS", 60)
"""How long a claimed touchpoint belongs to one worker."""
SCRM_SETTLE_SECONDS: int = env.int("SCRM_SETTLE_SECONDS", 30)
"""How long after its lease a touchpoint in `sending` may still be in flight at the provider."""
SCRM_LOOK_UP_SECONDS: int = env.int("SCRM_LOOK_UP_SECONDS", 300)
"""How long after a look-up that told nothing the provider is asked again."""
SCRM_ARCHIVE_AFTER_DAYS: int = env.int("SCRM_ARCHIVE_AFTER_DAYS", 90)
"""How long after somebody left an SOP their touchpoints move to the archive."""
SCRM_OUTGOING_PORTS: list[int] = env.list("SCRM_OUTGOING_PORTS", cast=int, default=[443])
SCRM_OUTGOING_LOOPBACK: bool = env.bool("SCRM_OUTGOING_LOOPBACK", False)
"""Which ports outside may be called, and whether this machine, without TLS: for a laptop, `check --deploy` refuses."""

# --- watching over the installation ----------------------------------------------------------
SCRM_ALERT_EMAIL: list[str] = env.list("SCRM_ALERT_EMAIL", default=[])
"""Whom a mail tells, once, that something is wrong."""
SCRM_METRICS_TOKEN: str = env.str("SCRM_METRICS_TOKEN", "")
"""Who has it may read /metrics; without one only this machine may."""
SCRM_METRICS_HOSTS: list[str] = env.list("SCRM_METRICS_HOSTS", default=[PUBLIC_HOST, "127.0.0.1"])
"""Where /metrics answers: never on a tenant's host."""
SCRM_METRICS_FOLDER: str = env.str("SCRM_METRICS_FOLDER", str(BASE_DIR / "var/metrics"))
# prometheus_client looks for it when it is imported: several server processes answer for one another.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = SCRM_METRICS_FOLDER
SCRM_WATCHED_FOLDERS: list[str] = env.list("SCRM_WATCHED_FOLDERS", default=[MEDIA_ROOT])
"""Folders whose disks must not run full: the media, and where they are on this machine, PostgreSQL's and Redis's."""

# --- logs -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        name: {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processors": f"ext://scrm.core.logs.{name}",
            "foreign_pre_chain": "ext://scrm.core.logs.pre_chain",
        }
        for name in ("plain", "json_lines")
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", "plain" if DEBUG else "json_lines"),
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        # Without its own handlers, which on a laptop write every line a second time, and unmasked.
        "django": {"level": "INFO"},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}

SCRM_CHANNELS: dict[str, str] = {"email": env.str("SCRM_CHANNEL_EMAIL", "campaigns.channels.email.EmailChannel")}
"""The class behind each channel that goes out of the house."""
