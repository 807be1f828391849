"""``manage.py schema status`` and ``accept``."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.schema.support import migrate, plain_alias

WRONG_CHECKSUM = """
UPDATE schema_migration_details SET checksum = repeat('0', 64)
WHERE migration_id = (SELECT id FROM django_migrations
    WHERE app = 'assistant_settings' AND name = '0003_insert_default_settings')
"""
UNKNOWN = "INSERT INTO django_migrations (app, name, applied) VALUES ('gone', '0001_x', now())"


def status(*arguments):
    """Return what the command prints, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command("schema", "status", "--database", "scratch", *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), code


def states():
    """Return the migrations that are not just applied."""
    text, code = status("--json")
    document = json.loads(text)
    assert document["up_to_date"] == (code == 0)
    return {
        f"{each['app']}.{each['name']}": each["state"]
        for each in document["migrations"]
        if each["state"] != "applied"
    }


def test_up_to_date(complete):
    text, code = status()

    assert code == 0
    assert text.splitlines()[0].split()[0] == "1"
    assert text.splitlines()[0].endswith("assistant_schema.0001_create_schema_migrations")
    assert "has the migrations of the code, and no others" in text


def test_pending(complete):
    migrate("assistant_settings", "0002")

    assert states() == {
        "assistant_settings.0003_insert_default_settings": "pending",
        "assistant_settings.0004_keep_one_default": "pending",
    }
    text, code = status()
    assert code == 1
    assert "2 pending, in the code, not in the database: run manage.py migrate" in text


def test_nothing_at_all(blank):
    text, code = status()

    assert code == 1
    assert {line.split()[0] for line in text.splitlines()[:-1]} == {"pending"}


def test_edited_and_accepted(complete, observer):
    observer.execute(WRONG_CHECKSUM)

    assert states() == {"assistant_settings.0003_insert_default_settings": "edited"}
    text, code = status()
    assert code == 1
    assert "1 edited, not what was applied" in text

    out = StringIO()
    call_command("schema", "accept", "assistant_settings", database="scratch", stdout=out)
    assert out.getvalue() == "Accepted assistant_settings.0003_insert_default_settings.\n"
    assert states() == {}


def test_one_edited_migration_is_accepted_by_name(complete, observer):
    observer.execute("UPDATE schema_migration_details SET checksum = repeat('0', 64)")
    all_edited = states()

    arguments = ["assistant_settings", "0003_insert_default_settings"]
    call_command("schema", "accept", *arguments, database="scratch", stdout=StringIO())

    left = {*all_edited} - {"assistant_settings.0003_insert_default_settings"}
    assert {*states()} == left


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["assistant_settings"], "No migration of assistant_settings is edited"),
        (["assistant_settings", "0009"], "assistant_settings.0009 is not edited"),
        (["assistant_setings"], "No installed app with label 'assistant_setings'"),
    ],
    ids=["nothing edited", "no such migration", "no such app"],
)
def test_nothing_to_accept(complete, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("schema", "accept", *arguments, database="scratch")


def test_unknown(complete, observer):
    observer.execute(UNKNOWN)

    assert states() == {"gone.0001_x": "unknown"}
    assert "1 unknown, in the database, not in the code" in status()[0]


def test_a_migration_that_is_recorded_twice_is_one(complete, observer):
    observer.execute(
        "INSERT INTO django_migrations (app, name, applied) "
        "SELECT app, name, now() FROM django_migrations"
    )

    assert states() == {}
    [(versions, migrations)] = observer.execute(
        "SELECT max(version), count(DISTINCT (app, name)) FROM schema_migrations"
    )
    assert versions == migrations
    assert migrate().count("Applying") == 0


def test_a_database_that_was_migrated_without_this_app(complete):
    migrate("assistant_schema", "zero")

    assert states() == {
        "assistant_schema.0001_create_schema_migrations": "pending",
        "assistant_schema.0002_list_earlier_files": "pending",
    }


def test_json_tells_all(complete):
    document = json.loads(status("--json")[0])

    first = document["migrations"][0]
    assert first["version"] == 1
    assert first["filename"] == "assistant_schema/0001_create_schema_migrations.py"
    assert first["duration_seconds"] > 0
    assert first["versions"]["django"]
    assert first["applied_at"].startswith("20")


def test_a_database_that_does_not_answer(unblocked):
    with plain_alias("nowhere", HOST="127.0.0.1", PORT=1), pytest.raises(CommandError) as error:
        status()

    assert error.value.returncode == 2
    assert 'Database "nowhere" cannot be used' in str(error.value)
