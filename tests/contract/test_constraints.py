"""Keys, unique constraints, foreign keys and checks, by name."""

import psycopg
import pytest

from tests.contract import catalog

CONSTRAINTS = catalog.parse("""
users
    users_pkey PRIMARY KEY (id)
    users_preferences_check CHECK (jsonb_typeof(preferences) = 'object'::text)
    users_username_key UNIQUE (username)
users_groups
    users_groups_group_id_fkey FOREIGN KEY (group_id) REFERENCES auth_group(id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
    users_groups_pkey PRIMARY KEY (id)
    users_groups_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
    users_groups_user_id_group_id_fc7788e8_uniq UNIQUE (user_id, group_id)
users_user_permissions
    users_user_permissions_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES
        auth_permission(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    users_user_permissions_pkey PRIMARY KEY (id)
    users_user_permissions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE
        CASCADE DEFERRABLE INITIALLY DEFERRED
    users_user_permissions_user_id_permission_id_3b86cbdf_uniq UNIQUE (user_id, permission_id)
system_settings
    system_settings_pkey PRIMARY KEY (key)
model_configs
    model_configs_config_check CHECK (jsonb_typeof(config) = 'object'::text)
    model_configs_pkey PRIMARY KEY (id)
conversations
    conversations_context_length_check CHECK (context_length >= 0)
    conversations_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
    conversations_pkey PRIMARY KEY (id)
    conversations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
messages
    messages_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES conversations(id) ON
        DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    messages_generation_config_check CHECK (jsonb_typeof(generation_config) = 'object'::text)
    messages_generation_time_check CHECK (generation_time >= 0.0::double precision AND
        generation_time < 'Infinity'::double precision)
    messages_pkey PRIMARY KEY (id)
    messages_role_check CHECK (role::text = ANY (ARRAY['user'::character varying,
        'assistant'::character varying, 'system'::character varying]))
    messages_temperature_check CHECK (temperature > '-Infinity'::double precision AND temperature
        < 'Infinity'::double precision)
    messages_timestamp_check CHECK ("timestamp" >= '0001-01-03 00:00:00+00'::timestamp with time
        zone AND "timestamp" < '9999-12-30 00:00:00+00'::timestamp with time zone)
    messages_token_count_check CHECK (token_count >= 0)
conversation_stats
    conversation_stats_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES
        conversations(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    conversation_stats_conversation_id_key UNIQUE (conversation_id)
    conversation_stats_pkey PRIMARY KEY (id)
conversation_embeddings
    conversation_embeddings_chunk_index_check CHECK (chunk_index >= 0)
    conversation_embeddings_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES
        conversations(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    conversation_embeddings_embedding_model_id_fkey FOREIGN KEY (embedding_model_id) REFERENCES
        embedding_models(id) DEFERRABLE INITIALLY DEFERRED
    conversation_embeddings_embedding_vector_check CHECK (vector_norm(embedding_vector) >=
        0.000000000000001::double precision AND vector_norm(embedding_vector) <=
        '1000000000000000'::numeric::double precision)
    conversation_embeddings_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages(id) ON
        DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    conversation_embeddings_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
    conversation_embeddings_offsets_check CHECK (end_offset >= start_offset AND start_offset >= 0)
    conversation_embeddings_pkey PRIMARY KEY (id)
knowledge_base
    knowledge_base_embedding_model_id_fkey FOREIGN KEY (embedding_model_id) REFERENCES
        embedding_models(id) DEFERRABLE INITIALLY DEFERRED
    knowledge_base_embedding_vector_check CHECK (vector_norm(embedding_vector) >=
        0.000000000000001::double precision AND vector_norm(embedding_vector) <=
        '1000000000000000'::numeric::double precision)
    knowledge_base_file_size_check CHECK (file_size >= 0)
    knowledge_base_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
    knowledge_base_pkey PRIMARY KEY (id)
    knowledge_base_status_check CHECK (status::text = ANY (ARRAY['pending'::character varying,
        'ready'::character varying, 'failed'::character varying]))
knowledge_chunks
    knowledge_chunks_chunk_index_check CHECK (chunk_index >= 0)
    knowledge_chunks_document_id_fkey FOREIGN KEY (document_id) REFERENCES knowledge_base(id) ON
        DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    knowledge_chunks_document_id_model_id_chunk_index_key UNIQUE (document_id, embedding_model_id,
        chunk_index)
    knowledge_chunks_embedding_model_id_fkey FOREIGN KEY (embedding_model_id) REFERENCES
        embedding_models(id) DEFERRABLE INITIALLY DEFERRED
    knowledge_chunks_embedding_vector_check CHECK (vector_norm(embedding_vector) >=
        0.000000000000001::double precision AND vector_norm(embedding_vector) <=
        '1000000000000000'::numeric::double precision)
    knowledge_chunks_offsets_check CHECK (end_offset >= start_offset AND start_offset >= 0)
    knowledge_chunks_pkey PRIMARY KEY (id)
embedding_queue
    embedding_queue_attempts_check CHECK (attempts >= 0)
    embedding_queue_pkey PRIMARY KEY (id)
    embedding_queue_source_check CHECK (document_id IS NOT NULL AND message_id IS NULL OR
        document_id IS NULL AND message_id IS NOT NULL)
search_statistics
    search_statistics_bytes_check CHECK (bytes >= 0)
    search_statistics_model_id_source_key UNIQUE (embedding_model_id, source)
    search_statistics_passages_check CHECK (passages >= 0)
    search_statistics_pkey PRIMARY KEY (id)
    search_statistics_source_check CHECK (source::text = ANY (ARRAY['messages'::character varying,
        'documents'::character varying]))
search_lexemes
    search_lexemes_model_id_source_lexeme_key UNIQUE (embedding_model_id, source, lexeme)
    search_lexemes_passages_check CHECK (passages >= 0)
    search_lexemes_pkey PRIMARY KEY (id)
    search_lexemes_source_check CHECK (source::text = ANY (ARRAY['messages'::character varying,
        'documents'::character varying]))
search_changes
    search_changes_pkey PRIMARY KEY (id)
    search_changes_source_check CHECK (source::text = ANY (ARRAY['messages'::character varying,
        'documents'::character varying]))
search_records
    search_records_embedding_model_id_fkey FOREIGN KEY (embedding_model_id) REFERENCES
        embedding_models(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
    search_records_hit_count_check CHECK (hit_count >= 0)
    search_records_hits_check CHECK (jsonb_typeof(hits) = 'array'::text)
    search_records_latency_check CHECK (latency >= 0.0::double precision AND latency <
        'Infinity'::double precision)
    search_records_mode_check CHECK (mode::text = ANY (ARRAY['hybrid'::character varying,
        'vector'::character varying, 'keyword'::character varying]))
    search_records_pkey PRIMARY KEY (id)
    search_records_plans_check CHECK (jsonb_typeof(plans) = 'object'::text)
    search_records_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
search_events
    search_events_pkey PRIMARY KEY (id)
    search_events_rank_check CHECK (rank >= 1)
    search_events_rating_check CHECK (kind::text = 'opened'::text AND rating IS NULL OR
        kind::text = 'rated'::text AND rating IS NOT NULL AND rating >= 0 AND rating <= 3)
    search_events_record_id_fkey FOREIGN KEY (record_id) REFERENCES search_records(id) ON DELETE
        CASCADE DEFERRABLE INITIALLY DEFERRED
    search_events_record_id_source_chunk_kind_key UNIQUE NULLS NOT DISTINCT (record_id, source,
        chunk, kind)
search_evaluations
    search_evaluations_depth_check CHECK (depth >= 0)
    search_evaluations_embedding_model_id_fkey FOREIGN KEY (embedding_model_id) REFERENCES
        embedding_models(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
    search_evaluations_figures_check CHECK (jsonb_typeof(figures) = 'object'::text)
    search_evaluations_parameters_check CHECK (jsonb_typeof(parameters) = 'object'::text)
    search_evaluations_per_query_check CHECK (jsonb_typeof(per_query) = 'object'::text)
    search_evaluations_pkey PRIMARY KEY (id)
    search_evaluations_queries_check CHECK (queries >= 0)
embedding_models
    embedding_models_dimension_check CHECK (dimension >= 1 AND dimension <= 16000)
    embedding_models_distance_check CHECK (distance::text = ANY (ARRAY['cosine'::character
        varying, 'l2'::character varying, 'ip'::character varying]))
    embedding_models_name_key UNIQUE (name)
    embedding_models_pkey PRIMARY KEY (id)
    embedding_models_provider_check CHECK (jsonb_typeof(provider) = 'object'::text)
    embedding_models_status_check CHECK (status::text = ANY (ARRAY['building'::character varying,
        'active'::character varying, 'retired'::character varying]))
schema_migration_details
    schema_migration_details_checksum_check CHECK (checksum ~ '^[0-9a-f]{64}$'::text)
    schema_migration_details_migration_id_fkey FOREIGN KEY (migration_id) REFERENCES
        django_migrations(id) ON DELETE CASCADE
    schema_migration_details_pkey PRIMARY KEY (migration_id)
    schema_migration_details_versions_check CHECK (jsonb_typeof(versions) = 'object'::text)
schema_migration_files
    schema_migration_files_pkey PRIMARY KEY ("position")
""")


@pytest.mark.parametrize("table", CONSTRAINTS)
def test_constraints(client: psycopg.Connection, table: str) -> None:
    assert catalog.read(client, "constraints")[table] == CONSTRAINTS[table]


def test_all_are_validated(client: psycopg.Connection) -> None:
    unvalidated = client.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")

    assert unvalidated.fetchall() == []
