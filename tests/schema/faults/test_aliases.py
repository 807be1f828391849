"""Several databases: each has its own lock."""

from collections.abc import Callable

from tests.contract.databases import connect
from tests.schema.faults.support import (
    LOCK,
    START,
    Whole,
    assert_one_line,
    assert_whole,
    manage,
    migrate,
    url,
)


def test_one_does_not_wait_for_the_other(make: Callable[..., str], whole: Whole) -> None:
    default, other = make(), make()
    databases = {"other": url(other)}
    with connect(default, autocommit=True, application_name="somebody") as client:
        client.execute(LOCK)

        first = migrate(url(default), "--database", "other", databases=databases)
        second = migrate(url(default), "--wait", "1", databases=databases)

    assert first.code == 0, first
    assert "Another migrate" not in first.output
    assert_one_line(
        second, f'Another migrate is running on database "{default}": somebody, server process'
    )
    with connect(other) as client:
        assert_whole(client, whole)
    with connect(default) as client:
        assert client.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)


def test_a_start_brings_all_up_to_date(make: Callable[..., str], whole: Whole) -> None:
    default, other = make(), make()
    faults = {
        "databases": {"other": url(other)},
        "routers": ["tests.schema.faults.routers.NoAccountsInOther"],
        "assistant": {"MIGRATE_DATABASES": ["default", "other"]},
    }

    first = manage(url(default), *START, **faults)
    second = manage(url(default), *START, **faults)

    assert (first.code, second.code) == (0, 0), (first, second)
    assert "Bringing" not in second.errors
    with connect(default) as client:
        assert_whole(client, whole)
    with connect(other) as client:
        assert client.execute("SELECT to_regclass('users')").fetchone() == (None,)
        assert client.execute("SELECT to_regclass('conversations')").fetchone() != (None,)
