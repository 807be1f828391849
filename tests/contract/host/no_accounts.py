"""A project with Django's own users and without the accounts app."""

from tests.contract.host.base import *  # noqa: F403
from tests.contract.host.base import INSTALLED_APPS

AUTH_USER_MODEL = "auth.User"
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "assistant.accounts"]
