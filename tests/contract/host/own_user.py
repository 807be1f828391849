"""A project without the admin, with a user model of its own whose key is text."""

from tests.contract.host.base import *  # noqa: F403
from tests.contract.host.base import INSTALLED_APPS

AUTH_USER_MODEL = "people.Person"
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "django.contrib.admin"]
INSTALLED_APPS += ["tests.contract.host.people"]
ROOT_URLCONF = "tests.contract.host.urls"
