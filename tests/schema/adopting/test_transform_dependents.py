"""What others have on the files' tables outlives the alteration."""

import pytest

from tests.contract.databases import role
from tests.schema.adopting.old_databases import adopt, build

HOST = """
CREATE TABLE host_notes (
    id integer PRIMARY KEY,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    message_id uuid REFERENCES messages,
    stats uuid REFERENCES conversation_stats (conversation_id)
);
INSERT INTO host_notes VALUES (1, '10000000-0000-4000-8000-000000000001',
    '30000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000002');
CREATE VIEW host_titles AS SELECT id, title, updated_at FROM conversations;
CREATE INDEX host_index ON messages (length(model_name));
ALTER TABLE users ADD COLUMN host_column text DEFAULT 'kept';
COMMENT ON TABLE users IS 'people';
COMMENT ON COLUMN messages.content IS 'what was said';
CREATE TABLE host_log (what text);
CREATE FUNCTION host_function() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO host_log VALUES (TG_NAME); RETURN NEW; END';
CREATE TRIGGER host_on AFTER UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION host_function();
CREATE TRIGGER host_always AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION host_function();
ALTER TABLE users ENABLE ALWAYS TRIGGER host_always;
CREATE TRIGGER "host ""o""ff" AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION host_function();
ALTER TABLE users DISABLE TRIGGER "host ""o""ff";
CREATE TRIGGER host_stats AFTER INSERT OR UPDATE ON conversation_stats
    FOR EACH ROW EXECUTE FUNCTION host_function()
"""
TRIGGERS = """
SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgname LIKE 'host%' ORDER BY 1
"""
COMMENTS = """
SELECT obj_description('users'::regclass),
    col_description('messages'::regclass, 4), to_regclass('host_index')::text
"""


@pytest.fixture
def altered(client, blank):
    """Return a client of an altered database with things of others in it."""
    unique = "ALTER TABLE conversation_stats ADD CONSTRAINT once UNIQUE (conversation_id)"
    build(client, 2, repairs=unique, duplicates=False)
    client.execute(HOST)
    adopt(blank, 2)
    return client


def test_foreign_keys_of_others_hold(altered):
    altered.execute("DELETE FROM conversation_stats WHERE false")
    assert altered.execute("SELECT count(*) FROM host_notes").fetchone() == (1,)
    keys = altered.execute(
        "SELECT confrelid::regclass::text FROM pg_constraint"
        " WHERE conrelid = 'host_notes'::regclass AND contype = 'f' ORDER BY 1"
    ).fetchall()
    assert keys == [("conversation_stats",), ("messages",), ("users",)]


def test_views_columns_indexes_and_comments_are_as_they_were(altered):
    assert altered.execute("SELECT count(*) FROM host_titles").fetchone() == (3,)
    assert altered.execute("SELECT DISTINCT host_column FROM users").fetchall() == [("kept",)]
    assert altered.execute(COMMENTS).fetchone() == ("people", "what was said", "host_index")


def test_triggers_of_others_do_not_fire_and_are_as_they_were(altered):
    assert altered.execute("TABLE host_log").fetchall() == []
    assert altered.execute(TRIGGERS).fetchall() == [
        ('host "o"ff', "D"),
        ("host_always", "A"),
        ("host_on", "O"),
        ("host_stats", "O"),
    ]


def test_rights_are_as_they_were(client, blank):
    build(client, 3)
    rights = "GRANT SELECT ON users, messages, conversation_embeddings TO {}"

    with role(blank.settings_dict["NAME"], rights) as reader:
        adopt(blank, 3)
        with client.transaction():
            client.execute(f'SET LOCAL ROLE "{reader}"')
            rows = client.execute("SELECT embedding_vector FROM conversation_embeddings").fetchall()
    assert len(rows) == 3


def test_a_function_in_use_is_replaced(client, blank):
    build(client, 3)
    client.execute("""
        CREATE TABLE host_documents (updated_at timestamptz);
        CREATE TRIGGER host_trigger BEFORE UPDATE ON host_documents
            FOR EACH ROW EXECUTE FUNCTION update_knowledge_base_timestamp();
        INSERT INTO host_documents VALUES ('2020-01-01')
    """)

    adopt(blank, 3)

    client.execute("UPDATE host_documents SET updated_at = NULL")
    assert client.execute("SELECT updated_at > '2021-01-01' FROM host_documents").fetchone()[0]
