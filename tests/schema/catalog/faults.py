"""Faults of a database: the statement that makes one, and what the line about it says."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A statement, and texts that the one line about it holds."""

    statement: str
    says: tuple[str, ...]


def fault(statement: str, *says: str) -> Fault:
    """Return a fault; the first text begins the line."""
    return Fault(statement, says)


TABLES = [
    fault("DROP TABLE knowledge_chunks", "table knowledge_chunks: expected a table, found nothing"),
    fault(
        "ALTER TABLE schema_migration_details SET UNLOGGED",
        "table schema_migration_details: expected logged, found unlogged",
        "SET LOGGED;",
    ),
    fault(
        "DROP VIEW schema_migrations; CREATE TABLE schema_migrations (version bigint)",
        "view schema_migrations: expected a view, found a table",
    ),
    fault(
        "DROP VIEW schema_migrations",
        "view schema_migrations: expected a view, found nothing",
        "assistant_schema.0002_list_earlier_files",
        "manage.py sqlmigrate assistant_schema 0002",
    ),
    fault(
        "CREATE OR REPLACE VIEW schema_migrations AS SELECT 1::bigint AS version, "
        "''::text AS filename, now() AS applied_at, ''::text AS app, ''::text AS name, "
        "''::text AS checksum, '1s'::interval AS duration, '{}'::jsonb AS versions",
        "view schema_migrations: expected SELECT row_number()",
    ),
    fault(
        "DROP RULE schema_migrations_insert ON schema_migrations",
        "rule schema_migrations_insert of schema_migrations",
        "found nothing",
    ),
    fault(
        "CREATE OR REPLACE RULE schema_migrations_update AS ON UPDATE TO schema_migrations "
        "DO ALSO NOTHING",
        "rule schema_migrations_update of schema_migrations: expected CREATE RULE",
        "DO INSTEAD NOTHING",
    ),
    fault(
        "CREATE RULE swallow AS ON DELETE TO messages DO INSTEAD NOTHING",
        "rule swallow of messages: expected nothing",
    ),
]

COLUMNS = [
    fault(
        "ALTER TABLE knowledge_base DROP COLUMN file_extension",
        "column knowledge_base.file_extension: expected character varying(50), found nothing",
        "Run ALTER TABLE knowledge_base ADD COLUMN file_extension character varying(50);",
    ),
    fault(
        "ALTER TABLE users DROP COLUMN last_login",
        "column users.last_login: expected timestamp with time zone, found nothing",
    ),
    fault(
        "ALTER TABLE messages ADD COLUMN mood text DEFAULT 'good'",
        "column messages.mood: expected nothing, found text DEFAULT 'good'::text",
    ),
    fault(
        "ALTER TABLE messages ALTER COLUMN token_count TYPE bigint",
        "column messages.token_count: expected integer, found bigint",
        "Run ALTER TABLE messages ALTER COLUMN token_count TYPE integer;",
    ),
    fault(
        "ALTER TABLE knowledge_base ALTER COLUMN source TYPE text",
        "column knowledge_base.source: expected character varying(500), found text",
    ),
    fault(
        "ALTER TABLE conversation_embeddings ALTER COLUMN content_hash TYPE varchar(32)",
        "column conversation_embeddings.content_hash: expected character varying(64), found",
    ),
    fault(
        "ALTER TABLE messages ALTER COLUMN temperature TYPE real",
        "column messages.temperature: expected double precision, found real",
    ),
    fault(
        "ALTER TABLE messages ALTER COLUMN timestamp TYPE timestamp USING timestamp",
        "column messages.timestamp: expected timestamp with time zone, found timestamp without",
    ),
    fault(
        'ALTER TABLE users ALTER COLUMN email TYPE varchar(255) COLLATE "C"',
        "column users.email: expected character varying(255)",
        'found character varying(255) COLLATE "C"',
    ),
    fault(
        "ALTER TABLE messages ALTER COLUMN content DROP NOT NULL",
        "column messages.content: expected NOT NULL, found nullable",
        "ALTER COLUMN content SET NOT NULL;",
    ),
    fault(
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL",
        "column users.email: expected nullable, found NOT NULL",
    ),
    fault(
        "ALTER TABLE messages ALTER COLUMN id DROP DEFAULT",
        "column messages.id: expected DEFAULT gen_random_uuid(), found no default",
        "SET DEFAULT gen_random_uuid();",
    ),
    fault(
        "ALTER TABLE conversations ALTER COLUMN metadata DROP DEFAULT",
        "column conversations.metadata: expected DEFAULT '{}'::jsonb, found no default",
    ),
    fault(
        "ALTER TABLE users ALTER COLUMN is_active SET DEFAULT false",
        "column users.is_active: expected DEFAULT true, found DEFAULT false",
    ),
    fault(
        "ALTER TABLE messages ALTER COLUMN role SET DEFAULT 'user'",
        "column messages.role: expected no default, found DEFAULT 'user'::character varying",
        "DROP DEFAULT;",
    ),
    fault(
        "ALTER TABLE knowledge_base ALTER COLUMN content_search DROP EXPRESSION",
        "column knowledge_base.content_search: expected generated as to_search_vector(content)",
        "found not generated",
        "assistant_embeddings.0004_add_search_vectors",
    ),
    fault(
        "ALTER TABLE users_groups ALTER COLUMN id DROP IDENTITY",
        "column users_groups.id: expected GENERATED BY DEFAULT AS IDENTITY, found no identity",
    ),
    fault(
        "ALTER TABLE users_groups ALTER COLUMN id SET GENERATED ALWAYS",
        "column users_groups.id",
        "found GENERATED ALWAYS AS IDENTITY",
    ),
]

CONSTRAINTS = [
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_role_check",
        "constraint messages_role_check of messages: expected CHECK",
        "found nothing",
        "NOT VALID; ALTER TABLE messages VALIDATE CONSTRAINT messages_role_check;",
    ),
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_role_check, ADD CONSTRAINT "
        "messages_role_check CHECK (role IN ('user', 'assistant', 'system', 'tool'))",
        "constraint messages_role_check of messages",
        "'tool'",
    ),
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_token_count_check, ADD CONSTRAINT "
        "messages_token_count_check CHECK (token_count >= 0) NOT VALID",
        "constraint messages_token_count_check of messages: expected validated, found NOT VALID",
        "Run ALTER TABLE messages VALIDATE CONSTRAINT messages_token_count_check;",
    ),
    fault(
        "ALTER TABLE conversation_stats DROP CONSTRAINT conversation_stats_conversation_id_key",
        "constraint conversation_stats_conversation_id_key of conversation_stats: expected UNIQUE",
    ),
    fault(
        "ALTER TABLE users DROP CONSTRAINT users_username_key",
        "constraint users_username_key of users: expected UNIQUE (username), found nothing",
    ),
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_fkey",
        "constraint messages_conversation_id_fkey of messages: expected FOREIGN KEY",
        "found nothing",
    ),
    fault(
        "ALTER TABLE conversations DROP CONSTRAINT conversations_user_id_fkey",
        "constraint conversations_user_id_fkey of conversations",
        "REFERENCES users(id) ON DELETE CASCADE",
    ),
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_fkey, ADD CONSTRAINT "
        "messages_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES conversations (id) "
        "DEFERRABLE INITIALLY DEFERRED",
        "constraint messages_conversation_id_fkey of messages: expected FOREIGN KEY",
        "ON DELETE CASCADE",
    ),
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_fkey, ADD CONSTRAINT "
        "messages_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES conversations (id) "
        "ON DELETE CASCADE",
        "constraint messages_conversation_id_fkey of messages",
        "DEFERRABLE INITIALLY DEFERRED, found",
    ),
    fault(
        "ALTER TABLE messages ALTER CONSTRAINT messages_conversation_id_fkey "
        "DEFERRABLE INITIALLY IMMEDIATE",
        "constraint messages_conversation_id_fkey of messages",
        "found FOREIGN KEY (conversation_id) REFERENCES conversations(id) ON DELETE CASCADE "
        "DEFERRABLE.",
    ),
    fault(
        "ALTER TABLE conversation_embeddings DROP CONSTRAINT "
        "conversation_embeddings_message_id_fkey, ADD CONSTRAINT "
        "conversation_embeddings_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages (id) "
        "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID",
        "constraint conversation_embeddings_message_id_fkey of conversation_embeddings: expected "
        "validated, found NOT VALID",
    ),
    fault(
        "ALTER TABLE schema_migration_details DROP CONSTRAINT schema_migration_details_pkey",
        "constraint schema_migration_details_pkey of schema_migration_details: expected PRIMARY",
    ),
    fault(
        "ALTER TABLE messages ADD CONSTRAINT short CHECK (length(content) < 10)",
        "constraint short of messages: expected nothing, found CHECK (length(content) < 10)",
    ),
    fault(
        "ALTER TABLE conversation_embeddings DROP CONSTRAINT "
        "conversation_embeddings_embedding_vector_check",
        "constraint conversation_embeddings_embedding_vector_check of conversation_embeddings",
        "vector_norm(embedding_vector)",
    ),
]

INDEXES = [
    fault(
        "DROP INDEX idx_messages_role",
        "index idx_messages_role of messages: expected CREATE INDEX",
        "found nothing",
        "CREATE INDEX CONCURRENTLY idx_messages_role ON messages USING btree (role);",
    ),
    fault(
        "DROP INDEX idx_messages_content_fts",
        "index idx_messages_content_fts of messages: expected CREATE INDEX",
        "gin (to_search_vector(content))",
    ),
    fault(
        "DROP INDEX idx_messages_timestamp; "
        "CREATE INDEX idx_messages_timestamp ON messages (timestamp)",
        "index idx_messages_timestamp of messages: expected CREATE INDEX idx_messages_timestamp",
        'btree ("timestamp" DESC), found',
    ),
    fault(
        "DROP INDEX idx_users_email_prefix; "
        "CREATE INDEX idx_users_email_prefix ON users (upper(email))",
        "index idx_users_email_prefix of users",
        "text_pattern_ops), found",
    ),
    fault(
        "DROP INDEX idx_knowledge_base_tags; "
        "CREATE INDEX idx_knowledge_base_tags ON knowledge_base (tags)",
        "index idx_knowledge_base_tags of knowledge_base",
        "USING gin (tags), found",
        "USING btree (tags)",
    ),
    fault(
        "UPDATE pg_index SET indisvalid = false "
        "WHERE indexrelid = 'idx_conversations_user_id'::regclass",
        "index idx_conversations_user_id of conversations: expected valid, found invalid",
        "Run REINDEX INDEX CONCURRENTLY idx_conversations_user_id;",
    ),
    fault(
        "CREATE INDEX idx_knowledge_chunks_vector_0123456789ab ON knowledge_chunks "
        "USING hnsw ((embedding_vector::halfvec(3)) halfvec_cosine_ops); "
        "UPDATE pg_index SET indisvalid = false "
        "WHERE indexrelid = 'idx_knowledge_chunks_vector_0123456789ab'::regclass",
        "index idx_knowledge_chunks_vector_0123456789ab of knowledge_chunks: expected valid, found "
        "invalid",
        "Run REINDEX INDEX CONCURRENTLY idx_knowledge_chunks_vector_0123456789ab;",
    ),
    fault(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'messages_pkey'::regclass",
        "index messages_pkey of messages: expected valid, found invalid",
    ),
    fault(
        "DROP INDEX embedding_models_is_default_key; CREATE INDEX embedding_models_is_default_key "
        "ON embedding_models (is_default) WHERE is_default",
        "index embedding_models_is_default_key of embedding_models: expected CREATE UNIQUE INDEX",
    ),
    fault(
        "DROP INDEX model_configs_is_default_key; CREATE UNIQUE INDEX model_configs_is_default_key "
        "ON model_configs (is_default)",
        "index model_configs_is_default_key of model_configs",
        "WHERE is_default, found",
    ),
    fault(
        "CREATE UNIQUE INDEX one_title ON conversations (title)",
        "index one_title of conversations: expected nothing, found CREATE UNIQUE INDEX one_title",
    ),
]

TRIGGERS = [
    fault(
        "DROP TRIGGER trigger_update_conversation_stats_on_delete ON messages",
        "trigger trigger_update_conversation_stats_on_delete of messages: expected CREATE TRIGGER",
        "found nothing",
        "Run CREATE TRIGGER trigger_update_conversation_stats_on_delete",
    ),
    fault(
        "DROP TRIGGER trigger_write_embedding_queue ON messages",
        "trigger trigger_write_embedding_queue of messages: expected CREATE TRIGGER",
        "found nothing",
        "Run CREATE TRIGGER trigger_write_embedding_queue AFTER INSERT ON messages",
    ),
    fault(
        "ALTER TABLE messages DISABLE TRIGGER trigger_update_conversation_stats",
        "trigger trigger_update_conversation_stats of messages: expected enabled, found disabled",
        "Run ALTER TABLE messages ENABLE TRIGGER trigger_update_conversation_stats;",
        "; then run manage.py conversation_stats rebuild.",
    ),
    fault(
        'ALTER TABLE conversations DISABLE TRIGGER "A_trigger_delete_conversation_messages"',
        "trigger A_trigger_delete_conversation_messages of conversations: expected enabled",
        'ENABLE TRIGGER "A_trigger_delete_conversation_messages";',
    ),
    fault(
        "ALTER TABLE users ENABLE REPLICA TRIGGER trigger_update_user_timestamp",
        "trigger trigger_update_user_timestamp of users: expected enabled, found enabled on repl",
    ),
    fault(
        "DROP TRIGGER trigger_update_user_timestamp ON users; CREATE TRIGGER "
        "trigger_update_user_timestamp AFTER UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION update_user_timestamp()",
        "trigger trigger_update_user_timestamp of users: expected CREATE TRIGGER",
        "BEFORE UPDATE",
        "AFTER UPDATE",
    ),
    fault(
        "DROP TRIGGER trigger_guard_knowledge_base_vector ON knowledge_base; CREATE TRIGGER "
        "trigger_guard_knowledge_base_vector BEFORE INSERT ON knowledge_base "
        "FOR EACH ROW EXECUTE FUNCTION guard_embedding_vector()",
        "trigger trigger_guard_knowledge_base_vector of knowledge_base",
        "BEFORE INSERT OR UPDATE OF embedding_vector, embedding_model_id",
    ),
    fault(
        "DROP TRIGGER trigger_guard_embedding_model_dimension ON embedding_models; CREATE TRIGGER "
        "trigger_guard_embedding_model_dimension BEFORE UPDATE OF dimension ON embedding_models "
        "FOR EACH ROW EXECUTE FUNCTION guard_embedding_model_dimension()",
        "trigger trigger_guard_embedding_model_dimension of embedding_models",
        "WHEN (old.dimension IS DISTINCT FROM new.dimension)",
    ),
    fault(
        "CREATE TRIGGER echo BEFORE UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION update_user_timestamp()",
        "trigger echo of users: expected nothing, found CREATE TRIGGER echo",
    ),
]

FUNCTIONS = [
    fault(
        "DROP FUNCTION generate_content_hash(text)",
        "function generate_content_hash(text): expected a function, found nothing",
        "Make it as assistant_embeddings.0003_create_functions does.",
    ),
    fault(
        "CREATE OR REPLACE FUNCTION update_user_timestamp() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = public, pg_temp AS 'BEGIN RETURN NEW; END'",
        "function update_user_timestamp(): expected in line 1 of its body",
        "found 'BEGIN RETURN NEW; END'",
        "assistant_accounts.0002_keep_timestamps",
    ),
    fault(
        "ALTER FUNCTION to_search_vector(text) STABLE",
        "function to_search_vector(text): expected IMMUTABLE, found STABLE",
    ),
    fault(
        "ALTER FUNCTION to_search_vector(text) CALLED ON NULL INPUT",
        "function to_search_vector(text): expected STRICT, found CALLED ON NULL INPUT",
    ),
    fault(
        "ALTER FUNCTION to_search_vector(text) PARALLEL SAFE",
        "function to_search_vector(text): expected PARALLEL UNSAFE, found PARALLEL SAFE",
    ),
    fault(
        "ALTER FUNCTION to_search_vector(text) COST 100",
        "function to_search_vector(text): expected COST 1000, found COST 100",
    ),
    fault(
        "ALTER FUNCTION guard_embedding_vector() SECURITY DEFINER",
        "function guard_embedding_vector(): expected SECURITY INVOKER, found SECURITY DEFINER",
    ),
    fault(
        "ALTER FUNCTION lock_conversations(uuid[]) SET lock_timeout = '1s'",
        "function lock_conversations(uuid[]): expected no other settings, "
        "found SET lock_timeout = 1s",
    ),
    fault(
        "ALTER FUNCTION update_conversation_stats() RESET search_path",
        "function update_conversation_stats(): expected SET search_path =",
        "found no search_path of its own",
        "Run ALTER FUNCTION update_conversation_stats() SET search_path =",
    ),
    fault(
        "ALTER FUNCTION update_conversation_stats() SET search_path = pg_temp, public",
        "function update_conversation_stats(): expected SET search_path =",
        "found SET search_path = pg_temp, public",
    ),
    fault(
        "DROP FUNCTION uuid_generate_v4()",
        "function uuid_generate_v4(): expected a function, found nothing",
    ),
    fault(
        "CREATE OR REPLACE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql PARALLEL SAFE "
        "SET search_path = public, pg_temp AS 'SELECT gen_random_uuid() -- another'",
        "function uuid_generate_v4(): expected in line 1 of its body",
    ),
]

# Possible since PostgreSQL 18.
SINCE_18 = [
    fault(
        "ALTER TABLE messages ALTER COLUMN content DROP NOT NULL; "
        "ALTER TABLE messages ADD CONSTRAINT kept NOT NULL content NOT VALID",
        "column messages.content: expected NOT NULL, found nullable",
    ),
    fault(
        "ALTER TABLE messages ALTER CONSTRAINT messages_conversation_id_fkey NOT ENFORCED",
        "constraint messages_conversation_id_fkey of messages: expected FOREIGN KEY",
        "NOT ENFORCED",
    ),
    fault(
        "ALTER TABLE messages DROP CONSTRAINT messages_role_check, ADD CONSTRAINT "
        "messages_role_check CHECK (role IN ('user', 'assistant', 'system')) NOT ENFORCED",
        "constraint messages_role_check of messages: expected CHECK",
        "NOT ENFORCED",
    ),
]

# These are told in more than one line.
SEVERAL = [
    fault(
        "ALTER TABLE messages RENAME TO old_messages",
        "table messages: expected a table, found nothing",
        "constraint conversation_embeddings_message_id_fkey of conversation_embeddings",
    ),
    fault(
        "DROP EXTENSION vector CASCADE",
        "extension vector: expected installed, found nothing",
        "column conversation_embeddings.embedding_vector: expected vector NOT NULL, found nothing",
        "column knowledge_base.embedding_vector: expected vector, found nothing",
        "constraint knowledge_base_embedding_vector_check of knowledge_base",
    ),
    fault(
        "ALTER TABLE messages DISABLE TRIGGER ALL",
        "constraint messages_conversation_id_fkey of messages: expected enforced",
        "constraint conversation_embeddings_message_id_fkey of conversation_embeddings: expected "
        "enforced, found its triggers disabled",
        "trigger trigger_update_conversation_stats of messages: expected enabled, found disabled",
        "trigger trigger_update_conversation_stats_on_update of messages",
    ),
    fault(
        "ALTER TABLE conversations DROP COLUMN title",
        "column conversations.title: expected character varying(500), found nothing",
        "index idx_conversations_title_prefix of conversations: expected CREATE INDEX",
    ),
    fault(
        "ALTER TABLE conversations ALTER COLUMN title TYPE text",
        "column conversations.title: expected character varying(500), found text",
        "index idx_conversations_title_prefix of conversations: expected CREATE INDEX",
    ),
    fault(
        "ALTER TABLE messages DROP COLUMN role",
        "column messages.role: expected character varying(50) NOT NULL, found nothing",
        "constraint messages_role_check of messages",
        "index idx_messages_role of messages",
    ),
    fault(
        "ALTER TABLE messages RENAME COLUMN content TO body",
        "column messages.content: expected text NOT NULL, found nothing",
        "column messages.body: expected nothing, found text NOT NULL",
    ),
    fault(
        "ALTER TABLE messages RENAME CONSTRAINT messages_role_check TO roles",
        "constraint messages_role_check of messages",
        "constraint roles of messages: expected nothing",
    ),
    fault(
        "DROP FUNCTION guard_embedding_vector() CASCADE",
        "function guard_embedding_vector(): expected a function, found nothing",
        "trigger trigger_guard_conversation_embedding_vector of conversation_embeddings",
        "trigger trigger_guard_knowledge_base_vector of knowledge_base",
    ),
    fault(
        "CREATE OR REPLACE FUNCTION generate_content_hash(content text) RETURNS varchar "
        "LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp "
        "AS 'BEGIN RETURN content; END'",
        "function generate_content_hash(text): expected LANGUAGE sql, found LANGUAGE plpgsql",
        "function generate_content_hash(text): expected in line 1 of its body",
        "Run the CREATE FUNCTION of assistant_embeddings.0003_create_functions as CREATE OR "
        "REPLACE FUNCTION. manage.py sqlmigrate assistant_embeddings 0003 prints that.",
    ),
    fault(
        "DROP TABLE users CASCADE",
        "table users: expected a table, found nothing",
        "constraint conversations_user_id_fkey of conversations",
        "constraint users_groups_user_id_fkey of users_groups",
    ),
    fault(
        "CREATE EXTENSION IF NOT EXISTS vector; CREATE SCHEMA hidden; "
        "ALTER EXTENSION vector SET SCHEMA hidden",
        'extension vector: expected in a schema of the search_path, found in "hidden"',
        "function guard_embedding_vector(): expected SET search_path =",
    ),
]

ALONE = [*TABLES, *COLUMNS, *CONSTRAINTS, *INDEXES, *TRIGGERS, *FUNCTIONS]
