"""What there is to migrate, by the names of files."""

from django.db.migrations.loader import MigrationLoader

from assistant.schema.history.pending import migrations_on_disk, pending
from tests.schema.support import migrate


def test_the_names_are_those_that_django_loads():
    assert set(migrations_on_disk()) == set(MigrationLoader(None).disk_migrations)


def test_an_app_that_is_told_to_have_none_has_none(settings):
    settings.MIGRATION_MODULES = {"assistant_settings": None, "auth": "tests.no_migrations"}

    assert not {app for app, _ in migrations_on_disk()} & {"assistant_settings", "auth"}


def test_on_an_empty_database_all_are_pending(blank):
    assert set(pending(blank)) == set(migrations_on_disk())


def test_after_migrating_none_is(complete):
    assert pending(complete) == []


def test_what_was_taken_back_is_pending(complete):
    migrate("assistant_settings", "0003")

    assert pending(complete) == [("assistant_settings", "0004_keep_one_default")]


def test_what_another_tool_applied_is_looked_at_once(complete, observer):
    observer.execute("DELETE FROM schema_migration_details WHERE migration_id = 5")
    [missing] = pending(complete)

    migrate()

    assert missing
    assert pending(complete) == []


def test_where_a_router_keeps_the_details_out_names_count(complete, observer):
    migrate("assistant_settings", "0003")
    observer.execute("DROP TABLE schema_migration_details CASCADE")

    assert pending(complete) == [("assistant_settings", "0004_keep_one_default")]
