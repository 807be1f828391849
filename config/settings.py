"""The project's settings, driven by the environment.

``DATABASE_URL`` names a PostgreSQL server. Without it the project runs on an embedded one, with
``DEBUG`` on and a secret key of its own, all kept in ``.data/``.
"""

import os
from pathlib import Path
from typing import Any

from config.environment import database_from_url, flag, integer, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data")).absolute()
DATABASE_URL = os.environ.get("DATABASE_URL", "")

# Only the embedded server makes this a toy: anything else is somebody's database.
DEBUG = flag("DEBUG", default=not DATABASE_URL)
SECRET_KEY = secret_key(DATA_DIR / "secret_key", required=bool(DATABASE_URL))
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_extensions",
    "assistant.schema",
    "assistant.accounts",
    "assistant.settings",
    "assistant.conversations",
    "assistant.embeddings",
    "assistant.demo",
]

MIDDLEWARE = [
    # First: it answers for a request that is too large to be read.
    "assistant.db.middleware.RequestLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

EMBEDDED_DATABASE: dict[str, Any] = {
    "ENGINE": "assistant.db.embedded",
    "NAME": "assistant",
    "EMBEDDED": {
        "DATA_DIR": DATA_DIR / "postgresql",
        "VERSION": integer("POSTGRESQL_VERSION", default=18),
    },
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
}
DATABASES = {"default": database_from_url(DATABASE_URL) if DATABASE_URL else EMBEDDED_DATABASE}

ASSISTANT = {"MIGRATE_ON_START": os.environ.get("MIGRATE_ON_START", "apply")}

AUTH_USER_MODEL = "assistant_accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Behind a server of its own (not DEBUG) cookies travel over https only.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("SECURE_COOKIES", default=not DEBUG)
