"""Look for rows that the migrations' constraints refuse, in one pass a table."""

# ruff: noqa: S608  # Every name comes from the list of what the files make.

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from assistant.schema.adopting.findings import CHANGED, REFUSED, Finding
from assistant.schema.adopting.rules import RULES, Rule, defaults, of_foreign_key
from assistant.schema.adopting.shapes import Table

__all__ = ["KEYS", "TableRows", "count_rows", "first_keys", "number_of"]

# How many keys of rows are named.
KEYS = 5

# The migration that allows one only lets the newest be it.
DEFAULTS = """
SELECT id::text FROM model_configs WHERE is_default
ORDER BY coalesce(created_at, now()) DESC, id DESC
"""
STATISTICS = "SELECT count(*) - count(DISTINCT conversation_id) FROM conversation_stats"


class TableRows:
    """The rows of one table, counted; iterate over what there is to say of them.

    ``parents`` are the tables in which the rows that foreign keys name can be looked for.
    """

    def __init__(self, connection: Any, table: Table, *, parents: Container[str]) -> None:
        self.connection = connection
        self.table = table
        self.rules = [rule for rule in RULES if rule.table == table.name]
        self.foreign_keys = [
            of_foreign_key(table, each) for each in table.foreign_keys if each.table in parents
        ]
        self.defaults = defaults(table)
        self.total = 0

    def __iter__(self) -> Iterator[Finding]:
        """Count, and yield what is refused, then what becomes of NULL."""
        conditions = [rule.condition for rule in self.rules]
        conditions += [f"{column} IS NULL" for column in self.defaults]
        self.total, *counts = count_rows(self.connection, self.table.name, conditions)
        by_rule = dict(zip(self.rules, counts, strict=False))
        for rule in self.foreign_keys:
            # A join each: an EXISTS in the one pass would be looked up row by row.
            by_rule[rule] = self._count_of(rule)
        for rule, count in by_rule.items():
            if count:
                yield self._refused(rule, count)
        nulls = counts[len(self.rules) :]
        for (column, default), count in zip(self.defaults.items(), nulls, strict=True):
            if count and not self._is_derived(column):
                what = f"{self.table.name}.{column}"
                text = f"{number_of(count)} without a value"
                yield Finding(CHANGED, what, text, "", f"They get {default}.", count)
        if self.table.name == "conversation_stats":
            yield from self._statistics()
        if self.table.name == "model_configs":
            yield from self._default_models()

    def _count_of(self, rule: Rule) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {rule.table} WHERE {rule.condition}")
            return int(cursor.fetchone()[0])

    def _refused(self, rule: Rule, count: int) -> Finding:
        return Finding(
            REFUSED,
            f"{rule.table}.{rule.column}",
            f"{number_of(count)} with another value",
            f"{rule.expected} ({rule.constraint})",
            rule.statements,
            count,
            first_keys(self.connection, rule.table, rule.condition, key=self.table.key),
        )

    def _is_derived(self, column: str) -> bool:
        return self.table.name == "conversation_stats" and column.startswith("total_")

    def _default_models(self) -> Iterator[Finding]:
        with self.connection.cursor() as cursor:
            cursor.execute(DEFAULTS)
            keys = [key for (key,) in cursor.fetchall()]
        if len(keys) > 1:
            text = f"{number_of(len(keys))} that are the default"
            way_out = f"Only the newest stays it: {keys[0]}."
            what = "model_configs.is_default"
            yield Finding(CHANGED, what, text, "", way_out, len(keys))

    def _statistics(self) -> Iterator[Finding]:
        with self.connection.cursor() as cursor:
            cursor.execute(STATISTICS)
            [(count,)] = cursor.fetchall()
        what = "conversation_stats"
        if count:
            text = f"{number_of(count)} beside another of the same conversation"
            yield Finding(CHANGED, what, text, "", "They are merged.", count)
        text = "totals and means"
        yield Finding(CHANGED, what, text, "", "All are counted again from the messages.")


def count_rows(connection: Any, table: str, conditions: list[str]) -> list[int]:
    """Return how many rows there are, and for how many each condition holds."""
    counts = [f"count(*) FILTER (WHERE {condition})" for condition in conditions]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['count(*)', *counts])} FROM {table}")
        return [int(count) for count in cursor.fetchone()]


def first_keys(connection: Any, table: str, condition: str, *, key: str = "id") -> tuple[str, ...]:
    """Return the first keys of the rows for which a condition holds."""
    query = f"SELECT {key}::text FROM {table} WHERE {condition} ORDER BY {key} LIMIT {KEYS}"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(value for (value,) in cursor.fetchall())


def number_of(count: int) -> str:
    """Return a number of rows in words."""
    return f"{count:,} {'row' if count == 1 else 'rows'}"
