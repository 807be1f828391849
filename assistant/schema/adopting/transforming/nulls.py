"""Columns that are no longer NULL: what they hold where they were."""

from typing import Any

from assistant.schema.adopting.transforming.statements import run

__all__ = ["DEFAULTS", "fill"]

# By table; as in the files, whose defaults are ours.
DEFAULTS: dict[str, dict[str, str]] = {
    "users": {
        "created_at": "now()",
        "updated_at": "now()",
        "is_active": "true",
        "preferences": "'{}'::jsonb",
    },
    "system_settings": {"updated_at": "now()"},
    "model_configs": {"is_default": "false", "created_at": "now()"},
    "conversations": {
        "agent_type": "'chat'",
        "context_length": "0",
        "is_active": "true",
        "created_at": "now()",
        "updated_at": "now()",
        "metadata": "'{}'::jsonb",
    },
    "messages": {"timestamp": "now()", "generation_config": "'{}'::jsonb"},
    "conversation_stats": {
        "total_messages": "0",
        "total_tokens": "0",
        "created_at": "now()",
        "updated_at": "now()",
    },
    "embedding_models": {"is_active": "true", "created_at": "now()"},
    "conversation_embeddings": {
        "chunk_index": "0",
        "created_at": "now()",
        "source_type": "'message'",
        "metadata": "'{}'::jsonb",
    },
    "knowledge_base": {
        "content_type": "'text'",
        "tags": "'{}'::text[]",
        "created_at": "now()",
        "updated_at": "now()",
    },
}


def fill(connection: Any, table: str) -> int:
    """Write each default where a NULL is, in one pass; return how many rows had one."""
    columns = {f'"{column}"': value for column, value in DEFAULTS[table].items()}
    changes = ", ".join(f"{name} = COALESCE({name}, {value})" for name, value in columns.items())
    empty = " OR ".join(f"{name} IS NULL" for name in columns)
    return run(connection, f"UPDATE {table} SET {changes} WHERE {empty}")  # noqa: S608
