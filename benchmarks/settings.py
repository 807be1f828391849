"""The project's settings, without DEBUG's log of queries and without a pool of connections."""

import os

os.environ.setdefault("SECRET_KEY", "for benchmarks only")
os.environ.setdefault("DEBUG", "0")

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ.get("BENCHMARK_DATABASE") or DATABASES["default"]["NAME"]
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)

# The embedded server is older than the release that mends its fault; said once a process otherwise.
SILENCED_SYSTEM_CHECKS = ["assistant.W012"]
