"""``migrate``: the same command under a lock, each migration recorded whole."""

import re

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ProgrammingError

from assistant.schema.errors import MigrationError
from assistant.schema.migrating.locks import WORKER
from tests.schema.support import locks_held, migrate, somebody_migrates

DOCUMENTED = "SELECT version, filename, applied_at FROM schema_migrations ORDER BY version;"

# Django records a migration with foreign keys after the transaction in which it ran.
REFUSE_RECORD = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'not recorded'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON django_migrations
FOR EACH ROW WHEN (NEW.app = 'auth' AND NEW.name = '0001_initial') EXECUTE FUNCTION refuse();
"""


def test_every_migration_is_recorded_in_the_order_of_application(blank, client):
    migrate()

    rows = client.execute(DOCUMENTED).fetchall()
    applied = client.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    assert [version for version, _, _ in rows] == list(range(1, len(applied) + 1))
    assert [filename for _, filename, _ in rows] == [f"{app}/{name}.py" for app, name in applied]
    assert all(was is not None for _, _, was in rows)
    assert applied[0] == ("assistant_schema", "0001_create_schema_migrations")


def test_what_ran_is_recorded(blank, client):
    migrate()

    query = "SELECT checksum, duration, versions FROM schema_migrations"
    for checksum, duration, versions in client.execute(query):
        assert re.fullmatch("[0-9a-f]{64}", checksum)
        assert duration.total_seconds() > 0
        assert versions["postgresql"] == f"{client.info.server_version // 10_000}." + str(
            client.info.server_version % 10_000
        )
        assert {"django", "python"} <= versions.keys()
    unfinished = "SELECT count(*) FROM schema_migration_details WHERE finished_at IS NULL"
    assert client.execute(unfinished).fetchone() == (0,)


def test_again_there_is_nothing_to_do(complete, observer):
    before = observer.execute("SELECT * FROM schema_migrations").fetchall()

    assert "No migrations to apply." in migrate()
    assert observer.execute("SELECT * FROM schema_migrations").fetchall() == before
    assert locks_held(observer) == 0


def test_what_another_tool_applied_is_noted(blank, client):
    executor = MigrationExecutor(blank)
    executor.migrate(executor.loader.graph.leaf_nodes())

    migrate()

    rows = client.execute("SELECT checksum, duration FROM schema_migrations").fetchall()
    assert all(checksum and duration is None for checksum, duration in rows)


def test_a_migration_and_its_record_are_one_transaction(blank, client):
    migrate("contenttypes")
    client.execute(REFUSE_RECORD)

    with pytest.raises(Exception, match="not recorded"):
        migrate()

    assert client.execute("SELECT to_regclass('auth_permission')").fetchone() == (None,)
    client.execute("DROP FUNCTION refuse() CASCADE")
    migrate()
    assert "No migrations to apply." in migrate()


def test_a_faked_migration_is_recorded(blank, client):
    migrate("contenttypes", "0001")
    migrate("auth", "0001", fake=True)

    assert client.execute("SELECT to_regclass('auth_permission')").fetchone() == (None,)
    query = "SELECT count(*) FROM django_migrations WHERE app = 'auth'"
    assert client.execute(query).fetchone() == (1,)


def test_one_app_alone(blank, client):
    migrate("contenttypes")

    assert {app for (app,) in client.execute("SELECT app FROM django_migrations")} == {
        "contenttypes"
    }


def test_details_go_with_the_migration(complete, observer):
    migrate("assistant_settings", "0003")

    query = "SELECT count(*) FROM schema_migration_details"
    applied = "SELECT count(*) FROM django_migrations"
    assert observer.execute(query).fetchone() == observer.execute(applied).fetchone()


def test_there_and_back_without_this_app(complete, observer):
    migrate("assistant_schema", "zero")
    assert observer.execute("SELECT to_regclass('schema_migration_details')").fetchone() == (None,)

    migrate()

    assert observer.execute("SELECT count(*) FROM schema_migrations").fetchone() == (
        observer.execute("SELECT count(*) FROM django_migrations").fetchone()
    )


def test_it_says_who_else_migrates_and_gives_up(complete, migrated):
    with somebody_migrates(migrated) as pid, pytest.raises(MigrationError) as error:
        migrate(wait=0.1)

    assert f"migrate by a test, server process {pid}. Given up after 0.1 s" in str(error.value)
    assert f"pg_terminate_backend({pid})" in str(error.value)


class EndsTheOther:
    """An output that ends the session it is told of."""

    def __init__(self, client, pid):
        self.client, self.pid, self.text = client, pid, ""

    def write(self, text):
        self.text += text
        if "Waiting up to" in text:
            self.client.execute("SELECT pg_terminate_backend(%s)", [self.pid])


def test_it_goes_on_when_the_other_is_done(complete, migrated, observer):
    with somebody_migrates(migrated) as pid:
        output = EndsTheOther(observer, pid)
        call_command("migrate", database="scratch", stdout=output)

    assert 'Another migrate is running on database "' in output.text
    assert "No migrations to apply." in output.text


@pytest.mark.parametrize("option", ["plan", "check_unapplied"])
def test_looking_takes_no_lock(complete, migrated, option):
    with somebody_migrates(migrated):
        migrate(**{option: True})


def test_what_a_killed_one_left_running_is_waited_for(complete, migrated):
    migrate("assistant_settings", "0003")
    with somebody_migrates(migrated, key=WORKER) as pid, pytest.raises(MigrationError) as error:
        migrate(wait=0.1)

    assert "The rest of a migrate that was killed is running" in str(error.value)
    assert f"server process {pid}" in str(error.value)


def test_no_lock_and_no_setting_stays(blank, client):
    with blank.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        before = cursor.fetchone()
    migrate()

    assert locks_held(client) == 0
    with blank.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        assert cursor.fetchone() == before


def test_within_a_transaction(complete, observer):
    with transaction.atomic(using="scratch"):
        migrate("assistant_settings", "0003")
        transaction.set_rollback(True, using="scratch")

    query = "SELECT count(*) FROM django_migrations WHERE app = 'assistant_settings'"
    assert observer.execute(query).fetchone() == (4,)
    assert locks_held(observer) == 0


def test_another_error_is_not_hidden(complete, observer):
    observer.execute("ALTER TABLE system_settings RENAME TO elsewhere")
    migrate("assistant_settings", "0003")

    with pytest.raises(ProgrammingError, match="system_settings"):
        migrate("assistant_settings", "zero")
    assert locks_held(observer) == 0
