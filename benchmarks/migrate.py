"""``manage.py migrate`` and a server's start, against Django's own ``migrate`` and ``setup()``.

All are whole processes, Python's start included. The server runs before the clock starts.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

from benchmarks.databases import connect, database
from benchmarks.measure import Finding, Samples, interleave, main, show_samples

ROOT = Path(__file__).resolve().parent.parent

SET_UP = "import django; django.setup()"
COMMAND = (
    f"{SET_UP}; from {{}}.management.commands.migrate import Command; "
    "Command().run_from_argv(['manage.py', 'migrate', '--verbosity', '0'])"
)
LOCKED = COMMAND.format("assistant.schema")
STOCK = COMMAND.format("django.core")
START = f"{SET_UP}; from assistant.schema.startup import bring_up_to_date; bring_up_to_date()"


def add_arguments(parser: ArgumentParser) -> None:
    """Take nothing more."""


def run(options: Namespace) -> list[Finding]:
    """Measure, print the times, and return the differences."""
    with database("migrate_full", alias="migrated") as full:
        samples = interleave(
            {
                "django.setup()": lambda: process(SET_UP),
                "a start, nothing to do": lambda: process(START, database_name=full),
                "Django's migrate, nothing to do": lambda: process(STOCK, database_name=full),
                "migrate, nothing to do": lambda: process(LOCKED, database_name=full),
                "Django's migrate, nothing there": lambda: from_nothing(STOCK),
                "migrate, nothing there": lambda: from_nothing(LOCKED),
            },
            rounds=options.rounds,
        )
    show_samples("Processes from start to end", samples)
    return [
        Finding(
            "migrate from nothing, time beyond django.setup()",
            differences(samples, "migrate, nothing there", "django.setup()"),
            at_most=2000,
            unit=" ms",
        ),
        Finding(
            "migrate from nothing, time beyond Django's",
            differences(samples, "migrate, nothing there", "Django's migrate, nothing there"),
            at_most=60,
            unit=" ms",
        ),
        Finding(
            "migrate with nothing to do, time beyond Django's",
            differences(samples, "migrate, nothing to do", "Django's migrate, nothing to do"),
            at_most=60,
            unit=" ms",
        ),
        Finding(
            "a start with nothing to do, time beyond django.setup()",
            differences(samples, "a start, nothing to do", "django.setup()"),
            at_most=60,
            unit=" ms",
        ),
    ]


def from_nothing(code: str) -> float:
    """Return how many seconds it takes on an empty database."""
    with database("migrate", migrated=False) as name:
        seconds = process(code, database_name=name)
        with connect(name) as client:
            client.execute("SELECT FROM conversation_stats")  # it was this database
        return seconds


def differences(samples: Samples, one: str, other: str) -> list[float]:
    """Return how much longer one took, in milliseconds, round by round."""
    return [1000 * (a - b) for a, b in zip(samples[one], samples[other], strict=True)]


def process(code: str, *, database_name: str = "") -> float:
    """Return how many seconds a Python process runs."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "BENCHMARK_DATABASE": database_name,
    }
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
    return perf_counter() - start


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
