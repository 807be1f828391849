"""Columns: the files' in the files' order, then what was added."""

import psycopg
import pytest

from tests.contract import catalog

COLUMNS = catalog.parse("""
users
    id uuid NOT NULL DEFAULT gen_random_uuid()
    username character varying(255) NOT NULL
    email character varying(255)
    created_at timestamp with time zone NOT NULL DEFAULT now()
    updated_at timestamp with time zone NOT NULL DEFAULT now()
    is_active boolean NOT NULL DEFAULT true
    preferences jsonb NOT NULL DEFAULT '{}'::jsonb
    password character varying(128) NOT NULL DEFAULT '!'::character varying
    last_login timestamp with time zone
    is_superuser boolean NOT NULL DEFAULT false
    is_staff boolean NOT NULL DEFAULT false
users_groups
    id bigint NOT NULL IDENTITY
    user_id uuid NOT NULL
    group_id integer NOT NULL
users_user_permissions
    id bigint NOT NULL IDENTITY
    user_id uuid NOT NULL
    permission_id integer NOT NULL
system_settings
    key character varying(255) NOT NULL
    value jsonb NOT NULL
    description text
    updated_at timestamp with time zone NOT NULL DEFAULT now()
model_configs
    id uuid NOT NULL DEFAULT gen_random_uuid()
    name character varying(255) NOT NULL
    model_path text NOT NULL
    config jsonb NOT NULL
    is_default boolean NOT NULL DEFAULT false
    created_at timestamp with time zone NOT NULL DEFAULT now()
conversations
    id uuid NOT NULL DEFAULT gen_random_uuid()
    user_id uuid NOT NULL
    title character varying(500)
    agent_type character varying(100) NOT NULL DEFAULT 'chat'::character varying
    context_length integer NOT NULL DEFAULT 0
    is_active boolean NOT NULL DEFAULT true
    created_at timestamp with time zone NOT NULL DEFAULT now()
    updated_at timestamp with time zone NOT NULL DEFAULT now()
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb
messages
    id uuid NOT NULL DEFAULT gen_random_uuid()
    conversation_id uuid NOT NULL
    role character varying(50) NOT NULL
    content text NOT NULL
    token_count integer
    timestamp timestamp with time zone NOT NULL DEFAULT now()
    model_name character varying(255)
    generation_time double precision
    temperature double precision
    generation_config jsonb NOT NULL DEFAULT '{}'::jsonb
conversation_stats
    id uuid NOT NULL DEFAULT gen_random_uuid()
    conversation_id uuid NOT NULL
    total_messages bigint NOT NULL DEFAULT 0
    total_tokens bigint NOT NULL DEFAULT 0
    avg_response_time double precision
    created_at timestamp with time zone NOT NULL DEFAULT now()
    updated_at timestamp with time zone NOT NULL DEFAULT now()
    response_count bigint NOT NULL DEFAULT 0
    response_time_sum numeric NOT NULL DEFAULT 0
conversation_embeddings
    id uuid NOT NULL DEFAULT gen_random_uuid()
    conversation_id uuid NOT NULL
    message_id uuid
    content_hash character varying(64) NOT NULL
    embedding_vector vector NOT NULL
    chunk_text text NOT NULL
    chunk_index integer NOT NULL DEFAULT 0
    created_at timestamp with time zone NOT NULL DEFAULT now()
    source_type character varying(50) NOT NULL DEFAULT 'message'::character varying
    metadata jsonb NOT NULL DEFAULT '{}'::jsonb
    embedding_model_id uuid NOT NULL
    chunk_search tsvector GENERATED AS to_search_vector(chunk_text)
    end_offset integer
    start_offset integer
    user_id uuid
    chunk_identifiers tsvector
knowledge_base
    id uuid NOT NULL DEFAULT gen_random_uuid()
    title character varying(500) NOT NULL
    content text NOT NULL
    source character varying(500)
    content_type character varying(100) NOT NULL DEFAULT 'text'::character varying
    file_hash character varying(64)
    tags text[] NOT NULL DEFAULT '{}'::text[]
    embedding_vector vector
    created_at timestamp with time zone NOT NULL DEFAULT now()
    updated_at timestamp with time zone NOT NULL DEFAULT now()
    file_size integer
    file_extension character varying(50)
    language character varying(50)
    embedding_model_id uuid
    content_search tsvector GENERATED AS to_search_vector(content)
    last_error text
    owner_id uuid
    status character varying(20) NOT NULL DEFAULT 'pending'::character varying
knowledge_chunks
    id uuid NOT NULL DEFAULT gen_random_uuid()
    chunk_index integer NOT NULL DEFAULT 0
    chunk_text text NOT NULL
    content_hash character varying(64) NOT NULL
    start_offset integer NOT NULL
    end_offset integer NOT NULL
    embedding_vector vector
    created_at timestamp with time zone NOT NULL DEFAULT now()
    document_id uuid NOT NULL
    embedding_model_id uuid NOT NULL
    owner_id uuid
    chunk_search tsvector GENERATED AS to_search_vector(chunk_text)
    chunk_identifiers tsvector
embedding_queue
    id bigint NOT NULL IDENTITY
    version bigint NOT NULL DEFAULT 1
    attempts integer NOT NULL DEFAULT 0
    run_after timestamp with time zone NOT NULL DEFAULT now()
    locked_at timestamp with time zone
    failed_at timestamp with time zone
    last_error text
    created_at timestamp with time zone NOT NULL DEFAULT now()
    document_id uuid
    embedding_model_id uuid NOT NULL
    message_id uuid
search_statistics
    id bigint NOT NULL IDENTITY
    source character varying(20) NOT NULL
    passages bigint NOT NULL
    bytes bigint NOT NULL
    updated_at timestamp with time zone NOT NULL DEFAULT now()
    embedding_model_id uuid NOT NULL
search_lexemes
    id bigint NOT NULL IDENTITY
    source character varying(20) NOT NULL
    lexeme text NOT NULL
    passages bigint NOT NULL
    embedding_model_id uuid NOT NULL
search_changes
    id bigint NOT NULL IDENTITY
    source character varying(20) NOT NULL
    passages integer NOT NULL
    bytes bigint NOT NULL
    lexemes text[] NOT NULL
    counts integer[] NOT NULL
    embedding_model_id uuid NOT NULL
search_records
    id uuid NOT NULL DEFAULT gen_random_uuid()
    query text
    query_hash character varying(64) NOT NULL
    mode character varying(20) NOT NULL
    sources text[] NOT NULL DEFAULT '{}'::text[]
    hit_count integer NOT NULL DEFAULT 0
    hits jsonb NOT NULL DEFAULT '[]'::jsonb
    plans jsonb NOT NULL DEFAULT '{}'::jsonb
    note text NOT NULL DEFAULT ''::text
    latency double precision NOT NULL
    created_at timestamp with time zone NOT NULL DEFAULT now()
    embedding_model_id uuid
    user_id uuid
search_events
    id bigint NOT NULL IDENTITY
    source uuid NOT NULL
    chunk uuid
    kind character varying(20) NOT NULL
    rating smallint
    rank integer NOT NULL
    created_at timestamp with time zone NOT NULL DEFAULT now()
    record_id uuid NOT NULL
search_evaluations
    id uuid NOT NULL DEFAULT gen_random_uuid()
    name character varying(255) NOT NULL
    queries integer NOT NULL
    depth integer NOT NULL
    embedding_model_name text NOT NULL DEFAULT ''::text
    figures jsonb NOT NULL DEFAULT '{}'::jsonb
    per_query jsonb NOT NULL DEFAULT '{}'::jsonb
    parameters jsonb NOT NULL DEFAULT '{}'::jsonb
    created_at timestamp with time zone NOT NULL DEFAULT now()
    embedding_model_id uuid
embedding_models
    id uuid NOT NULL DEFAULT gen_random_uuid()
    name character varying(255) NOT NULL
    model_path text
    dimension integer NOT NULL
    description text
    is_active boolean NOT NULL DEFAULT true
    created_at timestamp with time zone NOT NULL DEFAULT now()
    is_default boolean NOT NULL DEFAULT false
    backend character varying(255) NOT NULL DEFAULT 'fastembed'::character varying
    backfilled_at timestamp with time zone
    distance character varying(20) NOT NULL DEFAULT 'cosine'::character varying
    provider jsonb NOT NULL DEFAULT '{}'::jsonb
    status character varying(20) NOT NULL DEFAULT 'active'::character varying
schema_migrations
    version bigint
    filename text
    applied_at timestamp with time zone
    app text
    name text
    checksum text
    duration interval
    versions jsonb
schema_migration_details
    migration_id bigint NOT NULL
    checksum text
    duration interval
    versions jsonb
    finished_at timestamp with time zone
schema_migration_files
    position bigint NOT NULL
    filename text
    applied_at timestamp with time zone
""")

# What Django's own apps bring: authentication, the admin, sessions, bookkeeping.
DJANGO_TABLES = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_columns(client: psycopg.Connection, table: str) -> None:
    assert catalog.read(client, "columns")[table] == COLUMNS[table]


def test_no_other_tables(client: psycopg.Connection) -> None:
    assert set(catalog.read(client, "columns")) - DJANGO_TABLES == set(COLUMNS)
