"""What a server process does about migrations when it starts."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings

from assistant.schema.startup import bring_up_to_date
from tests.contract.databases import alias, role, url
from tests.schema.faults.support import wait_until
from tests.schema.support import migrate, plain_alias, somebody_migrates

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _start_on_scratch(settings):
    settings.ASSISTANT = {
        "MIGRATE_ON_START": "apply",
        "MIGRATE_DATABASES": ["scratch"],
        "DATABASE_WAIT": 1,
        "MIGRATE_WAIT": 1,
    }


def applied(client):
    [(count,)] = client.execute("SELECT count(*) FROM schema_migrations")
    return count


def test_apply_migrates(blank, client, capsys):
    bring_up_to_date()

    assert applied(client) > 30
    assert "Bringing database" in capsys.readouterr().err


def test_nothing_to_do_takes_no_lock_and_says_nothing(complete, migrated, capsys):
    with somebody_migrates(migrated):
        bring_up_to_date()

    assert capsys.readouterr().err == ""


def test_a_run_that_was_killed_before_its_end_is_run_again(complete, observer):
    observer.execute(
        "UPDATE schema_migration_details SET finished_at = NULL WHERE migration_id > 9"
    )

    bring_up_to_date()

    query = "SELECT count(*) FROM schema_migration_details WHERE finished_at IS NULL"
    assert observer.execute(query).fetchone() == (0,)


def test_check_refuses(complete, settings, capsys):
    migrate("assistant_settings", "0002")
    settings.ASSISTANT = {**settings.ASSISTANT, "MIGRATE_ON_START": "check"}

    with pytest.raises(SystemExit) as end:
        bring_up_to_date()

    assert end.value.code == 3
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("Not started: Database")
    assert "assistant_settings.0003_insert_default_settings" in line
    assert "run manage.py migrate --database scratch" in line


def test_check_lets_pass_what_is_up_to_date(complete, settings):
    settings.ASSISTANT = {**settings.ASSISTANT, "MIGRATE_ON_START": "check"}

    bring_up_to_date()


def test_check_lets_pass_a_database_that_is_ahead(complete, observer, settings):
    observer.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('gone', '0001_x', now())"
    )
    settings.ASSISTANT = {**settings.ASSISTANT, "MIGRATE_ON_START": "check"}

    bring_up_to_date()


def test_off_does_not_even_connect(settings):
    settings.ASSISTANT = {"MIGRATE_ON_START": "off", "MIGRATE_DATABASES": ["nowhere"]}

    bring_up_to_date()


def test_a_host_without_the_setting_is_left_alone(settings):
    settings.ASSISTANT = {"MIGRATE_DATABASES": ["nowhere"]}

    bring_up_to_date()


@pytest.mark.parametrize(
    "values, said",
    [
        ({"MIGRATE_ON_START": "always"}, "ASSISTANT['MIGRATE_ON_START'] is 'always'"),
        ({"MIGRATE_DATABASES": ["nowhere"]}, "names 'nowhere', which is not in DATABASES"),
    ],
    ids=["mode", "alias"],
)
def test_a_wrong_setting_is_told_in_one_line(settings, capsys, values, said):
    settings.ASSISTANT = {**settings.ASSISTANT, **values}

    with pytest.raises(SystemExit):
        bring_up_to_date()

    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_in_an_event_loop(complete, observer):
    migrate("assistant_settings", "0002")

    async def server():
        bring_up_to_date()

    before = applied(observer)
    asyncio.run(server())
    assert applied(observer) == before + 2


def test_no_connection_stays_open(complete, observer):
    migrate("assistant_settings", "0002")
    complete.close()

    bring_up_to_date()

    query = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    """
    # The server takes a moment to end a session whose client is gone.
    wait_until(lambda: observer.execute(query).fetchone() == (0,), "sessions")
    assert connections["scratch"].connection is None


def test_a_database_that_does_not_answer_is_waited_for(capsys, unblocked):
    with plain_alias("nowhere at all", HOST="127.0.0.1", PORT=1), pytest.raises(SystemExit):
        bring_up_to_date()

    waiting, refused = capsys.readouterr().err.splitlines()
    assert "Waiting up to 1 s." in waiting
    assert refused.startswith('Not started: Database "nowhere at all" cannot be used')


def test_what_waiting_does_not_mend_is_told_at_once(capsys, unblocked):
    with plain_alias("no such database"), pytest.raises(SystemExit):
        bring_up_to_date()

    [line] = capsys.readouterr().err.splitlines()
    assert "does not exist" in line


def test_a_role_that_may_not_look_is_told_in_one_line(migrated, capsys):
    with (
        role(migrated, "GRANT USAGE ON SCHEMA public TO {}") as name,
        alias(migrated, options=f"-c role={name}"),
        pytest.raises(SystemExit),
    ):
        bring_up_to_date()

    [line] = capsys.readouterr().err.splitlines()
    assert "permission denied for table" in line


def run(*arguments, database, **environment):
    """Run Python in the project, on a database of the tests' server."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")},
            "DATABASE_URL": url(database),
            "SECRET_KEY": "x",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("module", ["config.wsgi", "config.asgi"])
def test_the_project_migrates_when_it_is_loaded(empty, client, module):
    done = run("-c", f"import {module}", database=empty)

    assert done.returncode == 0, done.stderr
    assert applied(client) > 30


def test_the_project_can_be_told_to_check(empty):
    done = run("-c", "import config.wsgi", database=empty, MIGRATE_ON_START="check")

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "is not up to date" in done.stderr


@pytest.mark.parametrize("options", [[], ["--noreload"]], ids=["reloading", "not reloading"])
def test_the_development_server_ends_with_the_line(empty, options):
    command = ["manage.py", "runserver", "127.0.0.1:0", *options]

    done = run(*command, database=empty, MIGRATE_ON_START="check", DEBUG="1")

    assert done.returncode != 0
    assert "Not started: Database" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_are_read_when_it_starts(complete):
    with override_settings(ASSISTANT={"MIGRATE_ON_START": "off"}):
        bring_up_to_date()
