"""A project that has nothing but settings."""

from tests.contract.host.no_accounts import *  # noqa: F403
from tests.contract.host.no_accounts import INSTALLED_APPS

LEFT_OUT = {"assistant.conversations", "assistant.embeddings"}
INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in LEFT_OUT]
