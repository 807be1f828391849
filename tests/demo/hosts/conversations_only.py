"""A project with Django's own users that has conversations and neither settings nor embeddings."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

LEFT_OUT = {"assistant.accounts", "assistant.settings", "assistant.embeddings"}
AUTH_USER_MODEL = "auth.User"
DATABASES["default"]["NAME"] = os.environ["HOST_DATABASE"]
INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in LEFT_OUT]
