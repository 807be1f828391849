"""Finding and mending statistics that differ from a recount.

Triggers keep them right. They do not run where somebody disables them, in a session whose
``session_replication_role`` is ``replica``, or while the data of a dump is restored alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction

__all__ = ["StatisticsDifference", "find_differences", "rebuild"]

COLUMNS = (
    "total_messages",
    "total_tokens",
    "avg_response_time",
    "response_count",
    "response_time_sum",
)

# Conversations whose rows are locked at a time. Their writers wait for the recount.
REBUILD_BATCH = 20

# The mean, within what a float holds, as the trigger keeps it.
DIFFERENCES = """
    SELECT conversation_id,
           s.total_messages, s.total_tokens, s.avg_response_time,
           s.response_count, s.response_time_sum,
           COALESCE(c.total_messages, 0), COALESCE(c.total_tokens, 0),
           c.avg_response_time, COALESCE(c.response_count, 0), COALESCE(c.response_time_sum, 0)
    FROM conversation_stats AS s
    FULL JOIN (
        SELECT conversation_id, total_messages, total_tokens, response_count, response_time_sum,
               (CASE WHEN mean > 1.79769313486231e308 THEN 1.79769313486231e308
                     WHEN mean < 1e-307 THEN 0
                     ELSE mean END)::double precision AS avg_response_time
        FROM (
            SELECT conversation_id,
                   count(*) AS total_messages,
                   COALESCE(sum(token_count), 0) AS total_tokens,
                   count(generation_time) AS response_count,
                   COALESCE(sum(generation_time::numeric), 0) AS response_time_sum,
                   sum(generation_time::numeric) / NULLIF(count(generation_time), 0) AS mean
            FROM messages
            GROUP BY conversation_id
        ) AS counted
    ) AS c USING (conversation_id)
    WHERE (s.total_messages, s.total_tokens, s.avg_response_time,
           s.response_count, s.response_time_sum)
        IS DISTINCT FROM
          (COALESCE(c.total_messages, 0), COALESCE(c.total_tokens, 0),
           c.avg_response_time, COALESCE(c.response_count, 0), COALESCE(c.response_time_sum, 0))
"""

Total = int | float | Decimal | None


@dataclass(frozen=True)
class StatisticsDifference:
    """A conversation whose statistics differ from a recount of its messages."""

    conversation_id: UUID
    stored: dict[str, Total] | None
    counted: dict[str, Total]

    def describe(self) -> str:
        """Say in one line what is stored and what was counted."""
        if self.stored is None:
            return f"{self.conversation_id}: no row, {self.counted['total_messages']} messages"
        parts = [
            f"{name} is {self.stored[name]}, counted {self.counted[name]}"
            for name in COLUMNS
            if self.stored[name] != self.counted[name]
        ]
        return f"{self.conversation_id}: {'; '.join(parts)}"


def find_differences(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[StatisticsDifference]:
    """Yield every conversation whose statistics differ, as of one moment; reads all messages."""
    width = len(COLUMNS)
    with transaction.atomic(using=using), connections[using].chunked_cursor() as cursor:
        cursor.execute(DIFFERENCES)
        for conversation_id, *totals in cursor:
            stored, counted = totals[:width], totals[width:]
            yield StatisticsDifference(
                conversation_id,
                # total_messages is never NULL in a row.
                None if stored[0] is None else dict(zip(COLUMNS, stored, strict=True)),
                dict(zip(COLUMNS, counted, strict=True)),
            )


def rebuild(
    conversation_ids: Sequence[UUID],
    *,
    using: str = DEFAULT_DB_ALIAS,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Count these conversations again and store the result, while others go on writing.

    A few conversations at a time are locked; writers of others never wait. Each of these is a
    transaction, so it can be interrupted and called again. ``progress`` is told how many are done.
    """
    ids = sorted(conversation_ids)
    for start in range(0, len(ids), REBUILD_BATCH):
        batch = ids[start : start + REBUILD_BATCH]
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SELECT rebuild_conversation_stats(%s)", [batch])
        if progress:
            progress(start + len(batch))
