"""What of the files makes way, and triggers of others that are not to fire meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assistant.schema.adopting.transforming.statements import ask, quote, run

__all__ = ["clear", "others_triggers_off"]

# Of the files, by table. Ours, of partly the same names, come last.
TRIGGERS = {
    "messages": ("trigger_update_conversation_timestamp", "trigger_update_conversation_stats"),
    "knowledge_base": ("trigger_update_knowledge_base_timestamp",),
}

# Under whatever name: repaired by hand, to allow more roles, it may have another.
ROLE_CHECKS = """
SELECT conname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attname = 'role'
WHERE conrelid = 'messages'::regclass AND contype = 'c' AND conkey = ARRAY[attnum]
"""

# Its one parameter may have another name, which CREATE OR REPLACE does not change.
OTHER_HASH = """
SELECT EXISTS (
    SELECT FROM pg_proc WHERE oid = to_regprocedure('generate_content_hash(text)')
    AND (proargnames IS DISTINCT FROM ARRAY['content'] OR prorettype <> 'varchar'::regtype)
)
"""

OTHERS = """
SELECT c.relname, t.tgname, t.tgenabled::text
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE t.tgrelid = ANY (%s::regclass[]) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
ORDER BY 1, 2
"""
ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def clear(connection: Any, tables: tuple[str, ...]) -> None:
    """Drop the files' triggers and the rule of the roles, which ours replace."""
    for table, names in TRIGGERS.items():
        if table in tables:
            for name in names:
                run(connection, f"DROP TRIGGER IF EXISTS {name} ON {table}")
    if "messages" in tables:
        for (name,) in ask(connection, ROLE_CHECKS):
            run(connection, f"ALTER TABLE messages DROP CONSTRAINT {quote(name)}")
    if "knowledge_base" in tables and ask(connection, OTHER_HASH)[0][0]:
        run(connection, "DROP FUNCTION generate_content_hash(text)")


@contextmanager
def others_triggers_off(connection: Any, tables: tuple[str, ...]) -> Iterator[None]:
    """Keep the triggers that are there from firing; then they are as they were."""
    found = ask(connection, OTHERS, [list(tables)])
    for table, name, _ in found:
        run(connection, f"ALTER TABLE {table} DISABLE TRIGGER {quote(name)}")
    yield
    for table, name, state in found:
        run(connection, f"ALTER TABLE {table} {ENABLE[state]} TRIGGER {quote(name)}")
