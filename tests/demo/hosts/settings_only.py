"""A project that has nothing but settings."""

from tests.demo.hosts.conversations_only import *  # noqa: F403
from tests.demo.hosts.conversations_only import INSTALLED_APPS

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "assistant.conversations"]
INSTALLED_APPS += ["assistant.settings"]
