"""The project's settings on a server for tests: DATABASE_URL's, else an embedded one of its own.

The embedded server lives in a temporary directory that pytest-xdist's workers share.
"""

import os
import tempfile

if not os.environ.get("DATABASE_URL") and "TEST_DATA_DIR" not in os.environ:
    # The environment hands it on to the workers; the process that made it removes it.
    os.environ["TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="assistant-tests-")
    # Run by root, the server has another user, who must come through to its own directory.
    os.chmod(os.environ["TEST_DATA_DIR"], 0o711)  # noqa: S103
    os.environ["TEST_DATA_DIR_OWNER"] = str(os.getpid())
if "TEST_DATA_DIR" in os.environ:
    os.environ["DATA_DIR"] = os.environ["TEST_DATA_DIR"]
os.environ.setdefault("SECRET_KEY", "for tests only")
os.environ.setdefault("DEBUG", "0")

from config.settings import *  # noqa: F403
from config.settings import DATABASES

if "EMBEDDED" in DATABASES["default"]:
    # The data is thrown away: it need not survive a power cut.
    DATABASES["default"]["EMBEDDED"]["SETTINGS"] = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
else:
    # The test runner makes and drops databases, which a pool's open connections would prevent.
    DATABASES["default"]["OPTIONS"].pop("pool", None)
# Neither would a connection go away that a thread of the live server keeps for its next request.
DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
