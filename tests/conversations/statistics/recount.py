"""What the statistics ought to say, counted from the messages."""

from typing import Any
from uuid import UUID

import psycopg

Client = psycopg.Connection[Any]

# The mean is what a float can hold of it.
DIFFERENCES = """
    SELECT conversation_id,
           (s.total_messages, s.total_tokens, s.response_count, s.response_time_sum,
            s.avg_response_time)::text AS kept,
           (c.messages, c.tokens, c.responses, c.seconds, c.mean)::text AS counted
    FROM conversation_stats AS s
    FULL JOIN (
        SELECT g.*, CASE
            WHEN g.seconds / NULLIF(g.responses, 0) > 1.79769313486231e308
                THEN 1.79769313486231e308
            WHEN g.seconds / NULLIF(g.responses, 0) < 1e-307 THEN 0
            ELSE g.seconds / NULLIF(g.responses, 0)
        END::double precision AS mean
        FROM (
            SELECT conversation_id,
                   count(*) AS messages,
                   sum(COALESCE(token_count, 0)::bigint) AS tokens,
                   count(generation_time) AS responses,
                   COALESCE(sum(generation_time::numeric), 0) AS seconds
            FROM messages GROUP BY conversation_id
        ) AS g
    ) AS c USING (conversation_id)
    WHERE (s.total_messages, s.total_tokens, s.response_count, s.response_time_sum,
           s.avg_response_time)
        IS DISTINCT FROM
          (COALESCE(c.messages, 0), COALESCE(c.tokens, 0), COALESCE(c.responses, 0),
           COALESCE(c.seconds, 0), c.mean)
"""


def differences(client: Client) -> list[tuple[UUID, str | None, str | None]]:
    """Return the conversations whose statistics differ from a recount, with both."""
    return client.execute(DIFFERENCES).fetchall()


def totals(client: Client, conversation_id: UUID) -> tuple[int, int] | None:
    """Return the kept numbers of messages and tokens; None without a row."""
    return client.execute(
        "SELECT total_messages, total_tokens FROM conversation_stats WHERE conversation_id = %s",
        [conversation_id],
    ).fetchone()


def mean(client: Client, conversation_id: UUID) -> float | None:
    """Return the kept mean of a conversation that has a row."""
    query = "SELECT avg_response_time FROM conversation_stats WHERE conversation_id = %s"
    return client.execute(query, [conversation_id]).fetchone()[0]


def without_triggers(client: Client, statement: str, parameters: Any = None) -> None:
    """Run a statement as a session whose triggers do not fire."""
    with client.transaction():
        client.execute("SET LOCAL session_replication_role = replica")
        client.execute(statement, parameters)
        client.execute("SET LOCAL session_replication_role = origin")
