"""The peers: copies of the tables in schemas of their own, kept by other triggers or by none.

``public``    the migrations' tables and triggers
``bare``      no triggers
``files``     the triggers of the SQL files: for each row, count the conversation's messages again
``unsorted``  a statement's changes at once, as here, but rows are locked in no particular order

The same keys, constraints and indexes are in all of them, so ``conversation_stats`` has the unique
constraint that the files' ``ON CONFLICT`` lacks. The files' foreign keys are not deferred.
"""

from pathlib import Path

from psycopg import sql

from benchmarks.databases import Client

TABLES = ("conversations", "messages", "conversation_stats")
SQL = Path(__file__).with_name("sql")

FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])
"""


def make_peer(client: Client, schema: str) -> None:
    """Copy the tables, empty, into this schema; run ``sql/<schema>.sql`` there if there is one."""
    keys = client.execute(FOREIGN_KEYS, [list(TABLES)]).fetchall()
    name = sql.Identifier(schema)
    with client.transaction():
        client.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        client.execute(sql.SQL("SET LOCAL search_path TO {}, public").format(name))
        for table in TABLES:
            client.execute(f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL)")
        for table, definition in keys:
            deferred = " DEFERRABLE INITIALLY DEFERRED"
            rule = definition.removesuffix(deferred) if schema == "files" else definition
            client.execute(f"ALTER TABLE {table} ADD {rule}")
        path = SQL / f"{schema}.sql"
        if path.exists():
            client.execute(path.read_text(encoding="utf-8"))


def make_conversations(client: Client, count: int) -> list[str]:
    """Store conversations of one user in the connection's schema, and return their keys."""
    (user,) = client.execute("SELECT id FROM users LIMIT 1").fetchone()
    rows = client.execute(
        "INSERT INTO conversations (user_id) SELECT %s FROM generate_series(1, %s) RETURNING id",
        [user, count],
    ).fetchall()
    return [str(key) for (key,) in rows]


def settle(client: Client) -> None:
    """Leave no work of what was before to what is measured next."""
    client.execute("VACUUM (ANALYZE) conversations, messages, conversation_stats")
    client.execute("CHECKPOINT")
