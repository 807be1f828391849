"""The catalog of the migrated database against that of the SQL files, run as they are written."""

import psycopg
import pytest

from tests.contract import catalog

TABLES = [
    "users",
    "system_settings",
    "model_configs",
    "conversations",
    "messages",
    "conversation_stats",
    "conversation_embeddings",
    "knowledge_base",
    "embedding_models",
]

# The full-text indexes read a stored column instead of computing vectors.
STORED = {
    "to_tsvector('english'::regconfig, content)": "content_search",
    "to_tsvector('english'::regconfig, chunk_text)": "chunk_search",
}


def allowed_column(column: str) -> str:
    """Return how a column of the files reads here, by the allowed differences."""
    column = column.replace("uuid_generate_v4()", "gen_random_uuid()")
    column = column.replace("double precision[]", "vector")
    column = column.replace("ARRAY[]::text[]", "'{}'::text[]")
    if column.startswith("total_"):
        column = column.replace("integer", "bigint")
    if " DEFAULT " in column and " NOT NULL " not in column:
        column = column.replace(" DEFAULT ", " NOT NULL DEFAULT ")
    return column


def allowed_index(index: str) -> str:
    """Return how an index of the files reads here."""
    for expression, column in STORED.items():
        index = index.replace(expression, column)
    return index


def allowed_constraint(constraint: str) -> str:
    """Return how a constraint of the files reads here."""
    return (
        f"{constraint} DEFERRABLE INITIALLY DEFERRED" if "FOREIGN KEY" in constraint else constraint
    )


@pytest.mark.parametrize("table", TABLES)
def test_the_files_columns_come_first(
    client: psycopg.Connection, files: psycopg.Connection, table: str
) -> None:
    expected = [allowed_column(column) for column in catalog.read(files, "columns")[table]]

    assert catalog.read(client, "columns")[table][: len(expected)] == expected


@pytest.mark.parametrize("table", TABLES)
def test_the_files_indexes_are_here(
    client: psycopg.Connection, files: psycopg.Connection, table: str
) -> None:
    expected = {allowed_index(index) for index in catalog.read(files, "indexes")[table]}

    assert expected <= set(catalog.read(client, "indexes")[table])


@pytest.mark.parametrize("table", TABLES)
def test_the_files_constraints_are_here(
    client: psycopg.Connection, files: psycopg.Connection, table: str
) -> None:
    expected = {allowed_constraint(each) for each in catalog.read(files, "constraints")[table]}

    assert expected <= set(catalog.read(client, "constraints")[table])


@pytest.mark.parametrize("kind", ["functions", "triggers"])
def test_the_files_functions_and_triggers_are_here(
    client: psycopg.Connection, files: psycopg.Connection, kind: str
) -> None:
    def heads(connection: psycopg.Connection) -> set[str]:
        return {
            # CREATE TRIGGER <name>, or <name>(<types>) RETURNS <type>
            " ".join(entry.split()[:3])
            for entries in catalog.read(connection, kind).values()
            for entry in entries
        }

    assert heads(files)
    assert heads(files) <= heads(client)
