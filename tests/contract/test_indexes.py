"""Indexes: the files', the constraints' own, and no others."""

import psycopg
import pytest

from tests.contract import catalog

INDEXES = catalog.parse("""
users
    CREATE INDEX idx_users_active ON users USING btree (is_active)
    CREATE INDEX idx_users_email_prefix ON users USING btree (upper(email::text) text_pattern_ops)
    CREATE INDEX idx_users_username ON users USING btree (username)
    CREATE INDEX idx_users_username_prefix ON users USING btree (upper(username::text)
        text_pattern_ops)
    CREATE UNIQUE INDEX users_pkey ON users USING btree (id)
    CREATE UNIQUE INDEX users_username_key ON users USING btree (username)
users_groups
    CREATE INDEX users_groups_group_id_2f3517aa ON users_groups USING btree (group_id)
    CREATE UNIQUE INDEX users_groups_pkey ON users_groups USING btree (id)
    CREATE INDEX users_groups_user_id_f500bee5 ON users_groups USING btree (user_id)
    CREATE UNIQUE INDEX users_groups_user_id_group_id_fc7788e8_uniq ON users_groups USING btree
        (user_id, group_id)
users_user_permissions
    CREATE INDEX users_user_permissions_permission_id_6d08dcd2 ON users_user_permissions USING
        btree (permission_id)
    CREATE UNIQUE INDEX users_user_permissions_pkey ON users_user_permissions USING btree (id)
    CREATE INDEX users_user_permissions_user_id_92473840 ON users_user_permissions USING btree
        (user_id)
    CREATE UNIQUE INDEX users_user_permissions_user_id_permission_id_3b86cbdf_uniq ON
        users_user_permissions USING btree (user_id, permission_id)
system_settings
    CREATE UNIQUE INDEX system_settings_pkey ON system_settings USING btree (key)
model_configs
    CREATE INDEX idx_model_configs_default ON model_configs USING btree (is_default)
    CREATE UNIQUE INDEX model_configs_is_default_key ON model_configs USING btree (is_default)
        WHERE is_default
    CREATE UNIQUE INDEX model_configs_pkey ON model_configs USING btree (id)
conversations
    CREATE UNIQUE INDEX conversations_pkey ON conversations USING btree (id)
    CREATE INDEX idx_conversations_agent_type ON conversations USING btree (agent_type)
    CREATE INDEX idx_conversations_created_at ON conversations USING btree (created_at DESC)
    CREATE INDEX idx_conversations_title_prefix ON conversations USING btree (upper(title::text)
        text_pattern_ops)
    CREATE INDEX idx_conversations_updated_at ON conversations USING btree (updated_at DESC)
    CREATE INDEX idx_conversations_user_id ON conversations USING btree (user_id)
messages
    CREATE INDEX idx_messages_content_fts ON messages USING gin (to_search_vector(content))
    CREATE INDEX idx_messages_conversation_id ON messages USING btree (conversation_id)
    CREATE INDEX idx_messages_model_name ON messages USING btree (model_name)
    CREATE INDEX idx_messages_role ON messages USING btree (role)
    CREATE INDEX idx_messages_timestamp ON messages USING btree ("timestamp" DESC)
    CREATE UNIQUE INDEX messages_pkey ON messages USING btree (id)
conversation_stats
    CREATE UNIQUE INDEX conversation_stats_conversation_id_key ON conversation_stats USING btree
        (conversation_id)
    CREATE UNIQUE INDEX conversation_stats_pkey ON conversation_stats USING btree (id)
    CREATE INDEX idx_conversation_stats_conversation_id ON conversation_stats USING btree
        (conversation_id)
conversation_embeddings
    CREATE UNIQUE INDEX conversation_embeddings_pkey ON conversation_embeddings USING btree (id)
    CREATE INDEX idx_conversation_embeddings_chunk_fts ON conversation_embeddings USING gin
        (chunk_search)
    CREATE INDEX idx_conversation_embeddings_content_hash ON conversation_embeddings USING btree
        (content_hash)
    CREATE INDEX idx_conversation_embeddings_conversation_id ON conversation_embeddings USING btree
        (conversation_id)
    CREATE INDEX idx_conversation_embeddings_identifiers ON conversation_embeddings USING gin
        (chunk_identifiers) WHERE chunk_identifiers IS NOT NULL
    CREATE INDEX idx_conversation_embeddings_message_id ON conversation_embeddings USING btree
        (message_id)
    CREATE INDEX idx_conversation_embeddings_model_id ON conversation_embeddings USING btree
        (embedding_model_id)
    CREATE INDEX idx_conversation_embeddings_model_user ON conversation_embeddings USING btree
        (embedding_model_id, user_id)
    CREATE INDEX idx_conversation_embeddings_source_type ON conversation_embeddings USING btree
        (source_type)
knowledge_base
    CREATE INDEX idx_knowledge_base_content_fts ON knowledge_base USING gin (content_search)
    CREATE INDEX idx_knowledge_base_content_type ON knowledge_base USING btree (content_type)
    CREATE INDEX idx_knowledge_base_file_hash ON knowledge_base USING btree (file_hash)
    CREATE INDEX idx_knowledge_base_language ON knowledge_base USING btree (language)
    CREATE INDEX idx_knowledge_base_model_id ON knowledge_base USING btree (embedding_model_id)
    CREATE INDEX idx_knowledge_base_owner_id ON knowledge_base USING btree (owner_id)
    CREATE INDEX idx_knowledge_base_source ON knowledge_base USING btree (source)
    CREATE INDEX idx_knowledge_base_status ON knowledge_base USING btree (status)
    CREATE INDEX idx_knowledge_base_tags ON knowledge_base USING gin (tags)
    CREATE INDEX idx_knowledge_base_title_prefix ON knowledge_base USING btree (upper(title::text)
        text_pattern_ops)
    CREATE INDEX idx_knowledge_base_updated_at ON knowledge_base USING btree (updated_at DESC)
    CREATE UNIQUE INDEX knowledge_base_pkey ON knowledge_base USING btree (id)
knowledge_chunks
    CREATE INDEX idx_knowledge_chunks_chunk_fts ON knowledge_chunks USING gin (chunk_search)
    CREATE INDEX idx_knowledge_chunks_content_hash ON knowledge_chunks USING btree (content_hash,
        embedding_model_id)
    CREATE INDEX idx_knowledge_chunks_identifiers ON knowledge_chunks USING gin (chunk_identifiers)
        WHERE chunk_identifiers IS NOT NULL
    CREATE INDEX idx_knowledge_chunks_model_owner ON knowledge_chunks USING btree
        (embedding_model_id, owner_id)
    CREATE UNIQUE INDEX knowledge_chunks_document_id_model_id_chunk_index_key ON knowledge_chunks
        USING btree (document_id, embedding_model_id, chunk_index)
    CREATE UNIQUE INDEX knowledge_chunks_pkey ON knowledge_chunks USING btree (id)
embedding_queue
    CREATE UNIQUE INDEX embedding_queue_document_id_key ON embedding_queue USING btree
        (document_id, embedding_model_id) WHERE document_id IS NOT NULL
    CREATE UNIQUE INDEX embedding_queue_message_id_key ON embedding_queue USING btree (message_id,
        embedding_model_id) WHERE message_id IS NOT NULL
    CREATE UNIQUE INDEX embedding_queue_pkey ON embedding_queue USING btree (id)
    CREATE INDEX idx_embedding_queue_failed ON embedding_queue USING btree (failed_at DESC) WHERE
        failed_at IS NOT NULL
    CREATE INDEX idx_embedding_queue_next ON embedding_queue USING btree (embedding_model_id,
        run_after, id) WHERE failed_at IS NULL
search_statistics
    CREATE UNIQUE INDEX search_statistics_model_id_source_key ON search_statistics USING btree
        (embedding_model_id, source)
    CREATE UNIQUE INDEX search_statistics_pkey ON search_statistics USING btree (id)
search_lexemes
    CREATE UNIQUE INDEX search_lexemes_model_id_source_lexeme_key ON search_lexemes USING btree
        (embedding_model_id, source, lexeme)
    CREATE UNIQUE INDEX search_lexemes_pkey ON search_lexemes USING btree (id)
search_changes
    CREATE UNIQUE INDEX search_changes_pkey ON search_changes USING btree (id)
search_records
    CREATE INDEX idx_search_records_created_at ON search_records USING btree (created_at DESC)
    CREATE INDEX idx_search_records_empty ON search_records USING btree (created_at DESC) WHERE
        hit_count = 0
    CREATE INDEX idx_search_records_mode ON search_records USING btree (mode, created_at DESC)
    CREATE INDEX idx_search_records_model_id ON search_records USING btree (embedding_model_id)
    CREATE INDEX idx_search_records_query_hash ON search_records USING btree (query_hash,
        created_at DESC)
    CREATE INDEX idx_search_records_questions ON search_records USING btree (created_at DESC)
        WHERE query IS NOT NULL
    CREATE INDEX idx_search_records_user_id ON search_records USING btree (user_id, created_at
        DESC)
    CREATE UNIQUE INDEX search_records_pkey ON search_records USING btree (id)
search_events
    CREATE UNIQUE INDEX search_events_pkey ON search_events USING btree (id)
    CREATE UNIQUE INDEX search_events_record_id_source_chunk_kind_key ON search_events USING
        btree (record_id, source, chunk, kind) NULLS NOT DISTINCT
search_evaluations
    CREATE INDEX idx_search_evaluations_created_at ON search_evaluations USING btree (created_at
        DESC)
    CREATE INDEX idx_search_evaluations_model_id ON search_evaluations USING btree
        (embedding_model_id)
    CREATE INDEX idx_search_evaluations_name ON search_evaluations USING btree (name, created_at
        DESC)
    CREATE UNIQUE INDEX search_evaluations_pkey ON search_evaluations USING btree (id)
embedding_models
    CREATE UNIQUE INDEX embedding_models_is_default_key ON embedding_models USING btree
        (is_default) WHERE is_default
    CREATE UNIQUE INDEX embedding_models_name_key ON embedding_models USING btree (name)
    CREATE UNIQUE INDEX embedding_models_pkey ON embedding_models USING btree (id)
    CREATE INDEX idx_embedding_models_active ON embedding_models USING btree (is_active)
schema_migration_details
    CREATE UNIQUE INDEX schema_migration_details_pkey ON schema_migration_details USING btree
        (migration_id)
schema_migration_files
    CREATE UNIQUE INDEX schema_migration_files_pkey ON schema_migration_files USING btree
        ("position")
""")


@pytest.mark.parametrize("table", INDEXES)
def test_indexes(client: psycopg.Connection, table: str) -> None:
    assert catalog.read(client, "indexes")[table] == INDEXES[table]


def test_all_are_valid(client: psycopg.Connection) -> None:
    invalid = client.execute("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid")

    assert invalid.fetchall() == []
