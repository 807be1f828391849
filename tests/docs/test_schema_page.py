"""docs/schema.md against the catalog of the migrated database."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.contract import catalog

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", PAGE, flags=re.MULTILINE | re.DOTALL))
NAMES = set(re.findall(r"`(\w+)(?:\([^`]*\))?`", PAGE))

# How names of ours begin or end; none of them is a column or a setting of the server.
RULE = re.compile(r"(idx|trigger|A_trigger)_\w+|\w+_(pkey|fkey|key|check|uniq|[0-9a-f]{8})")
FUNCTION = re.compile(
    r"(update_|guard_|lock_conv|recount_|rebuild_|delete_conv|generate_|to_search_|uuid_gen"
    r"|keep_|find_|move_|wake_|live_|write_|clear_)\w+"
)
SHORT = {"character varying": "varchar", "timestamp with time zone": "timestamptz"}

OWN_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')
      AND relname !~ '^(auth|django)_'
"""

# Constraints, indexes and triggers of a table.
RULES = """
    SELECT conname FROM pg_constraint
    WHERE conrelid = %(table)s::regclass AND contype IN ('c', 'f', 'p', 'u', 'x')
    UNION
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = %(table)s::regclass
    UNION
    SELECT tgname FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
"""

# Constraint names that a table's triggers put into their errors.
RAISED = r"""
    SELECT CASE WHEN found[1] IS NULL THEN found[2] ELSE %(table)s || found[2] END
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid,
         regexp_matches(prosrc, 'CONSTRAINT = (TG_TABLE_NAME \|\| )?''(\w+)''', 'g') AS found
    WHERE tgrelid = %(table)s::regclass
"""

FUNCTIONS = "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"


@pytest.fixture
def client(db: None) -> psycopg.Connection[Any]:
    connection.ensure_connection()
    return connection.connection


def names(client: psycopg.Connection[Any], query: str, **parameters: str) -> set[str]:
    return {name for (name,) in client.execute(query, parameters or None)}


def rules(client: psycopg.Connection[Any], table: str) -> set[str]:
    return names(client, RULES, table=table) | names(client, RAISED, table=table)


def written_columns(section: str) -> list[str]:
    """Return the section's first table as the catalog writes columns."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (yes|no) \| (.*?) \|", section, re.MULTILINE)
    columns = []
    for name, kind, null, default in rows:
        value = default.replace("`", "")
        if value == "identity":
            value = "IDENTITY"
        elif value.startswith("generated: "):
            value = f"GENERATED AS {value.removeprefix('generated: ')}"
        elif value:
            value = f"DEFAULT {value}"
        columns.append(" ".join(filter(None, [name, kind, null == "no" and "NOT NULL", value])))
    return columns


def short(column: str) -> str:
    for long, word in SHORT.items():
        column = column.replace(long, word)
    return re.sub(r"'::\S.*", "'", column)


def test_the_page_has_a_section_for_each_table_and_view(client: psycopg.Connection[Any]) -> None:
    assert set(SECTIONS) == names(client, OWN_TABLES)


@pytest.mark.parametrize("table", SECTIONS)
def test_columns_types_and_defaults_are_the_databases(
    client: psycopg.Connection[Any], table: str
) -> None:
    columns = [short(column) for column in catalog.read(client, "columns")[table]]

    assert written_columns(SECTIONS[table]) == columns


@pytest.mark.parametrize("table", SECTIONS)
def test_each_rule_is_named_in_its_tables_section(
    client: psycopg.Connection[Any], table: str
) -> None:
    written = {name for name in re.findall(r"`(\w+)`", SECTIONS[table]) if RULE.fullmatch(name)}

    assert written == rules(client, table)


def test_each_function_is_in_the_list(client: psycopg.Connection[Any]) -> None:
    listed = set(re.findall(r"^\| `(\w+)\([^`]*\)` \|", PAGE, re.MULTILINE))
    own = set(catalog.read(client, "functions")) | {"uuid_generate_v4"}

    assert listed == own


def test_nothing_is_named_that_does_not_exist(client: psycopg.Connection[Any]) -> None:
    existing = names(client, FUNCTIONS).union(*(rules(client, table) for table in SECTIONS))
    written = {name for name in NAMES if RULE.fullmatch(name) or FUNCTION.fullmatch(name)}

    assert written - existing == set()
