"""``manage.py schema verify``: lines, JSON, exit codes, and what is no fault."""

import json
from time import monotonic

import pytest
from django.core.management import CommandError
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.contract.databases import alias
from tests.schema.catalog.support import found, verify
from tests.schema.support import migrate

SAME = 'Database "scratch" holds what the migrations make.\n'

APPS = [
    "assistant_accounts",
    "assistant_conversations",
    "assistant_embeddings",
    "assistant_schema",
    "assistant_settings",
]


def test_the_same(live):
    assert verify() == (SAME, 0)


def test_in_json(live):
    text, code = verify("--json")

    assert code == 0
    assert json.loads(text) == {
        "database": "scratch",
        "schema": "public",
        "apps": APPS,
        "same": True,
        "differences": [],
    }


def test_differences(complete, observer):
    observer.execute("DROP INDEX idx_messages_role")
    observer.execute("ALTER TABLE users DISABLE TRIGGER trigger_update_user_timestamp")

    text, code = verify()

    assert code == 1
    assert text.splitlines() == [
        "Trigger trigger_update_user_timestamp of users: expected enabled, found disabled. "
        "Run ALTER TABLE users ENABLE TRIGGER trigger_update_user_timestamp;",
        "Index idx_messages_role of messages: expected CREATE INDEX idx_messages_role ON messages "
        "USING btree (role), found nothing. "
        "Run CREATE INDEX CONCURRENTLY idx_messages_role ON messages USING btree (role);",
        "2 differences.",
    ]


def test_differences_in_json(complete, observer):
    observer.execute("DROP INDEX idx_messages_role")

    text, code = verify("--json")

    assert code == 1
    document = json.loads(text)
    assert document["same"] is False
    [difference] = document["differences"]
    assert difference["line"].startswith("index idx_messages_role of messages: expected CREATE")
    del difference["line"]
    assert difference == {
        "app": "assistant_conversations",
        "what": "index idx_messages_role of messages",
        "expected": "CREATE INDEX idx_messages_role ON messages USING btree (role)",
        "found": "nothing",
        "way_out": "Run CREATE INDEX CONCURRENTLY idx_messages_role ON messages "
        "USING btree (role);",
        "level": "difference",
    }


def test_pending_migrations_are_one_line(complete):
    migrate("assistant_conversations", "0003")

    text, code = verify()

    assert code == 1
    # What search adds needs the index of messages' words.
    assert found(text) == ["App assistant_conversations", "App assistant_embeddings"]
    assert (
        "expected 0005_index_searches applied, found 2 pending. Run manage.py migrate "
        "assistant_conversations first. Nothing else of this app was compared."
    ) in text


def test_a_database_that_was_never_migrated(blank):
    text, code = verify()

    assert code == 1
    assert found(text) == [f"App {label}" for label in APPS]
    assert text.count("found none applied") == len(APPS)


def test_migrations_that_the_code_does_not_have(complete, observer):
    observer.execute(
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('assistant_settings', '0099_later', now())"
    )

    text, code = verify()

    assert code == 1
    assert found(text) == ["App assistant_settings"]
    assert "found 0099_later. Run this with the code that has it." in text


@pytest.mark.parametrize(
    "statement, notice",
    [
        (
            "CREATE INDEX mine ON messages (conversation_id, timestamp)",
            "Notice: index mine of messages: expected nothing, found CREATE INDEX mine",
        ),
        (
            "ALTER TABLE messages ENABLE ROW LEVEL SECURITY",
            "Notice: table messages: expected no row security, found row security.",
        ),
    ],
    ids=["index", "row security"],
)
def test_what_a_host_may_add_is_noticed(complete, observer, statement, notice):
    observer.execute(statement)

    text, code = verify()

    assert code == 0
    assert text.startswith(notice)
    assert text.endswith(SAME)
    [difference] = json.loads(verify("--json")[0])["differences"]
    assert difference["level"] == "notice"


HOSTS_OWN = """
    CREATE TABLE tickets (id bigint PRIMARY KEY, conversation_id uuid REFERENCES conversations);
    CREATE TRIGGER touch BEFORE UPDATE ON tickets
        FOR EACH ROW EXECUTE FUNCTION update_user_timestamp();
    CREATE FUNCTION update_user_timestamp(which uuid) RETURNS void LANGUAGE sql AS 'SELECT';
    CREATE VIEW recent AS SELECT * FROM messages;
    CREATE SCHEMA other CREATE TABLE messages (id integer);
    ALTER TABLE messages SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);
    ALTER INDEX idx_messages_content_fts SET (fastupdate = off);
    ALTER TABLE messages ALTER COLUMN content SET STATISTICS 500;
    ALTER TABLE conversation_embeddings ALTER COLUMN embedding_vector SET STORAGE MAIN;
    COMMENT ON TABLE messages IS 'ours';
    GRANT SELECT ON messages TO PUBLIC;
    CREATE PUBLICATION everything FOR TABLE messages;
    CREATE STATISTICS related ON role, model_name FROM messages;
"""


def test_what_belongs_to_the_host_is_left_alone(complete, observer):
    observer.execute(HOSTS_OWN)

    assert verify() == (SAME, 0)


@pytest.mark.parametrize("table", ["conversation_embeddings", "knowledge_chunks"])
def test_the_indexes_of_vectors_are_expected(complete, observer, table):
    observer.execute(
        f"CREATE INDEX idx_{table}_vector_0123456789ab ON {table} "
        "USING hnsw ((embedding_vector::halfvec(3)) halfvec_cosine_ops)"
    )

    assert verify() == (SAME, 0)


def test_another_uuid_generate_v4_is_anothers(complete, observer):
    observer.execute(
        "DROP FUNCTION uuid_generate_v4(); CREATE SCHEMA other; "
        "CREATE FUNCTION other.uuid_generate_v4() RETURNS uuid LANGUAGE sql "
        "AS 'SELECT gen_random_uuid()'"
    )
    assert found(verify()[0]) == ["Function uuid_generate_v4()"]

    observer.execute("ALTER FUNCTION other.uuid_generate_v4() SET SCHEMA public")

    assert verify() == (SAME, 0)


def test_that_of_the_extension(complete, observer):
    available = "SELECT FROM pg_available_extensions WHERE name = 'uuid-ossp'"
    if not observer.execute(available).rowcount:
        pytest.skip("The server has no uuid-ossp.")
    observer.execute('DROP FUNCTION uuid_generate_v4(); CREATE EXTENSION "uuid-ossp"')

    assert verify() == (SAME, 0)


def test_it_is_fast_and_only_reads(migrated):
    with alias(migrated, options="-c default_transaction_read_only=on") as connection:
        connection.ensure_connection()
        begun = monotonic()
        with CaptureQueriesContext(connection) as queries:
            assert verify() == (SAME, 0)

    assert monotonic() - begun < 2
    assert len(queries) <= 20


def test_no_lock_but_a_readers_is_taken(live):
    verify()

    with live.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() "
            "AND locktype IN ('relation', 'advisory')"
        )
        assert cursor.fetchall() == [("AccessShareLock",)]


def test_a_database_that_lets_nobody_in(migrated):
    with alias(migrated, options="-c no_such_setting=1"), pytest.raises(CommandError) as error:
        verify()

    assert error.value.returncode == 2
    assert f'Database "{migrated}" cannot be used' in str(error.value)


def test_a_database_of_another_kind(settings):
    connections.databases["other"] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {},
    }
    try:
        with pytest.raises(CommandError, match="is no PostgreSQL") as error:
            verify(database="other")
    finally:
        del connections["other"]
        del connections.databases["other"]

    assert error.value.returncode == 2
