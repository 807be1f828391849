"""A project whose users are Django's own, with integer keys."""

import json
import os

SECRET_KEY = "for tests only"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "project.urls"
USE_TZ = True
# The tests' server may be older than the release that mends its fault.
SILENCED_SYSTEM_CHECKS = ["assistant.W012"]
STATIC_URL = "static/"
DATABASES = {"default": json.loads(os.environ["HOST_DATABASE"])}
if reports := os.environ.get("HOST_REPORTS"):
    DATABASES["reports"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": reports}
DATABASE_ROUTERS = ["project.routers.ReportsRouter"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "assistant.settings",
    "assistant.conversations",
    "assistant.embeddings",
    *os.environ.get("HOST_EXTRA_APPS", "").split(),
]

MIDDLEWARE = [
    "assistant.db.middleware.RequestLimitMiddleware",  # first
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

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

ASSISTANT = {
    "LIST_PAGE_SIZE": 100,
}
