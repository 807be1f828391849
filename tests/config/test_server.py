"""The project on a server named by DATABASE_URL, through the connection pool."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.contract.databases import url

ROOT = Path(__file__).parents[2]

MANY_THREADS = """
import threading
import django
django.setup()
from django.db import connection
from assistant.settings.models import SystemSetting

def read():
    counts.append(SystemSetting.objects.count())
    pids.add(connection.connection.info.backend_pid)
    connection.close()

counts, pids = [], set()
for _ in range(3):
    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(len(counts), type(connection.pool).__name__, len(pids) <= 4)
connection.close_pool()
"""


@pytest.mark.django_db
def test_the_pool_serves_threads():
    address = url(connection.settings_dict["NAME"])

    result = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:assistant", "-c", MANY_THREADS],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME")},
            "DATABASE_URL": address,
            "SECRET_KEY": "x",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert result.stdout.split() == ["6", "ConnectionPool", "True"], result.stderr
