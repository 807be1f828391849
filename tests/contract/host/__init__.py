"""Settings modules of other projects that use the apps, each run in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def run(host: str, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command of a host project on a database."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": f"tests.contract.host.{host}",
        "HOST_DATABASE": database,
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
