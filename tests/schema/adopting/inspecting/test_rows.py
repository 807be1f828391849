"""Rows that a constraint refuses, and values that the adoption brings."""

import re
from uuid import UUID

import pytest

from tests.schema.adopting.inspecting.support import found

ID = "00000000-0000-0000-0000-00000000000"
USER, CONVERSATION = UUID(f"{ID}1"), UUID(f"{ID}2")
VECTOR = "array_fill(0.5::float8, ARRAY[384])"


@pytest.fixture
def rows(run):
    """Make a conversation with a message, which needs the trigger off."""
    run(
        "ALTER TABLE messages DISABLE TRIGGER USER;"
        f"INSERT INTO users (id, username) VALUES ('{USER}', 'somebody');"
        f"INSERT INTO conversations (id, user_id) VALUES ('{CONVERSATION}', '{USER}');"
        "INSERT INTO messages (id, conversation_id, role, content)"
        f" VALUES ('{ID}3', '{CONVERSATION}', 'user', 'Hello')"
    )


def message(column, value):
    """Return the statement that adds a message with a value."""
    return (
        f"INSERT INTO messages (id, conversation_id, role, content, {column})"
        f" VALUES ('{ID}4', '{CONVERSATION}', 'user', 'Hello', {value})"
    )


def embedding(column, value, vector=VECTOR):
    """Return the statement that adds an embedding with a value."""
    return (
        "INSERT INTO conversation_embeddings "
        f"(id, conversation_id, content_hash, chunk_text, embedding_vector, {column})"
        f" VALUES ('{ID}4', '{CONVERSATION}', 'x', 'Hello', {vector}, {value})"
    )


def document(column, value):
    """Return the statement that adds a document with a value."""
    return (
        f"INSERT INTO knowledge_base (id, title, content, {column})"
        f" VALUES ('{ID}4', 'Title', 'Text', {value})"
    )


ANOTHER_ROLE = "ALTER TABLE messages DROP CONSTRAINT messages_role_check; "
AS_A_REPLICA = "SET LOCAL session_replication_role = replica; "

REFUSED = {
    "preferences": (
        f"INSERT INTO users (id, username, preferences) VALUES ('{ID}4', 'x', '[1]')",
        "users.preferences: expected a JSON object (users_preferences_check), found 1 row",
    ),
    "config": (
        "INSERT INTO model_configs (id, name, model_path, config) "
        f"VALUES ('{ID}4', 'x', 'x', 'null')",
        "model_configs.config: expected a JSON object (model_configs_config_check)",
    ),
    "context": (
        f"INSERT INTO conversations (id, user_id, context_length) VALUES ('{ID}4', '{USER}', -1)",
        "conversations.context_length: expected 0 or more (conversations_context_length_check)",
    ),
    "conversation's metadata": (
        f"INSERT INTO conversations (id, user_id, metadata) VALUES ('{ID}4', '{USER}', '\"x\"')",
        "conversations.metadata: expected a JSON object",
    ),
    "role": (
        ANOTHER_ROLE + message("model_name", "NULL").replace("'user'", "'tool'"),
        "messages.role: expected user, assistant or system; tool comes with",
    ),
    "tokens": (message("token_count", -3), "messages.token_count: expected 0 or more"),
    "time": (message("generation_time", -0.5), "messages.generation_time: expected finite and 0"),
    "time NaN": (message("generation_time", "'NaN'"), "messages.generation_time: expected finite"),
    "time infinite": (message("generation_time", "'Infinity'"), "messages.generation_time: "),
    "temperature": (message("temperature", "'-Infinity'"), "messages.temperature: expected finite"),
    "temperature NaN": (message("temperature", "'NaN'"), "messages.temperature: expected finite"),
    "timestamp": (message("timestamp", "'infinity'"), "messages.timestamp: expected a time of"),
    "early": (message("timestamp", "'0044-03-15 BC'"), "messages.timestamp: expected a time of"),
    "generation": (message("generation_config", "'1'"), "messages.generation_config: expected a J"),
    "chunk": (embedding("chunk_index", -1), "conversation_embeddings.chunk_index: expected 0 or"),
    "metadata": (embedding("metadata", "'[]'"), "conversation_embeddings.metadata: expected a JSO"),
    "file": (document("file_size", -1), "knowledge_base.file_size: expected 0 or more"),
    "dimension": (
        f"INSERT INTO embedding_models (id, name, dimension) VALUES ('{ID}4', 'x', 16001)",
        "embedding_models.dimension: expected 1 to 16000 (embedding_models_dimension_check)",
    ),
    "no user": (
        f"{AS_A_REPLICA} INSERT INTO conversations (id, user_id) VALUES ('{ID}4', '{ID}9')",
        "conversations.user_id: expected a row of users (conversations_user_id_fkey)",
    ),
    "no conversation": (
        AS_A_REPLICA + message("model_name", "NULL").replace(str(CONVERSATION), f"{ID}9"),
        "messages.conversation_id: expected a row of conversations",
    ),
    "no message": (
        AS_A_REPLICA + embedding("message_id", f"'{ID}9'"),
        "conversation_embeddings.message_id: expected a row of messages",
    ),
}


def vector(value):
    """Return the statement that adds an embedding with a vector."""
    return embedding("source_type", "'message'", vector=value)


VECTORS = {
    "empty": ("'{}'", "numbers in one dimension"),
    "two dimensions": ("'{{1,2},{3,4}}'", "numbers in one dimension"),
    "long": ("array_fill(1::float8, ARRAY[16001])", "at most 16,000 numbers"),
    "null": ("'{1,NULL}'", "no NULL among the numbers"),
    "null and infinite": ("'{NULL,-Infinity}'", "no NULL among the numbers"),
    "not a number": ("'{1,NaN}'", "finite numbers"),
    "infinite": ("'{1,Infinity}'", "finite numbers"),
    "infinite below": ("'{-Infinity,1}'", "finite numbers"),
    "beyond single precision": ("'{3.4028236e38,1}'", "finite numbers"),
    "zeros": ("array_fill(0::float8, ARRAY[384])", "a norm between 1e-15 and 1e15"),
    "vanishing": ("'{1e-60,1e-60}'", "a norm between 1e-15 and 1e15"),
    "vanishing altogether": ("'{1e-300,1e-300}'", "a norm between 1e-15 and 1e15"),
    "far away": ("'{1e16,1}'", "a norm between 1e-15 and 1e15"),
}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "fault, line", [pytest.param(*fault, id=name) for name, fault in REFUSED.items()]
)
def test_refused_found_and_mended(made, run, fault, line):
    run(fault)

    [told] = found(made)
    assert told.startswith(line)
    assert "found 1 row with another value" in told
    assert f"(keys {ID}4). " in told
    find, mend = re.search(r"Find them: (.*;) Mend them, for instance: (.*;)$", told).groups()
    # A client may have no way to show the value itself.
    assert run(find.replace("SELECT *", "SELECT id")) == [(UUID(f"{ID}4"),)]
    run(mend)
    assert found(made) == []


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "value, expected", [pytest.param(*fault, id=name) for name, fault in VECTORS.items()]
)
def test_vectors_that_cannot_be_kept(made, run, value, expected):
    run(vector(value))
    run(document("embedding_vector", value))

    of_chunks, of_documents = sorted(found(made))
    for told, table in ((of_chunks, "conversation_embeddings"), (of_documents, "knowledge_base")):
        assert told.startswith(f"{table}.embedding_vector: expected {expected}")
        assert f"found 1 row with another array (keys {ID}4). " in told
        find, mend = re.search(r"Find them: (.*;) Mend them, for instance: (.*;)$", told).groups()
        assert [row[0] for row in run(find)] == [UUID(f"{ID}4")]
        run(mend)
    assert found(made) == []
    assert run("SELECT count(*) FROM knowledge_base") == [(1,)]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("number", ["3.4028234e38", "1e-46"])
def test_numbers_that_single_precision_has(made, run, number):
    # With others beside them that make the norm a sound one, or not.
    run(document("embedding_vector", f"array_fill(0.1::float8, ARRAY[383]) || {number}::float8"))

    expected = [] if number == "1e-46" else ["a norm"]
    assert [line for line in found(made) if "finite" in line] == []
    assert len(found(made)) == len(expected)


def test_more_than_one_default(made, run):
    run(
        "INSERT INTO model_configs (name, model_path, config, is_default, created_at) VALUES "
        "('a', '/', '{}', true, '2025-01-01'), ('b', '/', '{}', true, '2025-01-02'), "
        "('c', '/', '{}', false, '2025-01-03')"
    )

    [(newest,)] = run("SELECT id FROM model_configs WHERE name = 'b'")
    assert found(made) == []
    assert (
        "model_configs.is_default: 2 rows that are the default. "
        f"Only the newest stays it: {newest}."
    ) in found(made, effect="changed")


@pytest.mark.usefixtures("rows")
def test_the_first_keys_of_many(made, run):
    run(
        "INSERT INTO messages (id, conversation_id, role, content, token_count) "
        f"SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, '{CONVERSATION}', "
        "'user', 'Hello', -1 FROM generate_series(100, 1200) AS n"
    )

    [told] = found(made)
    assert (
        "found 1,101 rows with another value (keys 00000000-0000-0000-0000-000000000100, " in told
    )
    assert "-000000000104, …)" in told


@pytest.mark.usefixtures("rows")
def test_rows_that_the_trigger_of_the_files_keeps_from_being_mended(made, run):
    run(message("token_count", -1))
    run("ALTER TABLE messages ENABLE TRIGGER USER")

    [told] = found(made)

    statements = re.search(r"it fails: (.*?;) Find them: (?:.*?;) .*?: (.*;)$", told)
    for statement in statements.groups():
        run(statement)
    assert found(made) == []


@pytest.mark.usefixtures("rows")
def test_no_such_advice_where_it_was_repaired(made, run):
    run(message("token_count", -1))
    run("ALTER TABLE conversation_stats ADD UNIQUE (conversation_id)")
    run("ALTER TABLE messages ENABLE TRIGGER USER")

    [told] = found(made)
    assert "DISABLE TRIGGER" not in told


@pytest.mark.usefixtures("rows")
def test_what_null_becomes(made, run):
    run("UPDATE users SET preferences = NULL; UPDATE messages SET timestamp = NULL")
    run(document("tags", "NULL"))

    lines = found(made, effect="changed")

    assert "users.preferences: 2 rows without a value. They get '{}'." in lines
    assert "messages.timestamp: 1 row without a value. They get now()." in lines
    assert "knowledge_base.tags: 1 row without a value. They get ARRAY[]." in lines
    assert found(made) == []


@pytest.mark.usefixtures("rows")
def test_statistics_are_merged(made, run):
    run(
        "INSERT INTO conversation_stats (conversation_id) "
        f"SELECT '{CONVERSATION}' FROM generate_series(1, 3)"
    )

    lines = found(made, effect="changed")

    assert (
        "conversation_stats: 2 rows beside another of the same conversation. They are merged."
        in lines
    )


def test_rows_of_garbage_are_not_looked_at(made, run):
    run("DROP TABLE knowledge_base; CREATE TABLE knowledge_base (id integer, words text)")

    lines = found(made)

    assert "rows of knowledge_base: not looked at, because its columns are others." in lines
    assert [line for line in lines if line.startswith("knowledge_base.title: expected")]
