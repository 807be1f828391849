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
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
