"""What the SQL files 001, 002 and 003 make, as PostgreSQL's catalog shows it."""

from assistant.schema.adopting.shapes import ForeignKey, Table, columns, indexes

__all__ = ["FUNCTIONS", "LAST_STAGE", "OWN_RECORDS", "TABLES", "tables_until"]

LAST_STAGE = 3

# The table in which whoever ran the files noted them, if anybody did.
OWN_RECORDS = "schema_migrations"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "users",
            1,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                username          | character varying(255)   | ! |                    |
                email             | character varying(255)   |   |                    |
                created_at        | timestamp with time zone |   | now()              |
                updated_at        | timestamp with time zone |   | now()              |
                is_active         | boolean                  |   | true               |
                preferences       | jsonb                    |   | '{}'::jsonb        |
            """),
            unique="username",
            indexes=indexes("users", "username", "active: btree (is_active)"),
            added=("password", "last_login", "is_superuser", "is_staff"),
        ),
        Table(
            "system_settings",
            1,
            columns("""
                key               | character varying(255)   | ! |                    |
                value             | jsonb                    | ! |                    |
                description       | text                     |   |                    |
                updated_at        | timestamp with time zone |   | now()              |
            """),
            key="key",
        ),
        Table(
            "model_configs",
            1,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                name              | character varying(255)   | ! |                    |
                model_path        | text                     | ! |                    |
                config            | jsonb                    | ! |                    |
                is_default        | boolean                  |   | false              |
                created_at        | timestamp with time zone |   | now()              |
            """),
            indexes=indexes("model_configs", "default: btree (is_default)"),
        ),
        Table(
            "conversations",
            2,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                user_id           | uuid                     | ! |                    |
                title             | character varying(500)   |   |                    |
                agent_type        | character varying(100)   |   | 'chat'::character varying |
                context_length    | integer                  |   | 0                  |
                is_active         | boolean                  |   | true               |
                created_at        | timestamp with time zone |   | now()              |
                updated_at        | timestamp with time zone |   | now()              |
                metadata          | jsonb                    |   | '{}'::jsonb        |
            """),
            foreign_keys=(ForeignKey("user_id", "users"),),
            indexes=indexes(
                "conversations",
                "user_id",
                "agent_type",
                "created_at: btree (created_at DESC)",
                "updated_at: btree (updated_at DESC)",
            ),
        ),
        Table(
            "messages",
            2,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                conversation_id   | uuid                     | ! |                    |
                role              | character varying(50)    | ! |                    |
                content           | text                     | ! |                    |
                token_count       | integer                  |   |                    |
                timestamp         | timestamp with time zone |   | now()              |
                model_name        | character varying(255)   |   |                    |
                generation_time   | double precision         |   |                    |
                temperature       | double precision         |   |                    |
                generation_config | jsonb                    |   | '{}'::jsonb        |
            """),
            foreign_keys=(ForeignKey("conversation_id", "conversations"),),
            indexes=indexes(
                "messages",
                "conversation_id",
                "role",
                'timestamp: btree ("timestamp" DESC)',
                "model_name",
            ),
            triggers={
                "trigger_update_conversation_timestamp": "AFTER INSERT ON messages FOR EACH ROW "
                "EXECUTE FUNCTION update_conversation_timestamp()",
                "trigger_update_conversation_stats": "AFTER INSERT OR UPDATE ON messages FOR EACH "
                "ROW EXECUTE FUNCTION update_conversation_stats()",
            },
        ),
        Table(
            "conversation_stats",
            2,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                conversation_id   | uuid                     | ! |                    |
                total_messages    | integer                  |   | 0                  | bigint
                total_tokens      | integer                  |   | 0                  | bigint
                avg_response_time | double precision         |   |                    |
                created_at        | timestamp with time zone |   | now()              |
                updated_at        | timestamp with time zone |   | now()              |
            """),
            foreign_keys=(ForeignKey("conversation_id", "conversations"),),
            indexes=indexes("conversation_stats", "conversation_id"),
            added=("response_count", "response_time_sum"),
        ),
        Table(
            "conversation_embeddings",
            3,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                conversation_id   | uuid                     | ! |                    |
                message_id        | uuid                     |   |                    |
                content_hash      | character varying(64)    | ! |                    |
                embedding_vector  | double precision[]       | ! |                    | vector
                chunk_text        | text                     | ! |                    |
                chunk_index       | integer                  |   | 0                  |
                created_at        | timestamp with time zone |   | now()              |
                source_type       | character varying(50)    |   | 'message'::character varying |
                metadata          | jsonb                    |   | '{}'::jsonb        |
            """),
            foreign_keys=(
                ForeignKey("conversation_id", "conversations"),
                ForeignKey("message_id", "messages"),
            ),
            indexes=indexes(
                "conversation_embeddings",
                "conversation_id",
                "message_id",
                "content_hash",
                "source_type",
                "chunk_fts: gin (to_tsvector('english'::regconfig, chunk_text))",
            ),
            added=(
                "embedding_model_id",
                "chunk_search",
                "chunk_identifiers",
                "user_id",
                "start_offset",
                "end_offset",
            ),
        ),
        Table(
            "knowledge_base",
            3,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                title             | character varying(500)   | ! |                    |
                content           | text                     | ! |                    |
                source            | character varying(500)   |   |                    |
                content_type      | character varying(100)   |   | 'text'::character varying |
                file_hash         | character varying(64)    |   |                    |
                tags              | text[]                   |   | ARRAY[]::text[]    |
                embedding_vector  | double precision[]       |   |                    | vector
                created_at        | timestamp with time zone |   | now()              |
                updated_at        | timestamp with time zone |   | now()              |
                file_size         | integer                  |   |                    |
                file_extension    | character varying(50)    |   |                    |
                language          | character varying(50)    |   |                    |
            """),
            indexes=indexes(
                "knowledge_base",
                "content_type",
                "tags: gin (tags)",
                "file_hash",
                "language",
                "content_fts: gin (to_tsvector('english'::regconfig, content))",
            ),
            triggers={
                "trigger_update_knowledge_base_timestamp": "BEFORE UPDATE ON knowledge_base FOR "
                "EACH ROW EXECUTE FUNCTION update_knowledge_base_timestamp()",
            },
            added=(
                "embedding_model_id",
                "content_search",
                "owner_id",
                "status",
                "last_error",
            ),
        ),
        Table(
            "embedding_models",
            3,
            columns("""
                id                | uuid                     | ! | uuid_generate_v4() |
                name              | character varying(255)   | ! |                    |
                model_path        | text                     |   |                    |
                dimension         | integer                  | ! |                    |
                description       | text                     |   |                    |
                is_active         | boolean                  |   | true               |
                created_at        | timestamp with time zone |   | now()              |
            """),
            unique="name",
            indexes=indexes("embedding_models", "active: btree (is_active)"),
            added=(
                "is_default",
                "backend",
                "provider",
                "distance",
                "status",
                "backfilled_at",
            ),
        ),
    )
}

# The file that makes each, and the SHA-256 of its body, white space aside.
FUNCTIONS: dict[str, tuple[int, str]] = {
    "update_conversation_timestamp": (
        2,
        "7d9b94148cf75fff663921bdf5bb809b6a7f48537caa837beeb48020efec09c7",
    ),
    "update_conversation_stats": (
        2,
        "59698d34027345aa0a1ac1d5d42b33c48633edc8327325725128d90fed95833b",
    ),
    "generate_content_hash": (
        3,
        "1a7d362fb59cb3c68491f8f5a4ba145aeaeeae0a3208043e307b48626c13e35b",
    ),
    "update_knowledge_base_timestamp": (
        3,
        "d9ffaab7864a669a6b36210ab63b741298291d944443b69b2d321c8eb4c3b721",
    ),
}


def tables_until(stage: int) -> dict[str, Table]:
    """Return the tables of the files up to one of them."""
    return {name: table for name, table in TABLES.items() if table.stage <= stage}
