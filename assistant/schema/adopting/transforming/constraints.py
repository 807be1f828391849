"""Foreign keys and the unique rule of the statistics, as they are found and as they should be."""

from typing import Any

from assistant.schema.adopting.transforming.statements import ask, quote, run

__all__ = ["FOREIGN_KEYS", "keep_foreign_key", "keep_one_row"]

# By table: column, and the table that it points at. Each is ON DELETE CASCADE.
FOREIGN_KEYS = {
    "conversations": (("user_id", "users"),),
    "messages": (("conversation_id", "conversations"),),
    "conversation_stats": (("conversation_id", "conversations"),),
    "conversation_embeddings": (("conversation_id", "conversations"), ("message_id", "messages")),
}

# A key whose own triggers are disabled, as DISABLE TRIGGER ALL does, is no rule.
FOUND_KEYS = """
SELECT conname,
    convalidated AND confdeltype = 'c' AND confupdtype = 'a' AND confmatchtype = 's'
    AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgconstraint = c.oid AND tgenabled <> 'O')
    AND (SELECT count(*) = 4 FROM pg_trigger WHERE tgconstraint = c.oid)
FROM pg_constraint AS c
JOIN pg_attribute AS a ON a.attrelid = conrelid AND a.attname = %s
WHERE conrelid = %s::regclass AND confrelid = %s::regclass AND contype = 'f'
  AND conkey = ARRAY[a.attnum]
"""

# Unique indexes of the one column: of a constraint, or not; as ours is, or not.
FOUND_INDEXES = """
SELECT x.relname, o.conname,
    i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND NOT i.indnullsnotdistinct
    AND am.amname = 'btree' AND x.reloptions IS NULL AND i.indnatts = 1
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_am AS am ON am.oid = x.relam
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attname = 'conversation_id'
LEFT JOIN pg_constraint AS o ON o.conindid = i.indexrelid AND o.contype = 'u'
WHERE i.indrelid = 'conversation_stats'::regclass AND i.indisunique AND NOT i.indisprimary
  AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum
ORDER BY 3 DESC, o.conname IS NULL, 1
"""
UNIQUE = "conversation_stats_conversation_id_key"
PLAIN = "idx_conversation_stats_conversation_id"

MERGE = """
DELETE FROM conversation_stats AS s
USING (
    SELECT id, row_number() OVER (PARTITION BY conversation_id ORDER BY created_at, id) AS number
    FROM conversation_stats
) AS r
WHERE s.id = r.id AND r.number > 1
"""


def keep_foreign_key(connection: Any, table: str, column: str, target: str) -> None:
    """Defer the check of a foreign key; make it anew where it is not what the files say."""
    name = f"{table}_{column}_fkey"
    found = ask(connection, FOUND_KEYS, [column, table, target])
    if found == [(name, True)]:
        run(
            connection,
            f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED",
        )
        return
    drops = [f"DROP CONSTRAINT {quote(other)}" for other, _ in found]
    add = (
        f"ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {target} (id) "
        "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
    )
    run(connection, f"ALTER TABLE {table} {', '.join([*drops, add])}")


def keep_one_row(connection: Any) -> int:
    """Leave each conversation its oldest row of statistics, for its key and its time.

    Return how many went. What somebody made unique by hand keeps being it, under our name.
    """
    found = ask(connection, FOUND_INDEXES)
    merged = 0 if any(fits for *_, fits in found) else run(connection, MERGE)
    add = f"ADD CONSTRAINT {UNIQUE} UNIQUE (conversation_id)"
    for index, constraint, fits in found:
        if fits and add:
            _take_over(connection, index, constraint)
            add = ""
        elif constraint:
            run(connection, f"ALTER TABLE conversation_stats DROP CONSTRAINT {quote(constraint)}")
        else:
            run(connection, f"DROP INDEX {quote(index)}")
    if add:
        run(connection, f"ALTER TABLE conversation_stats {add}")
    return merged


def _take_over(connection: Any, index: str, constraint: str | None) -> None:
    table = "ALTER TABLE conversation_stats"
    if constraint is None:
        run(connection, f"{table} ADD CONSTRAINT {UNIQUE} UNIQUE USING INDEX {quote(index)}")
    elif constraint != UNIQUE:
        run(connection, f"{table} RENAME CONSTRAINT {quote(constraint)} TO {UNIQUE}")
