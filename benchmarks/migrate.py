"""``manage.py migrate`` on an empty database, against ``django.setup()`` alone.

Both are whole processes, Python's start included. The server runs before the clock starts.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

from benchmarks.databases import connect, database
from benchmarks.measure import Finding, interleave, main, show_samples

ROOT = Path(__file__).resolve().parent.parent
SET_UP = ["-c", "import django; django.setup()"]
MIGRATE = ["manage.py", "migrate", "--verbosity", "0"]


def add_arguments(parser: ArgumentParser) -> None:
    """Take nothing more."""


def run(options: Namespace) -> list[Finding]:
    """Measure, print the times, and return the difference."""

    def migrate() -> float:
        with database("migrate", migrated=False) as name:
            seconds = process(MIGRATE, database_name=name)
            with connect(name) as client:
                client.execute("SELECT FROM conversation_stats")  # it was this database
            return seconds

    def migrate_again() -> float:
        with database("migrate") as name:
            return process(MIGRATE, database_name=name)

    samples = interleave(
        {
            "django.setup()": lambda: process(SET_UP, database_name=""),
            "manage.py migrate, nothing there": migrate,
            "manage.py migrate, nothing to do": migrate_again,
        },
        rounds=options.rounds,
    )
    show_samples("Processes from start to end", samples)
    pairs = zip(samples["manage.py migrate, nothing there"], samples["django.setup()"], strict=True)
    return [
        Finding(
            "migrate from nothing, time beyond django.setup()",
            [whole - setup for whole, setup in pairs],
            at_most=2,
            unit=" s",
        )
    ]


def process(arguments: list[str], *, database_name: str) -> float:
    """Return how many seconds a Python process runs."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "BENCHMARK_DATABASE": database_name,
    }
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, env=environment)
    return perf_counter() - start


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
