"""A server with the demo data, and somebody who photographs its pages."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth import get_user_model
from django.test.utils import setup_databases, teardown_databases
from pytest_django.live_server_helper import LiveServer

from assistant.demo.services import load_demo
from tests.browser.chromium import MISSING, chromium, is_installed
from tests.browser.person import WIDE, Person
from tests.browser.screenshots.pages import PAGES
from tests.conftest import remove_server

__all__ = ["main"]

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"

# More than that makes a page of documentation slow to load.
MAX_BYTES = 200_000


@contextmanager
def demo_database() -> Iterator[None]:
    """Connect to a new database with the demo data and somebody who looks at it."""
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        load_demo()
        yield
    finally:
        teardown_databases(databases, verbosity=0)


@contextmanager
def somebody() -> Iterator[Person]:
    """Yield a superuser who looks at the running server."""
    rights = {"is_staff": True, "is_superuser": True}
    superuser, _made = get_user_model().objects.update_or_create(username="admin", defaults=rights)
    server = LiveServer("localhost")
    try:
        with tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as driver:
            person = Person(driver, server.url)
            person.start_afresh()
            person.log_in(superuser)
            yield person
    finally:
        server.stop()


def photograph(person: Person, name: str) -> None:
    """Write a page's picture."""
    person.resize(*WIDE)
    person.open("/admin/")
    person.run("localStorage.clear()")
    # Without the list of all tables there is more of the page to see.
    person.run("localStorage.setItem('django.admin.navSidebarIsOpen', 'false')")
    PAGES[name](person)
    file = IMAGES / f"{name}.png"
    file.write_bytes(person.driver.get_screenshot_as_png())
    size = file.stat().st_size
    remark = ": too large, choose another part of the page" if size > MAX_BYTES else ""
    sys.stdout.write(f"{file} {size:,} bytes{remark}\n")


def main(names: list[str]) -> None:
    """Photograph these pages, or all."""
    if unknown := set(names) - set(PAGES):
        sys.exit(f"No such page: {', '.join(sorted(unknown))}. There are: {', '.join(PAGES)}.")
    if not is_installed():
        sys.exit(MISSING)
    IMAGES.mkdir(exist_ok=True)
    try:
        with demo_database(), somebody() as person:
            for name in names or PAGES:
                photograph(person, name)
    finally:
        remove_server()
