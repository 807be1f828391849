"""Statements written for the SQL files: the same rows come back from the migrated database.

The files' database has the one unique constraint without which it takes no message.
"""

from typing import Any

import psycopg
import pytest

Client = psycopg.Connection[Any]

ROWS = """
    INSERT INTO conversations (id, user_id, title, metadata)
    SELECT '00000000-0000-0000-0000-000000000001', id, 'First', '{"a": {"b": [1, 2]}}' FROM users;
    INSERT INTO messages (id, conversation_id, role, content, token_count, model_name) VALUES
    ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001',
     'user', 'Hello', 2, NULL),
    ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001',
     'assistant', 'Hello to you', 4, 'small');
    INSERT INTO knowledge_base (id, title, content, tags) VALUES
    ('00000000-0000-0000-0000-000000000004', 'Dogs', 'The dogs are running', '{animals,pets}'),
    ('00000000-0000-0000-0000-000000000005', 'Cats', 'A cat sleeps', ARRAY['animals']);
    INSERT INTO model_configs (name, model_path, config) VALUES ('Small', '/small', '{"n": 1}');
"""

FIRST = "'00000000-0000-0000-0000-000000000001'"
HELLO = "'00000000-0000-0000-0000-000000000002'"
DOGS = "'00000000-0000-0000-0000-000000000004'"
VECTOR = "array_fill(0.5::float8, ARRAY[384])"

STATEMENTS = {
    "user with minimal columns": """INSERT INTO users (username) VALUES ('ada')
        RETURNING username, email, created_at = now(), updated_at = now(), is_active,
        preferences""",
    "user by position": """INSERT INTO users VALUES
        (uuid_generate_v4(), 'ada', NULL, now(), DEFAULT, false, '{"theme": "dark"}')
        RETURNING username, email, updated_at = now(), is_active, preferences""",
    "user upsert": """INSERT INTO users (username, email) VALUES ('admin', 'new@localhost')
        ON CONFLICT (username) DO UPDATE SET email = EXCLUDED.email RETURNING username, email""",
    "user that exists": """INSERT INTO users (id, username, email) VALUES
        (uuid_generate_v4(), 'admin', 'x@localhost') ON CONFLICT (username) DO NOTHING
        RETURNING username""",
    "user by constraint": """INSERT INTO users (username) VALUES ('admin')
        ON CONFLICT ON CONSTRAINT users_username_key DO NOTHING RETURNING username""",
    "preferences merged": """UPDATE users SET preferences = preferences || '{"a": 1}'
        WHERE NOT preferences ? 'a' RETURNING preferences, preferences->>'a'""",
    "setting by position": """INSERT INTO system_settings VALUES ('a', '[1, null]', NULL, now())
        RETURNING key, value, description, updated_at = now()""",
    "setting upsert": """INSERT INTO system_settings (key, value) VALUES ('app_version', '"2"')
        ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value RETURNING key, value, description""",
    "setting of JSON null": """INSERT INTO system_settings (key, value) VALUES ('a', 'null')
        RETURNING value, value IS NULL""",
    "settings read": "SELECT key, value #>> '{}' FROM system_settings ORDER BY key",
    "model configuration by position": """INSERT INTO model_configs VALUES
        (uuid_generate_v4(), 'm', '/m', '{"layers": 2}', true, now())
        RETURNING name, model_path, config, is_default""",
    "model configurations": """SELECT name, is_default FROM model_configs
        WHERE config @> '{"n": 1}'""",
    "conversation with minimal columns": """INSERT INTO conversations (user_id)
        SELECT id FROM users RETURNING title, agent_type, context_length, is_active, metadata""",
    "conversation by position": """INSERT INTO conversations
        SELECT uuid_generate_v4(), id, 'T', 'code', 4096, false, now(), now(), '{}' FROM users
        RETURNING title, agent_type, context_length, is_active, metadata""",
    "conversation changed": """UPDATE conversations SET title = 'New',
        metadata = jsonb_set(metadata, '{a,b,0}', '9') RETURNING title, metadata""",
    "conversations of a user": """SELECT c.title FROM conversations c
        JOIN users u ON u.id = c.user_id WHERE u.username = 'admin'
        ORDER BY c.updated_at DESC LIMIT 10""",
    "message with minimal columns": f"""INSERT INTO messages (conversation_id, role, content)
        VALUES ({FIRST}, 'system', '') RETURNING role, content, token_count, timestamp = now(),
        model_name, generation_time, temperature, generation_config""",
    "message by position": f"""INSERT INTO messages VALUES (uuid_generate_v4(), {FIRST},
        'assistant', 'Yes', 1, '2025-01-01', 'small', 1.5, 0.7, '{{"top_p": 1}}')
        RETURNING role, content, token_count, timestamp, model_name, generation_time, temperature,
        generation_config""",
    "messages copied": f"""INSERT INTO messages (conversation_id, role, content, token_count)
        SELECT conversation_id, role, content, token_count FROM messages
        WHERE conversation_id = {FIRST} ORDER BY content RETURNING role, content""",
    "messages in order": f"""SELECT role, content FROM messages WHERE conversation_id = {FIRST}
        ORDER BY timestamp DESC, content""",
    "message changed": f"""UPDATE messages SET content = upper(content), token_count = NULL
        WHERE id = {HELLO} RETURNING content, token_count""",
    "message deleted": f"DELETE FROM messages WHERE id = {HELLO} RETURNING content",
    "conversation and message at once": """WITH c AS (
        INSERT INTO conversations (user_id) SELECT id FROM users RETURNING id
        ) INSERT INTO messages (conversation_id, role, content) SELECT id, 'user', 'Hi' FROM c
        RETURNING content""",
    "statistics": """SELECT c.title, s.total_messages, s.total_tokens
        FROM conversation_stats s JOIN conversations c ON c.id = s.conversation_id""",
    "statistics by position": """INSERT INTO conversation_stats SELECT uuid_generate_v4(), id, 0, 0,
        NULL, now(), now() FROM conversations ON CONFLICT (conversation_id) DO NOTHING
        RETURNING total_messages""",
    "embedding with minimal columns": f"""INSERT INTO conversation_embeddings
        (conversation_id, content_hash, embedding_vector, chunk_text)
        VALUES ({FIRST}, 'hash', {VECTOR}, 'Hello')
        RETURNING message_id, chunk_index, created_at = now(), source_type, metadata,
        embedding_vector::real[]""",
    "embedding by position": f"""INSERT INTO conversation_embeddings VALUES
        (uuid_generate_v4(), {FIRST}, {HELLO}, repeat('a', 64), {VECTOR}, 'Hello', 3, now(), 'file',
        '{{"page": 1}}') RETURNING content_hash, embedding_vector::real[], chunk_text, chunk_index,
        source_type, metadata""",
    "document with minimal columns": """INSERT INTO knowledge_base (title, content)
        VALUES ('T', 'C') RETURNING source, content_type, file_hash, tags, embedding_vector,
        created_at = now(), updated_at = now(), file_size, file_extension, language""",
    "document by position": f"""INSERT INTO knowledge_base VALUES (uuid_generate_v4(), 'T', 'C',
        '/t.md', 'markdown', repeat('a', 64), ARRAY[]::text[], {VECTOR}, now(), now(), 7,
        'md', 'en') RETURNING title, content, source, content_type, file_hash, tags,
        embedding_vector::real[], file_size, file_extension, language""",
    "documents with a tag": """SELECT title FROM knowledge_base
        WHERE tags @> ARRAY['animals'] AND 'pets' = ANY (tags) AND array_length(tags, 1) = 2""",
    "tag added": f"""UPDATE knowledge_base SET tags = array_append(tags, 'x') WHERE id = {DOGS}
        RETURNING tags, tags[1]""",
    "documents with words": """SELECT title FROM knowledge_base
        WHERE to_tsvector('english', content) @@ to_tsquery('english', 'dog & run')""",
    "documents ranked": """SELECT title,
        ts_rank(to_tsvector('english', content), plainto_tsquery('english', 'cat')) > 0
        FROM knowledge_base ORDER BY 2 DESC""",
    "document deleted": f"DELETE FROM knowledge_base WHERE id = {DOGS} RETURNING title",
    "embedding model with minimal columns": """INSERT INTO embedding_models (name, dimension)
        VALUES ('m', 3) RETURNING name, model_path, dimension, description, is_active""",
    "embedding model by position": """INSERT INTO embedding_models VALUES
        (uuid_generate_v4(), 'm', '/m', 3, 'Small', false, now())
        RETURNING name, model_path, dimension, description, is_active""",
    "embedding model that exists": """INSERT INTO embedding_models (name, dimension, description)
        VALUES ('all-MiniLM-L6-v2', 384, 'Mine') ON CONFLICT (name) DO NOTHING RETURNING name""",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_statement_does_the_same(mended_files: Client, client: Client, statement: str) -> None:
    mended_files.execute(ROWS)
    client.execute(ROWS)

    assert client.execute(statement).fetchall() == mended_files.execute(statement).fetchall()
