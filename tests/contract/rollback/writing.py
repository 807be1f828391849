"""Rows that are written at each point of the way up, as the schema of that point takes them."""

from typing import Any

import psycopg

from tests.contract.migrating import Node

Client = psycopg.Connection[Any]

# Not settled yet.
CHANGES = """
    INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)
    SELECT id, 'messages', sign, 0, ARRAY['a b', '{'], ARRAY[sign, sign]
    FROM embedding_models, (VALUES (1), (-1)) AS notes (sign) WHERE name = 'mine';
"""

# After a migration that makes tables: two rows at least of each, with what is easily lost. After
# others: what clients do with what they brought; run again, it does no harm.
WRITTEN_AT: dict[Node, str] = {
    ("contenttypes", "0001_initial"): """
        INSERT INTO django_content_type (name, app_label, model)
        VALUES ('thing', 'gone', 'thing'), ('', 'gone', 'other');
    """,
    ("auth", "0001_initial"): """
        INSERT INTO auth_permission (name, content_type_id, codename)
        SELECT 'Can ' || model, id, 'do_' || model FROM django_content_type;
        INSERT INTO auth_group (name) VALUES ('staff'), ('écrivains');
        INSERT INTO auth_group_permissions (group_id, permission_id)
        SELECT g.id, p.id FROM auth_group AS g, auth_permission AS p;
    """,
    ("auth", "0010_alter_group_name_max_length"): """
        INSERT INTO auth_group (name) VALUES ('readers') ON CONFLICT DO NOTHING;
    """,
    ("assistant_accounts", "0001_create_users"): """
        INSERT INTO users
            (username, email, is_active, preferences, password, last_login, updated_at)
        VALUES
            ('ada', NULL, false, '{"a": [null, {"b": "☃"}], "a b": 1e400}', 'md5$x', NULL, now()),
            ('100 %s', 'ADA@localhost', true, '{}', '!', 'infinity', '1999-12-31');
        INSERT INTO users_groups (user_id, group_id) SELECT u.id, g.id FROM users u, auth_group g;
        INSERT INTO users_user_permissions (user_id, permission_id)
        SELECT u.id, p.id FROM users AS u, auth_permission AS p;
    """,
    ("admin", "0001_initial"): """
        INSERT INTO django_admin_log
            (action_time, object_id, object_repr, action_flag, change_message,
             content_type_id, user_id)
        SELECT now(), NULL, username, 1, '', t.id, u.id
        FROM users AS u LEFT JOIN django_content_type AS t ON u.username = 'ada';
    """,
    # The default user has become somebody's, and is then deleted.
    ("assistant_accounts", "0003_insert_default_user"): """
        UPDATE users SET email = 'mine@localhost' WHERE username = 'admin';
    """,
    ("assistant_accounts", "0004_index_searches"): """
        DELETE FROM users WHERE username = 'admin';
    """,
    ("assistant_settings", "0001_create_settings"): """
        INSERT INTO system_settings (key, value, description)
        VALUES ('app_version', '"9"', 'mine'), ('mine', 'null', NULL);
        INSERT INTO model_configs (name, model_path, config, is_default, created_at)
        VALUES ('m', '/m', '{"a": 1.10}', true, '2001-01-01'), ('m', '', '{}', true, '2002-01-01'),
            ('n', '', '{}', false, '2003-01-01');
    """,
    ("assistant_settings", "0003_insert_default_settings"): """
        DELETE FROM system_settings WHERE key = 'enable_embeddings';
        UPDATE system_settings SET value = '[]' WHERE key = 'default_temperature';
    """,
    ("assistant_settings", "0004_keep_one_default"): """
        UPDATE model_configs SET is_default = true WHERE name = 'n';
    """,
    ("assistant_conversations", "0001_create_conversations"): """
        INSERT INTO conversations (user_id, title, agent_type, metadata, is_active)
        SELECT id, nullif(username, 'ada'), '', '{"k": []}'::jsonb, username = 'ada' FROM users
        UNION ALL SELECT id, '', 'chat', '{}', true FROM users;
        INSERT INTO messages
            (conversation_id, role, content, token_count, generation_time, temperature)
        SELECT c.id, m.* FROM conversations AS c, (VALUES
            ('user', '', NULL::integer, NULL::float, NULL::float),
            ('assistant', E'two\\nlines \\u2603', 3, 0.1, 1e-9),
            ('system', repeat('long ', 4000), 0, 1e9, 0)
        ) AS m WHERE c.title IS NOT NULL;
        INSERT INTO conversation_stats (conversation_id, total_messages, avg_response_time)
        SELECT id, 17, NULL FROM conversations;
    """,
    ("assistant_conversations", "0003_keep_statistics"): """
        INSERT INTO messages (conversation_id, role, content, token_count, generation_time)
        SELECT id, 'assistant', 'Hello', 5, 0.7 FROM conversations WHERE title IS NULL;
        DELETE FROM messages WHERE content = '';
    """,
    ("assistant_embeddings", "0002_create_embeddings"): """
        INSERT INTO embedding_models (name, dimension, model_path, is_default)
        VALUES ('mine', 2, NULL, true), ('wide', 3, '', false);
        INSERT INTO conversation_embeddings
            (conversation_id, message_id, content_hash, chunk_text, embedding_vector,
             embedding_model_id)
        SELECT c.id, NULL::uuid, '', 'running dogs', vectors.value::vector, m.id
        FROM conversations AS c, embedding_models AS m,
            (VALUES ('mine', '[1,-2]'), ('wide', '[1e-9,0,3e9]')) AS vectors (name, value)
        WHERE m.name = vectors.name;
        UPDATE conversation_embeddings AS e SET message_id = m.id
        FROM messages AS m WHERE m.conversation_id = e.conversation_id;
        INSERT INTO knowledge_base (title, content, tags, embedding_vector, embedding_model_id)
        SELECT name, 'running dogs', ARRAY['a b', '{', NULL], '[1]'::vector, id
        FROM embedding_models
        UNION ALL SELECT '', '', '{}'::text[], NULL::vector, NULL::uuid;
    """,
    # Of the default model, though it does not say so.
    ("assistant_embeddings", "0005_guard_vectors"): """
        INSERT INTO knowledge_base (title, content, embedding_vector)
        SELECT 'default', 'cats', ('[1' || repeat(',0', dimension - 1) || ']')::vector
        FROM embedding_models WHERE is_default;
    """,
    ("assistant_embeddings", "0006_insert_default_embedding_model"): """
        UPDATE embedding_models SET is_default = false;
        UPDATE embedding_models SET is_default = true WHERE name = 'all-MiniLM-L6-v2';
        INSERT INTO knowledge_base (title, content, embedding_vector)
        SELECT 'default', 'cats', ('[1' || repeat(',0', 383) || ']')::vector;
    """,
    ("assistant_embeddings", "0007_index_searches"): """
        DELETE FROM knowledge_base WHERE title = 'default';
        DELETE FROM embedding_models WHERE name = 'all-MiniLM-L6-v2';
    """,
    ("assistant_embeddings", "0008_add_embedding_backends"): """
        INSERT INTO knowledge_base (title, content, content_type, owner_id, last_error)
        SELECT 'of ' || username, 'owned', 'text', id, NULL FROM users;
        UPDATE embedding_models SET provider = '{"a": [1.10]}', distance = 'ip', backend = 'a.B'
        WHERE name = 'wide';
    """,
    ("assistant_embeddings", "0009_create_chunks"): """
        INSERT INTO knowledge_chunks
            (document_id, embedding_model_id, chunk_index, chunk_text, content_hash,
             start_offset, end_offset, embedding_vector, owner_id)
        SELECT d.id, m.id, n, 'running dogs', '', n, n + 12,
            CASE WHEN n = 0 THEN '[1,-2]'::vector END, d.owner_id
        FROM knowledge_base AS d, embedding_models AS m, generate_series(0, 1) AS n
        WHERE m.name = 'mine';
        INSERT INTO embedding_queue (embedding_model_id, message_id, version, failed_at, last_error)
        SELECT m.id, s.id, 7, now(), 'two' || chr(10) || 'lines'
        FROM embedding_models AS m, messages AS s WHERE m.name = 'mine';
    """,
    # Queued, worked off, and queued again.
    ("assistant_embeddings", "0012_queue_embeddings"): """
        UPDATE messages SET content = content || '.' WHERE content LIKE 'Hello%';
        UPDATE knowledge_base SET content = content || '.' WHERE content LIKE 'owned%';
    """,
    # As they would be counted, so that counting leaves them alone.
    ("assistant_embeddings", "0014_add_search_statistics"): f"""
        INSERT INTO search_statistics (embedding_model_id, source, passages, bytes)
        SELECT embedding_model_id, 'messages', count(*), sum(octet_length(chunk_text))
        FROM conversation_embeddings GROUP BY 1
        ON CONFLICT DO NOTHING;
        INSERT INTO search_lexemes (embedding_model_id, source, lexeme, passages)
        SELECT embedding_model_id, 'messages', word, count(*)
        FROM conversation_embeddings, unnest(tsvector_to_array(chunk_search)) AS word
        GROUP BY embedding_model_id, word
        ON CONFLICT DO NOTHING;
        {CHANGES}
    """,
    ("assistant_embeddings", "0018_fill_search_statistics"): CHANGES,
    ("assistant_embeddings", "0020_add_search_records"): """
        INSERT INTO search_records
            (user_id, query, query_hash, mode, sources, hit_count, hits, latency,
             embedding_model_id)
        SELECT u.id, nullif(u.username, 'ada'), '', 'hybrid', ARRAY['messages', '{'], 1,
            '[{"source": null, "score": 1.10}]'::jsonb, 0.1, m.id
        FROM users AS u, embedding_models AS m WHERE m.name = 'mine'
        UNION ALL SELECT NULL, '', '', 'keyword', '{}'::text[], 0, '[]', 1e300, NULL;
        INSERT INTO search_events (record_id, source, chunk, kind, rating, rank)
        SELECT id, id, NULL, 'opened', NULL, 1 FROM search_records
        UNION ALL SELECT id, id, id, 'rated', 3, 2 FROM search_records;
        INSERT INTO search_evaluations (name, queries, depth, embedding_model_id, figures)
        SELECT name, 1, 100, id, '{"hybrid": {"ndcg@10": 0.10}}'::jsonb FROM embedding_models
        UNION ALL SELECT '', 0, 0, NULL, '{}';
    """,
    ("sessions", "0001_initial"): """
        INSERT INTO django_session (session_key, session_data, expire_date)
        VALUES ('a', '', '-infinity'), ('b', 'x', now());
    """,
}

# Which a migration has whoever applied it; the runs that end write the rest.
RECORD = """
    INSERT INTO schema_migration_details (migration_id, duration)
    SELECT id, '1 second' FROM django_migrations
    ON CONFLICT DO NOTHING
"""

# What a migration changes in rows that are there, because it is what the migration is for.
CHANGED_BY: dict[Node, str] = {
    ("assistant_settings", "0004_keep_one_default"): "model_configs",
    ("assistant_conversations", "0003_keep_statistics"): "conversation_stats",
    # Whose they are.
    ("assistant_embeddings", "0011_keep_chunks"): "conversation_embeddings",
    ("assistant_embeddings", "0018_fill_search_statistics"): "search_statistics",
}

# And whose rows it uses up.
USED_BY: dict[Node, str] = {
    ("assistant_embeddings", "0018_fill_search_statistics"): "search_changes",
}

# They have the migrations themselves, which come and go, and what was run before them.
BOOKKEEPING = {"django_migrations", "schema_migration_details", "schema_migration_files"}


def write(client: Client, node: Node) -> None:
    """Write what is written once this migration is applied."""
    client.execute(WRITTEN_AT.get(node, ""))
    if client.execute("SELECT to_regclass('schema_migration_details')").fetchone() != (None,):
        client.execute(RECORD)


def tables(client: Client) -> list[str]:
    """Return the tables there are, but for the bookkeeping."""
    query = """
        SELECT relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
    """
    return sorted({name for (name,) in client.execute(query)} - BOOKKEEPING)
