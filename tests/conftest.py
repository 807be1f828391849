"""What every test shares."""

import os
import shutil

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take whether to run the long versions of tests."""
    parser.addoption("--long", action="store_true", help="more rounds, for minutes")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    remove_server()


def remove_server() -> None:
    """Stop the embedded server and remove its data, in the process that made it."""
    if os.environ.get("TEST_DATA_DIR_OWNER") != str(os.getpid()):
        return
    from django.conf import settings  # noqa: PLC0415

    from assistant.db.embedded import Server  # noqa: PLC0415

    directory = os.environ["TEST_DATA_DIR"]
    embedded = settings.DATABASES["default"]["EMBEDDED"]
    Server(embedded["DATA_DIR"], version=embedded["VERSION"]).destroy()
    shutil.rmtree(directory, ignore_errors=True)
