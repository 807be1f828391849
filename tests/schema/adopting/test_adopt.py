"""``manage.py schema adopt`` from end to end."""

import json

import pytest
from django.core.management import call_command

from assistant.schema.errors import MigrationError
from tests.contract.databases import alias, connect, database
from tests.schema.adopting.inspecting.support import adopt, run_files

RECORDS = """
CREATE TABLE schema_migrations (
    version varchar(20) PRIMARY KEY, filename varchar(255), applied_at timestamptz DEFAULT now()
);
INSERT INTO schema_migrations (version, filename) VALUES ('001', '001_initial.sql')
"""
VECTORS = """
INSERT INTO knowledge_base (title, content, embedding_vector) VALUES
    ('a', 'Text', '{1,2,3}'), ('b', 'Text', array_fill(0.5::float8, ARRAY[384])), ('c', 'c', NULL)
"""
BY_MODEL = """
SELECT d.title, m.name FROM knowledge_base AS d
LEFT JOIN embedding_models AS m ON m.id = d.embedding_model_id ORDER BY 1
"""


@pytest.fixture(params=[1, 2, 3])
def stage(request, django_db_setup, django_db_blocker):
    """Return the number of files that made the database ``scratch``, and a client of it."""
    with (
        django_db_blocker.unblock(),
        database("adopt") as name,
        alias(name),
        connect(name, autocommit=True) as client,
    ):
        run_files(client, stage=request.param)
        client.execute(RECORDS)
        yield request.param, client


def test_adopted(stage):
    number, client = stage
    arguments = ["--keep-arrays"]
    if number == 3:
        client.execute(VECTORS)
        arguments.append("--model=3=small")

    text, code = adopt(*arguments)

    assert code == 0
    assert "Adopted. Migrating what is left." in text
    assert " OK\n" in text
    call_command("migrate", database="scratch", check_unapplied=True, verbosity=0)
    call_command("schema", "verify", database="scratch", verbosity=0)
    rows = client.execute("SELECT version, filename FROM schema_migrations ORDER BY version")
    assert rows.fetchmany(2) == [
        (1, "001_initial.sql"),
        (2, "assistant_schema/0001_create_schema_migrations.py"),
    ]
    assert client.execute("SELECT username, password FROM users").fetchall() == [("admin", "!")]
    if number == 3:
        assert client.execute(BY_MODEL).fetchall() == [
            ("a", "small"),
            ("b", "all-MiniLM-L6-v2"),
            ("c", None),
        ]
        assert client.execute("SELECT count(*) FROM knowledge_base_arrays").fetchone() == (2,)


def test_json_of_an_adoption(stage):
    number, _ = stage

    text, code = adopt("--json")

    document = json.loads(text[text.index("{") :])
    assert code == 0
    assert document["adopted"] is True
    assert document["files"].endswith(f"00{number}")


def test_migrate_says_so_before_it_does_anything(stage):
    _, client = stage

    with pytest.raises(MigrationError, match=r"manage\.py schema adopt") as error:
        call_command("migrate", database="scratch", verbosity=0)

    assert "Nothing was changed" in str(error.value)
    assert client.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)


def test_after_a_migrate_that_the_tables_stopped(stage):
    _, client = stage
    client.execute("DROP TABLE schema_migrations")
    call_command("migrate", "assistant_schema", database="scratch", verbosity=0)
    with pytest.raises(MigrationError, match=r"users.*manage\.py schema adopt takes it over"):
        call_command("migrate", "assistant_accounts", database="scratch", verbosity=0)

    text, code = adopt()

    assert (code, "refused" in text) == (0, False)
    call_command("schema", "verify", database="scratch", verbosity=0)
