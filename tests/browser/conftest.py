"""A browser, and people who use it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome

from tests import factories
from tests.browser.chromium import MISSING, chromium, is_installed
from tests.browser.person import Person

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests on one of pytest-xdist's workers, so that one browser is started."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def driver(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return the browser of all tests; it quits before the database is dropped."""
    if not is_installed():
        pytest.skip(MISSING)
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(scope="session")
def default_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Put back the rows that migrations insert: after each of these tests all tables are empty."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for app in apps.get_app_configs():
            for file in sorted(Path(app.path).glob("sql/*_insert_default_*.sql")):
                if not file.name.endswith(".reverse.sql"):
                    cursor.execute(file.read_text(encoding="utf-8"))


@pytest.fixture
def own_migrations(transactional_db: None) -> Iterator[None]:
    """Forget the migrations that a test has made up: they are in no table that is emptied."""
    yield
    MigrationRecorder.Migration.objects.filter(app=factories.MADE_UP_APP).delete()


@pytest.fixture
def person(
    driver: Chrome, live_server: LiveServer, default_rows: None, own_migrations: None
) -> Iterator[Person]:
    """Return somebody who has not logged in; scripts must run without errors and other hosts."""
    visitor = Person(driver, live_server.url)
    visitor.start_afresh()
    yield visitor
    driver.get("about:blank")
    assert visitor.complaints() == []
    assert visitor.requested_hosts() <= {urlsplit(live_server.url).netloc}


@pytest.fixture
def root(person: Person) -> Person:
    """Return a superuser, logged in."""
    person.log_in(factories.make_user(username="root", is_staff=True, is_superuser=True))
    return person


@pytest.fixture
def viewer(person: Person) -> Person:
    """Return staff that may view everything and do nothing else, logged in."""
    user = factories.make_user(username="viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    person.log_in(user)
    return person
