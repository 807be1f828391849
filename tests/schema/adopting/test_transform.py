"""Altering the files' tables: is the result that of the migrations, and is every row there?"""

import pytest
from django.core.management import call_command

from assistant.schema.adopting.transforming import TableSummary
from tests.schema.adopting.comparing import (
    assert_all_there,
    assert_counted,
    assert_same_catalog,
    comparable,
)
from tests.schema.adopting.old_databases import adopt, build, read

UNIQUE_CONSTRAINT = "ALTER TABLE conversation_stats ADD UNIQUE (conversation_id)"
NAMED_CONSTRAINT = "ALTER TABLE conversation_stats ADD CONSTRAINT once UNIQUE (conversation_id)"
UNIQUE_INDEX = "CREATE UNIQUE INDEX once ON conversation_stats (conversation_id)"
BOTH = f"{UNIQUE_INDEX}; {UNIQUE_CONSTRAINT}"
DEFERRED = f"{UNIQUE_CONSTRAINT} DEFERRABLE"
UNIQUE = {
    "constraint": UNIQUE_CONSTRAINT,
    "named constraint": NAMED_CONSTRAINT,
    "index": UNIQUE_INDEX,
    "both": BOTH,
    "deferred": DEFERRED,
}

REPAIRS = {
    "role": """
        ALTER TABLE messages DROP CONSTRAINT messages_role_check, ADD CONSTRAINT roles
            CHECK (role IN ('user', 'assistant', 'system', 'tool'))
    """,
    "triggers off": "ALTER TABLE messages DISABLE TRIGGER ALL",
    "triggers dropped": """
        DROP TRIGGER trigger_update_conversation_timestamp ON messages;
        DROP TRIGGER trigger_update_conversation_stats ON messages
    """,
    "functions": """
        CREATE OR REPLACE FUNCTION update_conversation_stats() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
        CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql
            AS 'SELECT gen_random_uuid()';
    """,
    "core uuid": """
        ALTER TABLE messages ALTER id SET DEFAULT gen_random_uuid();
        ALTER TABLE users ALTER id SET DEFAULT gen_random_uuid();
        ALTER TABLE conversations ALTER id DROP DEFAULT
    """,
    "indexes": """
        DROP INDEX idx_messages_role, idx_users_active, idx_conversation_stats_conversation_id
    """,
    "foreign keys": """
        ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_fkey,
            ADD CONSTRAINT other FOREIGN KEY (conversation_id) REFERENCES conversations NOT VALID;
        ALTER TABLE conversation_stats DROP CONSTRAINT conversation_stats_conversation_id_fkey
    """,
}
HASH = {
    "hash": """
        DROP FUNCTION generate_content_hash(text);
        CREATE FUNCTION generate_content_hash(input text) RETURNS text LANGUAGE sql
            AS 'SELECT encode(sha256(input::bytea), ''hex'')'
    """,
    "replaced hash": """
        CREATE OR REPLACE FUNCTION generate_content_hash(content text) RETURNS varchar(64)
            LANGUAGE sql AS 'SELECT md5(content)'
    """,
    "full text": "DROP INDEX idx_knowledge_base_content_fts, idx_conversation_embeddings_chunk_fts",
}


def check(client, connection, stage, expected):
    """Alter, migrate the rest, and compare everything."""
    before = read(client, stage)

    adopt(connection, stage)
    after = read(client, stage)

    assert_all_there(before, after)
    if stage >= 2:
        assert_counted(client)
    call_command("migrate", database="scratch", verbosity=0)
    call_command("migrate", database="scratch", check_unapplied=True, verbosity=0)
    assert_same_catalog(comparable(client), expected)


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_the_result_is_that_of_the_migrations(stage, client, blank, migrated_catalog):
    build(client, stage)

    check(client, blank, stage, migrated_catalog)


@pytest.mark.parametrize("repair", UNIQUE)
def test_statistics_that_are_unique_already(repair, client, blank, migrated_catalog):
    build(client, 2, repairs=UNIQUE[repair], duplicates=False)

    check(client, blank, 2, migrated_catalog)


@pytest.mark.parametrize("repair", REPAIRS)
def test_repairs_by_hand(repair, client, blank, migrated_catalog):
    build(client, 2, repairs=REPAIRS[repair])

    check(client, blank, 2, migrated_catalog)


@pytest.mark.parametrize("repair", HASH)
def test_repairs_by_hand_of_the_third_file(repair, client, blank, migrated_catalog):
    build(client, 3, repairs=HASH[repair])

    check(client, blank, 3, migrated_catalog)


def test_extensions_stay(client, blank, migrated_catalog):
    query = "SELECT count(*) FROM pg_available_extensions WHERE name IN ('uuid-ossp', 'pgcrypto')"
    if client.execute(query).fetchone() != (2,):
        pytest.skip("The server has no uuid-ossp and pgcrypto.")
    build(client, 3, repairs="CREATE EXTENSION pgcrypto", extension=True)

    check(client, blank, 3, migrated_catalog)

    query = "SELECT extname FROM pg_extension WHERE extname IN ('uuid-ossp', 'pgcrypto')"
    assert len(client.execute(query).fetchall()) == 2


def test_it_says_what_it_does(client, blank):
    build(client, 2)
    said = []

    summary = adopt(blank, 2, say=said.append)

    assert said == [
        "users: 4 rows",
        "system_settings: 5 rows",
        "model_configs: 3 rows",
        "conversations: 3 rows",
        "messages: 40 rows",
        "conversation_stats: 4 rows",
        "conversation_stats: all messages are counted again",
    ]
    assert summary.tables[4] == TableSummary("messages", 40, 17)
    assert summary.merged_statistics == 2


def test_the_oldest_statistics_stay(client, blank):
    build(client, 2)

    adopt(blank, 2)

    rows = client.execute(
        "SELECT right(id::text, 1), created_at::date::text FROM conversation_stats"
        " WHERE conversation_id = '20000000-0000-4000-8000-000000000002'"
    ).fetchall()
    assert rows == [("4", "2019-01-01")]
