#!/usr/bin/env python
"""Run an administrative task."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ImportError as error:
        raise SystemExit(
            f"Cannot import Django ({error}). Activate the virtual environment, or install "
            'the project into this one: pip install -e ".[project]"'
        ) from error
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.db.utils import OperationalError  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        if isinstance(error, ImproperlyConfigured):
            raise SystemExit(f"The settings are not right: {error}") from None
        raise SystemExit(
            f"The database cannot be used: {error}\n"
            "Is its server running, and is DATABASE_URL right? (--traceback shows more)"
        ) from None


if __name__ == "__main__":
    main()
