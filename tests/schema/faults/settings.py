"""The project's settings with what a test adds as JSON in the variable ``FAULTS``.

Keys: ``assistant`` (of the setting ASSISTANT), ``migrations`` (which set of those of the app
``faults_host``), ``databases`` (further aliases: URLs), ``routers``, ``pool`` (false for none) and
``fault`` (see ``tests.schema.faults.hooks``).
"""

import json
import os
import signal

from config.environment import database_from_url
from config.settings import *  # noqa: F403
from config.settings import ASSISTANT, DATABASES, INSTALLED_APPS

# Whatever runs the tests may ignore it, which is inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)

FAULTS = json.loads(os.environ.get("FAULTS", "{}"))

ASSISTANT.update(FAULTS.get("assistant", {}))
for label, address in FAULTS.get("databases", {}).items():
    DATABASES[label] = database_from_url(address)
DATABASE_ROUTERS = FAULTS.get("routers", [])
for database in DATABASES.values():
    if not FAULTS.get("pool", True):
        database.get("OPTIONS", {}).pop("pool", None)
INSTALLED_APPS += ["tests.schema.faults.hooks.Config"]
MIGRATION_MODULES = {}
if "migrations" in FAULTS:
    INSTALLED_APPS += ["tests.schema.faults.host"]
    MIGRATION_MODULES["faults_host"] = f"tests.schema.faults.host.{FAULTS['migrations']}.migrations"
