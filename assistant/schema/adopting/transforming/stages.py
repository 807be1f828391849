"""What belongs to each of the three SQL files: tables, migrations, what has to be there first."""

from typing import Literal

__all__ = ["MIGRATIONS", "PREREQUISITES", "TABLES", "Stage"]

# How many of the files were run: 001; 001 and 002; all three.
Stage = Literal[1, 2, 3]
Key = tuple[str, str]

# In the order in which they are altered. Each has a file of SQL here.
_TABLES: dict[int, tuple[str, ...]] = {
    1: ("users", "system_settings", "model_configs"),
    2: ("conversations", "messages", "conversation_stats"),
    3: ("embedding_models", "conversation_embeddings", "knowledge_base"),
}

# What the alteration stands for, in an order in which migrate could have applied it. Whatever
# comes later, in any app, is migrated.
_MIGRATIONS: dict[int, tuple[Key, ...]] = {
    1: (
        ("assistant_accounts", "0001_create_users"),
        ("assistant_accounts", "0002_keep_timestamps"),
        ("assistant_accounts", "0003_insert_default_user"),
        ("assistant_accounts", "0004_index_searches"),
        ("assistant_settings", "0001_create_settings"),
        ("assistant_settings", "0002_create_functions"),
        ("assistant_settings", "0003_insert_default_settings"),
        ("assistant_settings", "0004_keep_one_default"),
    ),
    2: (
        ("assistant_conversations", "0001_create_conversations"),
        ("assistant_conversations", "0002_keep_timestamps"),
        ("assistant_conversations", "0003_keep_statistics"),
        ("assistant_conversations", "0004_create_search_function"),
        ("assistant_conversations", "0005_index_searches"),
    ),
    3: (
        ("assistant_embeddings", "0002_create_embeddings"),
        ("assistant_embeddings", "0003_create_functions"),
        ("assistant_embeddings", "0004_add_search_vectors"),
        ("assistant_embeddings", "0005_guard_vectors"),
        ("assistant_embeddings", "0006_insert_default_embedding_model"),
        ("assistant_embeddings", "0007_index_searches"),
    ),
}

# The tables of groups and permissions, the list of files that were run, the type of vectors.
_PREREQUISITES: dict[int, tuple[Key, ...]] = {
    1: (
        ("assistant_schema", "0002_list_earlier_files"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ),
    2: (),
    3: (("assistant_embeddings", "0001_create_extension"),),
}


def _up_to(parts: "dict[int, tuple[Key, ...]]") -> dict[int, tuple[Key, ...]]:
    return {stage: sum((parts[each] for each in range(1, stage + 1)), ()) for stage in parts}


TABLES = {stage: sum((_TABLES[each] for each in range(1, stage + 1)), ()) for stage in _TABLES}
MIGRATIONS = _up_to(_MIGRATIONS)
PREREQUISITES = _up_to(_PREREQUISITES)
