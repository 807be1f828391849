"""A project with Django's own users that has conversations and neither settings nor embeddings."""

from tests.contract.host.no_accounts import *  # noqa: F403
from tests.contract.host.no_accounts import INSTALLED_APPS

LEFT_OUT = {"assistant.settings", "assistant.embeddings"}
INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in LEFT_OUT]
