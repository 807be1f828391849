"""The files' own table of what was run."""

from io import StringIO

import pytest
from django.core.management import call_command

from assistant.schema.models import SchemaMigration
from tests.schema.adopting.comparing import assert_same_catalog, comparable
from tests.schema.adopting.old_databases import adopt, build

FILES = ("001_initial.sql", "002_conversations.sql", "010_more.sql")
VIEW = "SELECT version, filename, applied_at, app, name, checksum FROM schema_migrations ORDER BY 1"
TIMES = "SELECT extract(epoch FROM applied_at)::bigint FROM schema_migrations ORDER BY version"


def make_history(client, *, version="varchar(10)", applied_at="timestamptz", number=str):
    """Make the table as the document reads it."""
    client.execute(
        f"CREATE TABLE schema_migrations (version {version} PRIMARY KEY, filename varchar(255),"
        f" applied_at {applied_at}, by_whom text DEFAULT 'me')"
    )
    for filename in reversed(FILES):
        client.execute(
            "INSERT INTO schema_migrations VALUES (%s, %s, %s)",
            [number(filename[:3]), filename, "2025-01-01 12:00:00"],
        )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"version": "integer", "number": int},
        {"version": "bigint", "number": int, "applied_at": "text"},
        {"applied_at": "timestamp"},
    ],
    ids=["text", "integer", "times as text", "times without zone"],
)
def test_its_rows_come_first_in_the_view(options, client, blank):
    client.execute("SET TimeZone = 'UTC'")
    database = blank.settings_dict["NAME"]
    client.execute(f"ALTER DATABASE \"{database}\" SET TimeZone = 'Asia/Tokyo'")
    if options.get("applied_at") in (None, "timestamptz"):
        client.execute("SET TimeZone = 'Asia/Tokyo'")
    build(client, 2)
    make_history(client, **options)

    summary = adopt(blank, 2)
    call_command("migrate", database="scratch", verbosity=0)

    rows = client.execute(VIEW).fetchall()
    assert summary.earlier_files == 3
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[1] for row in rows[:3]] == list(FILES)
    assert {row[3:] for row in rows[:3]} == {(None, None, None)}
    assert None not in {row[3] for row in rows[3:]}
    noon_in_tokyo = 1735700400
    assert [time for (time,) in client.execute(TIMES).fetchall()[:3]] == [noon_in_tokyo] * 3


def test_the_table_itself_stays_under_another_name(client, blank):
    build(client, 1)
    make_history(client)
    before = client.execute("TABLE schema_migrations").fetchall()

    adopt(blank, 1)

    assert client.execute("TABLE schema_migrations_before").fetchall() == before


def test_status_and_the_model_count_as_the_view_does(client, blank):
    build(client, 1)
    make_history(client)
    adopt(blank, 1)
    call_command("migrate", database="scratch", verbosity=0)
    out = StringIO()

    call_command("schema", "status", database="scratch", stdout=out)

    assert out.getvalue().splitlines()[0].startswith("   4 ")
    listed = SchemaMigration.objects.using("scratch").order_by("version")
    assert [str(each) for each in listed[:3]] == list(FILES)
    assert listed[0].app is None


def test_without_one_there_is_nothing_before_the_migrations(client, blank, migrated_catalog):
    build(client, 1)

    summary = adopt(blank, 1)
    call_command("migrate", database="scratch", verbosity=0)

    assert summary.earlier_files == 0
    assert client.execute("SELECT count(*) FROM schema_migration_files").fetchone() == (0,)
    assert client.execute("SELECT to_regclass('schema_migrations_before')").fetchone() == (None,)
    assert_same_catalog(comparable(client), migrated_catalog)


@pytest.mark.parametrize("column", ["filename", "applied_at", "version"])
def test_a_column_may_be_missing(column, client, blank):
    build(client, 1)
    make_history(client)
    client.execute(f"ALTER TABLE schema_migrations DROP COLUMN {column}")

    adopt(blank, 1)

    rows = client.execute(VIEW).fetchall()[:3]
    names = ["001", "002", "010"] if column == "filename" else list(FILES)
    assert [row[1] for row in rows] == names
    assert all((row[2] is None) == (column == "applied_at") for row in rows)
