"""The names that migrations give, which nothing else may have, are those of a migrated database."""

from assistant.schema.adopting.arrivals import (
    NEW_FUNCTIONS,
    NEW_TRIGGERS,
    new_constraints,
    new_indexes,
    new_tables,
)
from assistant.schema.adopting.live import read_live
from assistant.schema.adopting.origins import FUNCTIONS, TABLES

# One migration makes them, and a later one drops them: in between they are in the way, too.
PASSING = {"search_words_between", "to_narrow_query"}


def migrated_names(complete, files, kind):
    """Return the names of one kind that are there after migrating and not after the files."""
    tables = read_live(complete, names=TABLES).tables
    before = {name for table in files.values() for name in getattr(table, kind)}
    return {name for table in tables.values() for name in getattr(table, kind)} - before


def test_functions(complete):
    functions = read_live(complete, names=TABLES).functions

    made = set(functions) - {*FUNCTIONS, "uuid_generate_v4"}

    assert not PASSING & made
    assert made | PASSING == set(NEW_FUNCTIONS)


def test_triggers(complete):
    assert migrated_names(complete, TABLES, "triggers") == set(NEW_TRIGGERS)


def test_indexes(complete):
    assert migrated_names(complete, TABLES, "indexes") - new_indexes() == {
        "embedding_models_is_default_key",
        "model_configs_is_default_key",
    }


def test_constraints(complete):
    unknown = migrated_names(complete, TABLES, "constraints") - new_constraints()

    assert unknown == {
        # The files have it, but not as a key or a foreign key.
        "messages_role_check",
        # The known repair.
        "conversation_stats_conversation_id_key",
        # Of a column that nobody else may have made.
        "conversation_embeddings_embedding_model_id_fkey",
        "knowledge_base_embedding_model_id_fkey",
        "knowledge_base_owner_id_fkey",
    }


def test_tables(complete):
    live = read_live(complete, names=TABLES)

    assert set(live.others) - {"django_migrations", "schema_migrations"} <= set(new_tables())


def test_columns(complete):
    tables = read_live(complete, names=TABLES).tables

    assert {name: set(table.added) for name, table in TABLES.items() if table.added} == {
        name: added
        for name, table in tables.items()
        if (added := set(table.columns) - set(TABLES[name].columns))
    }
