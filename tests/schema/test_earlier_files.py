"""The files that were run before the migrations, in the view of what was applied."""

import pytest
from django.core.management.base import CommandError

from tests.schema.support import migrate

ADD = """
INSERT INTO schema_migration_files (position, filename, applied_at)
VALUES (2, '002_conversations.sql', NULL), (1, '001_initial.sql', '2025-01-01')
"""
VIEW = "SELECT version, filename, app, name FROM schema_migrations ORDER BY version"


def test_they_come_first_in_their_order(observer):
    before = observer.execute(VIEW).fetchall()
    observer.execute(ADD)

    files, migrations = (rows := observer.execute(VIEW).fetchall())[:2], rows[2:]

    assert files == [
        (1, "001_initial.sql", None, None),
        (2, "002_conversations.sql", None, None),
    ]
    assert migrations == [(version + 2, *rest) for version, *rest in before]


def test_the_view_is_as_it_was_when_the_migration_is_taken_back(complete, observer):
    definition = "SELECT pg_get_viewdef('schema_migrations')"
    newer = observer.execute(definition).fetchone()
    migrate("assistant_schema", "0001")

    older = observer.execute(definition).fetchone()
    assert older != newer
    assert len(observer.execute(VIEW).fetchall()) > 30
    observer.execute("INSERT INTO schema_migrations (version) VALUES (1)")

    migrate("assistant_schema")
    assert observer.execute(definition).fetchone() == newer


def test_it_is_not_taken_back_while_there_are_files(complete, observer):
    observer.execute(ADD)

    with pytest.raises(CommandError, match=r"2 rows \(.*sql, .*sql\): files that were run before"):
        migrate("assistant_schema", "0001")

    assert observer.execute("SELECT count(*) FROM schema_migration_files").fetchone() == (2,)
