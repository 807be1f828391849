"""Which names the migrations give to what they add, so that nothing else may have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from assistant.schema.adopting.origins import OWN_RECORDS, TABLES

__all__ = ["APPS", "NEW_FUNCTIONS", "NEW_TRIGGERS", "new_constraints", "new_indexes", "new_tables"]

APPS = (
    "assistant_accounts",
    "assistant_settings",
    "assistant_conversations",
    "assistant_embeddings",
    "assistant_schema",
)

NEW_FUNCTIONS = (
    "any_lexeme",
    "clear_embedding_queue",
    "count_search_words",
    "delete_conversation_messages",
    "find_conversation_embedding_user",
    "find_identifiers",
    "find_inner_identifiers",
    "find_knowledge_chunk_owner",
    "guard_conversation_stats",
    "guard_conversation_timestamp",
    "guard_embedding_model_backfill",
    "guard_embedding_model_dimension",
    "guard_embedding_vector",
    "guard_knowledge_base_status",
    "keep_chunk_identifiers",
    "keep_conversation_embedding_user",
    "keep_knowledge_chunk_owner",
    "keep_one_default_model_config",
    "live_embedding_models",
    "lock_conversations",
    "lock_default_model_config",
    "mark_identifiers",
    "move_conversation_embeddings",
    "move_knowledge_chunks",
    "parse_search_question",
    "read_search_question",
    "rebuild_conversation_stats",
    "recount_conversation_stats",
    "refresh_search_statistics",
    "search_words_between",
    "settle_search_changes",
    "split_identifiers",
    "straighten",
    "to_identifier_query",
    "to_identifier_vector",
    "to_narrow_query",
    "to_ranking_query",
    "to_restricting_query",
    "to_search_query",
    "to_search_vector",
    "update_system_setting_timestamp",
    "update_user_timestamp",
    "wake_embedding_workers",
    "write_embedding_queue",
)

NEW_TRIGGERS = (
    "A_trigger_delete_conversation_messages",
    "trigger_clear_embedding_queue",
    "trigger_clear_embedding_queue_on_delete",
    "trigger_clear_embedding_queue_on_truncate",
    "trigger_count_search_words",
    "trigger_count_search_words_on_delete",
    "trigger_count_search_words_on_truncate",
    "trigger_count_search_words_on_update",
    "trigger_find_conversation_embedding_user",
    "trigger_guard_conversation_embedding_vector",
    "trigger_guard_conversation_stats",
    "trigger_guard_conversation_stats_on_truncate",
    "trigger_guard_conversation_timestamp",
    "trigger_guard_embedding_model_backfill",
    "trigger_guard_embedding_model_dimension",
    "trigger_guard_knowledge_base_status",
    "trigger_guard_knowledge_base_vector",
    "trigger_keep_chunk_identifiers",
    "trigger_keep_conversation_embedding_user",
    "trigger_keep_one_default_model_config",
    "trigger_lock_conversation_embeddings",
    "trigger_lock_default_model_config",
    "trigger_lock_knowledge_chunks",
    "trigger_move_conversation_embeddings",
    "trigger_move_knowledge_chunks",
    "trigger_switch_default_model_config",
    "trigger_update_conversation_stats_on_delete",
    "trigger_update_conversation_stats_on_truncate",
    "trigger_update_conversation_stats_on_update",
    "trigger_update_system_setting_timestamp",
    "trigger_update_user_timestamp",
    "trigger_write_embedding_queue",
    "trigger_write_embedding_queue_on_delete",
    "trigger_write_embedding_queue_on_truncate",
    "trigger_write_embedding_queue_on_update",
)

# Tables without a model.
OF_THE_SCHEMA_APP = ("schema_migration_details", "schema_migration_files")

# CHECKs that SQL files add, which no model knows.
OF_SQL_FILES = (
    "conversation_embeddings_embedding_vector_check",
    "knowledge_base_embedding_vector_check",
)


def new_constraints() -> frozenset[str]:
    """Return the names of CHECKs and other constraints that the files do not make."""
    made = {name for table in TABLES.values() for name in table.constraints}
    known = {*made, "messages_role_check", "conversation_stats_conversation_id_key"}
    names = {each.name for model in _models() for each in model._meta.constraints}
    return frozenset({*names, *OF_SQL_FILES} - known)


def new_indexes() -> frozenset[str]:
    """Return the names of indexes that the files do not make."""
    made = {name for table in TABLES.values() for name in table.indexes}
    return frozenset({each.name for model in _models() for each in model._meta.indexes} - made)


def new_tables() -> dict[str, str]:
    """Return the app of each table that any migration makes and the files do not, by name."""
    known = {*TABLES, OWN_RECORDS}
    found = dict.fromkeys(OF_THE_SCHEMA_APP, "assistant_schema")
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if options.managed and not options.proxy and options.db_table not in known:
            found[options.db_table] = options.app_label
    return found


def _models() -> Iterator[type[models.Model]]:
    for label in APPS:
        config: Any = apps.get_app_config(label)
        yield from config.get_models()
