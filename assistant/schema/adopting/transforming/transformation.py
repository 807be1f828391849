"""All of the alteration, table by table."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from assistant.schema.adopting.transforming.clearing import clear, others_triggers_off
from assistant.schema.adopting.transforming.constraints import (
    FOREIGN_KEYS,
    keep_foreign_key,
    keep_one_row,
)
from assistant.schema.adopting.transforming.history import keep_history
from assistant.schema.adopting.transforming.nulls import fill
from assistant.schema.adopting.transforming.stages import MIGRATIONS, TABLES, Stage
from assistant.schema.adopting.transforming.statements import (
    ask,
    run,
    run_migration_file,
    run_table_file,
)
from assistant.schema.adopting.transforming.summary import Summary, TableSummary
from assistant.schema.adopting.transforming.vectors import (
    ARRAYS,
    choose_default_model,
    copy_arrays,
    model_expression,
    refuse_models,
    refuse_vectors_without_model,
)

__all__ = ["transform"]

Say = Callable[[str], None]

# For building indexes, unless the server gives more. Until the end of the transaction.
MORE_MEMORY = """
SELECT set_config('maintenance_work_mem', '256MB', true)
WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')
"""


def transform(
    connection: Any, *, stage: Stage, models: Mapping[int, UUID], keep_arrays: bool, say: Say
) -> Summary:
    """Make our tables of those that the first ``stage`` files made.

    Inside the caller's transaction, with the tables locked, ``PREREQUISITES`` applied and the
    rows checked: whatever still does not fit is an error, and nothing was done. ``models`` names
    the embedding model of each size of vector. ``keep_arrays`` copies vectors, as the arrays that
    they are, into tables of their own (``ARRAYS``). ``say`` is told of each table.
    """
    tables = TABLES[stage]
    summary = Summary(MIGRATIONS[stage])
    run(connection, MORE_MEMORY)
    # A table with rows that are still to be checked cannot be altered; until the transaction ends.
    run(connection, "SET CONSTRAINTS ALL IMMEDIATE")
    if stage == 3:
        refuse_models(connection, models)
    clear(connection, tables)
    with others_triggers_off(connection, tables):
        if stage >= 2:
            run_migration_file(connection, "assistant_conversations", "0004_create_search_function")
        for table in tables:
            if keep_arrays and table in ARRAYS:
                say(f"{ARRAYS[table]}: the arrays of {table}")
                summary.arrays[ARRAYS[table]] = copy_arrays(connection, table)
            _alter(connection, table, models, summary, say)
        _add_code(connection, stage, say)
        summary.earlier_files = keep_history(connection)
    for table in tables:
        run(connection, f"ANALYZE {table}")
    return summary


def _alter(
    connection: Any, table: str, models: Mapping[int, UUID], summary: Summary, say: Say
) -> None:
    [(rows,)] = ask(connection, f"SELECT count(*) FROM {table}")  # noqa: S608
    say(f"{table}: {rows:,} row{'' if rows == 1 else 's'}")
    filled = fill(connection, table)
    if table == "conversation_stats":
        summary.merged_statistics = keep_one_row(connection)
    for column, target in FOREIGN_KEYS.get(table, ()):
        keep_foreign_key(connection, table, column, target)
    values = {"model": model_expression(models)} if table in ARRAYS else {}
    run_table_file(connection, table, **values)
    summary.tables.append(TableSummary(table, rows, filled))


def _add_code(connection: Any, stage: Stage, say: Say) -> None:
    # Functions, triggers and default rows, as the migrations add them; the statistics last, for
    # they take the longest.
    files = [
        ("assistant_settings", "0002_create_functions"),
        ("assistant_settings", "0003_insert_default_settings"),
        ("assistant_settings", "0004_keep_one_default"),
        ("assistant_accounts", "0002_keep_timestamps"),
        ("assistant_accounts", "0003_insert_default_user"),
    ]
    if stage == 3:
        refuse_vectors_without_model(connection)
        choose_default_model(connection)
        files += [
            ("assistant_embeddings", "0003_create_functions"),
            ("assistant_embeddings", "0005_guard_vectors"),
            ("assistant_embeddings", "0006_insert_default_embedding_model"),
        ]
    if stage >= 2:
        files.append(("assistant_conversations", "0002_keep_timestamps"))
        files.append(("assistant_conversations", "0003_keep_statistics"))
    for app_label, name in files:
        if name == "0003_keep_statistics":
            say("conversation_stats: all messages are counted again")
        run_migration_file(connection, app_label, name)
        if name == "0004_keep_one_default":
            run(
                connection,
                "CREATE UNIQUE INDEX model_configs_is_default_key "
                "ON model_configs (is_default) WHERE is_default",
            )
