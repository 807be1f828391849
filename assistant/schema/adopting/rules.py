"""Which rows the migrations' constraints refuse, and which values they bring."""

# ruff: noqa: S608  # Every name comes from the list of what the files make.

from __future__ import annotations

from dataclasses import dataclass

from assistant.schema.adopting.shapes import ForeignKey, Table

__all__ = ["RULES", "Rule", "defaults", "of_foreign_key"]

JSON_OBJECT = "a JSON object"


@dataclass(frozen=True)
class Rule:
    """What is expected of a column, and the rows for which it does not hold.

    ``condition`` finds them and ``mend`` is one way to mend them; in SQL that an administrator can
    run before the adoption.
    """

    table: str
    column: str
    expected: str
    condition: str
    mend: str
    constraint: str

    @property
    def statements(self) -> str:
        """Return how to find the rows and how to mend them."""
        find = f"SELECT * FROM {self.table} WHERE {self.condition};"
        return f"Find them: {find} Mend them, for instance: {self.mend} WHERE {self.condition};"


def number(table: str, column: str, expected: str, condition: str, becomes: str = "NULL") -> Rule:
    """Return the rule of a number."""
    mend = f"UPDATE {table} SET {column} = {becomes}"
    return Rule(table, column, expected, condition, mend, f"{table}_{column}_check")


def not_negative(table: str, column: str, becomes: str = "NULL") -> Rule:
    """Return the rule of a count."""
    return number(table, column, "0 or more", f"{column} < 0", becomes)


def json_object(table: str, column: str) -> Rule:
    """Return the rule of a JSON object."""
    mend = f"UPDATE {table} SET {column} = jsonb_build_object('value', {column})"
    condition = f"jsonb_typeof({column}) <> 'object'"
    return Rule(table, column, JSON_OBJECT, condition, mend, f"{table}_{column}_check")


# Kept by name in generation_config until the role comes.
ROLE_CONDITION = "role NOT IN ('user', 'assistant', 'system')"
ROLE_MEND = (
    "UPDATE messages SET role = 'system', generation_config = "
    "coalesce(generation_config, '{}') || jsonb_build_object('role', role)"
)
FIRST_TIME, LAST_TIME = "0001-01-03 00:00:00+00", "9999-12-30 00:00:00+00"

RULES: tuple[Rule, ...] = (
    json_object("users", "preferences"),
    json_object("model_configs", "config"),
    not_negative("conversations", "context_length", "0"),
    json_object("conversations", "metadata"),
    Rule(
        "messages",
        "role",
        "user, assistant or system; tool comes with the tables of agents",
        ROLE_CONDITION,
        ROLE_MEND,
        "messages_role_check",
    ),
    not_negative("messages", "token_count"),
    number(
        "messages",
        "generation_time",
        "finite and 0 or more",
        "NOT (generation_time >= 0 AND generation_time < 'Infinity')",
    ),
    number(
        "messages",
        "temperature",
        "finite",
        "NOT (temperature > '-Infinity' AND temperature < 'Infinity')",
    ),
    number(
        "messages",
        "timestamp",
        "a time of the years 1 to 9999",
        f"NOT (timestamp >= '{FIRST_TIME}' AND timestamp < '{LAST_TIME}')",
        "now()",
    ),
    json_object("messages", "generation_config"),
    not_negative("conversation_embeddings", "chunk_index", "0"),
    json_object("conversation_embeddings", "metadata"),
    not_negative("knowledge_base", "file_size"),
    number(
        "embedding_models",
        "dimension",
        "1 to 16000",
        "NOT dimension BETWEEN 1 AND 16000",
        "least(greatest(dimension, 1), 16000)",
    ),
)


def of_foreign_key(table: Table, key: ForeignKey) -> Rule:
    """Return the rule of rows whose parent is gone.

    The database allows them where triggers were disabled, or their rows came in as a replica's.
    """
    condition = (
        f"{key.column} IS NOT NULL AND NOT EXISTS (SELECT FROM {key.table} AS parent "
        f"WHERE parent.id = {table.name}.{key.column})"
    )
    mend = f"UPDATE {table.name} SET {key.column} = NULL"
    if table.columns[key.column].required:
        mend = f"DELETE FROM {table.name}"
    name = f"{table.name}_{key.column}_fkey"
    return Rule(table.name, key.column, f"a row of {key.table}", condition, mend, name)


def defaults(table: Table) -> dict[str, str]:
    """Return what becomes of NULL, by column."""
    return {
        column.name: column.default.partition("::")[0]
        for column in table.columns.values()
        if column.default and not column.required
    }
