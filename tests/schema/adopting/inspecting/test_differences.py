"""What differs from what the files make."""

import re

import pytest

from tests.schema.adopting.inspecting.support import found

ROLE_CHECK = "ALTER TABLE messages DROP CONSTRAINT messages_role_check"
WITH_TOOL = "CHECK (role IN ('user', 'assistant', 'system', 'tool'))"
REPAIRS = {
    "unique constraint": "ALTER TABLE conversation_stats ADD UNIQUE (conversation_id)",
    "named": "ALTER TABLE conversation_stats ADD CONSTRAINT one UNIQUE (conversation_id)",
    "unique index": "CREATE UNIQUE INDEX one ON conversation_stats (conversation_id)",
    "index made unique": "DROP INDEX idx_conversation_stats_conversation_id; CREATE UNIQUE INDEX "
    "idx_conversation_stats_conversation_id ON conversation_stats (conversation_id)",
    "role tool": f"{ROLE_CHECK}, ADD CONSTRAINT messages_role_check {WITH_TOOL}",
    "role tool, another name": f"{ROLE_CHECK}, ADD CONSTRAINT roles {WITH_TOOL}",
    "digest": "CREATE FUNCTION digest(text, text) RETURNS bytea LANGUAGE sql AS "
    "'SELECT sha256(convert_to($1, ''UTF8''))'",
    "random keys": "ALTER TABLE users ALTER id SET DEFAULT gen_random_uuid()",
    "not null": "ALTER TABLE messages ALTER timestamp SET NOT NULL",
    "uuids elsewhere": "CREATE SCHEMA extensions; CREATE FUNCTION extensions.uuid_generate_v4() "
    "RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'; "
    "ALTER TABLE users ALTER id SET DEFAULT extensions.uuid_generate_v4()",
    "records": "CREATE TABLE schema_migrations (version integer PRIMARY KEY, filename text, "
    "applied_at timestamp DEFAULT now())",
    "records as text": "CREATE TABLE schema_migrations (version text, applied_at text); "
    "INSERT INTO schema_migrations VALUES ('001', '2025-01-01 10:00')",
}
REFUSED = {
    "column gone": ("ALTER TABLE users DROP email", "users.email: expected character varying(255)"),
    "type": (
        "ALTER TABLE users ALTER username TYPE text",
        "users.username: expected character varying(255), found text",
    ),
    "vectors already": (
        "CREATE EXTENSION IF NOT EXISTS vector; ALTER TABLE knowledge_base "
        "ALTER embedding_vector TYPE vector(3) USING embedding_vector::vector",
        "knowledge_base.embedding_vector: expected double precision[], found vector(3)",
    ),
    "collation": (
        'ALTER TABLE users ALTER username TYPE varchar(255) COLLATE "C"',
        'users.username: expected character varying(255), found character varying(255) COLLATE "C"',
    ),
    "rule": (
        "CREATE RULE silent AS ON DELETE TO users DO INSTEAD NOTHING",
        "silent: expected no rule that rewrites statements, found one on users",
    ),
    "null": ("ALTER TABLE messages ALTER content DROP NOT NULL", "messages.content: expected NOT"),
    "not null": (
        "ALTER TABLE users ALTER email SET NOT NULL",
        "users.email: expected NULL is allowed, found NOT NULL",
    ),
    "default": (
        "ALTER TABLE users ALTER email SET DEFAULT ''",
        "users.email: expected no default, found default ''",
    ),
    "required column": (
        "ALTER TABLE messages ADD tenant integer NOT NULL",
        "messages.tenant: expected only columns that may be left out, found integer NOT NULL",
    ),
    "column of ours": ("ALTER TABLE users ADD password text", "users.password: expected no column"),
    "primary key": (
        "ALTER TABLE embedding_models DROP CONSTRAINT embedding_models_pkey",
        "embedding_models_pkey: expected PRIMARY KEY (id), found no such constraint",
    ),
    "renamed key": (
        "ALTER TABLE model_configs RENAME CONSTRAINT model_configs_pkey TO configs",
        "model_configs_pkey: expected PRIMARY KEY (id), found it is named configs",
    ),
    "unique": (
        "ALTER TABLE users DROP CONSTRAINT users_username_key",
        "users_username_key: expected UNIQUE (username)",
    ),
    "another index": (
        "DROP INDEX idx_messages_role; CREATE INDEX idx_messages_role ON messages (role, id)",
        "idx_messages_role: expected btree (role), found btree (role, id)",
    ),
    "index of our name": (
        "CREATE INDEX idx_messages_content_fts ON messages (id)",
        "idx_messages_content_fts: expected no index of a name that a migration gives",
    ),
    "check of our name": (
        "ALTER TABLE messages ADD CONSTRAINT messages_token_count_check CHECK (token_count < 9)",
        "messages_token_count_check: expected no constraint of a name",
    ),
    "table of our name": (
        "CREATE TABLE auth_group (id integer)",
        "auth_group: expected no table of a name that a migration of auth gives",
    ),
    "function of our name": (
        "CREATE FUNCTION to_search_vector(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "to_search_vector(): expected no function of a name",
    ),
    "trigger of our name": (
        "CREATE TRIGGER trigger_update_user_timestamp BEFORE UPDATE ON users FOR EACH ROW "
        "EXECUTE FUNCTION update_knowledge_base_timestamp()",
        "trigger_update_user_timestamp: expected no trigger of a name",
    ),
}
# Nothing that a statement could say in general.
IN_THE_WAY = {
    "view": (
        "CREATE VIEW busy AS SELECT total_messages FROM conversation_stats",
        "conversation_stats.total_messages: expected nothing that uses a column whose type "
        "changes, found view busy",
    ),
    "check": (
        "ALTER TABLE knowledge_base ADD CONSTRAINT size CHECK (cardinality(embedding_vector) = 3)",
        "knowledge_base.embedding_vector: expected nothing",
    ),
    "index": (
        "CREATE INDEX vectors ON conversation_embeddings (embedding_vector)",
        "conversation_embeddings.embedding_vector: expected nothing",
    ),
    "records": (
        "CREATE TABLE schema_migrations (id integer)",
        "schema_migrations: expected a table with version, filename and applied_at, found one "
        "with id",
    ),
    "times of records": (
        "CREATE TABLE schema_migrations (version text, filename text, applied_at text);"
        "INSERT INTO schema_migrations VALUES ('1', '001.sql', 'yesterday night')",
        "schema_migrations.applied_at: expected times",
    ),
}
CHANGED = {
    "default": ("ALTER TABLE users ALTER is_active DROP DEFAULT", "users.is_active"),
    "function": (
        "CREATE OR REPLACE FUNCTION update_conversation_stats() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NULL; END'",
        "update_conversation_stats(): it was changed",
    ),
    "disabled": (
        "ALTER TABLE messages DISABLE TRIGGER USER",
        "trigger_update_conversation_stats: expected AFTER INSERT OR UPDATE ON messages FOR EACH "
        "ROW EXECUTE FUNCTION update_conversation_stats(), found it is disabled",
    ),
    "fewer events": (
        "DROP TRIGGER trigger_update_conversation_stats ON messages; CREATE TRIGGER "
        "trigger_update_conversation_stats AFTER INSERT ON messages FOR EACH ROW "
        "EXECUTE FUNCTION update_conversation_stats()",
        "found CREATE TRIGGER trigger_update_conversation_stats AFTER INSERT ON messages FOR",
    ),
    "dropped": (
        "DROP TRIGGER trigger_update_knowledge_base_timestamp ON knowledge_base",
        "trigger_update_knowledge_base_timestamp: expected BEFORE UPDATE ON knowledge_base",
    ),
    "index": ("DROP INDEX idx_messages_role", "idx_messages_role: expected btree (role), found no"),
    "foreign key": (
        "ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_fkey",
        "messages_conversation_id_fkey: expected FOREIGN KEY",
    ),
    "foreign key, no cascade": (
        "ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_fkey, ADD CONSTRAINT mine "
        "FOREIGN KEY (conversation_id) REFERENCES conversations",
        "found mine, FOREIGN KEY (conversation_id) REFERENCES conversations(id)",
    ),
    "roles": (ROLE_CHECK, "messages.role: expected a CHECK of the roles, found none"),
    "other roles": (
        f"{ROLE_CHECK}, ADD CONSTRAINT roles CHECK (role <> 'robot')",
        "roles: expected a CHECK of the files' roles",
    ),
}
KEPT = {
    "column": ("ALTER TABLE users ADD nickname text", "users.nickname: a column of your own, text"),
    "filled column": (
        "ALTER TABLE messages ADD number bigint GENERATED ALWAYS AS IDENTITY",
        "messages.number: a column of your own, bigint",
    ),
    "index": ("CREATE INDEX mine ON users (email)", "mine: an index of your own on users"),
    "check": (
        "ALTER TABLE users ADD CONSTRAINT long CHECK (length(username) > 2)",
        "long: a constraint of your own on users, CHECK",
    ),
    "trigger": (
        "CREATE TRIGGER mine BEFORE UPDATE ON users FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "mine: a trigger of your own on users",
    ),
    "policy": ("CREATE POLICY mine ON users", "mine: a policy of your own on users"),
    "functions": (
        "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "other functions: yours, they stay: one",
    ),
    "tables": (
        "CREATE TABLE notes (id uuid REFERENCES users); CREATE VIEW names AS SELECT username "
        "FROM users",
        "other tables and views: yours, they stay: names, notes",
    ),
}


def cases(faults):
    """Return the faults as parameters."""
    return [pytest.param(*fault, id=name) for name, fault in faults.items()]


def test_as_the_files_make_it(made):
    assert found(made) == []
    assert found(made, effect="kept") == []
    assert found(made, effect="changed") == [
        "conversation_stats: totals and means. All are counted again from the messages."
    ]


@pytest.mark.parametrize("repair", REPAIRS.values(), ids=REPAIRS)
def test_known_repairs(made, run, repair):
    run(repair)

    assert found(made) == []
    assert found(made, effect="kept") == []
    assert len(found(made, effect="changed")) == 1


@pytest.mark.parametrize("fault, line", cases(REFUSED))
def test_refused_and_mended(made, run, fault, line):
    run(fault)

    lines = found(made)
    [told] = [each for each in lines if line in each]

    # What is told is all it takes.
    run(re.search(r"(ALTER|DROP) [^.]*?(?:\.[^.]*?)*;$", told)[0])
    assert found(made) == []


@pytest.mark.parametrize("fault, line", cases(IN_THE_WAY))
def test_in_the_way(made, run, fault, line):
    run(fault)

    assert [each for each in found(made) if line in each]


@pytest.mark.parametrize("fault, line", cases(CHANGED))
def test_changed(made, run, fault, line):
    run(fault)

    assert [each for each in found(made, effect="changed") if line in each]
    assert found(made) == []


@pytest.mark.parametrize("fault, line", cases(KEPT))
def test_kept(made, run, fault, line):
    run(fault)

    assert [each for each in found(made, effect="kept") if line in each]
    assert found(made) == []


def test_growing_numbers_may_be_indexed_and_checked(made, run):
    run(
        "CREATE INDEX mine ON conversation_stats (total_messages);"
        "ALTER TABLE conversation_stats ADD CONSTRAINT few CHECK (total_messages < 1000000)"
    )

    assert found(made) == []


def test_table_that_an_adoption_makes(made, run):
    run("CREATE TABLE knowledge_base_arrays (id integer)")

    [line] = found(made, copies=["knowledge_base_arrays"])

    assert line.startswith("knowledge_base_arrays: expected no table of a name")
    assert found(made) == []
