"""The test settings on a database that the environment names."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["HOST_DATABASE"]
if "HOST_DATABASE_OPTIONS" in os.environ:
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = os.environ["HOST_DATABASE_OPTIONS"]
