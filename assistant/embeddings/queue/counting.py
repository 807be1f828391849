"""How much of the queue there is, and when it is due."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connections

__all__ = ["count_left", "count_waiting", "seconds_until_due"]


def count_waiting(*, model_ids: Sequence[UUID], using: str) -> int:
    """Return how many rows there are to work off, now or later."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM embedding_queue"
            " WHERE embedding_model_id = ANY (%s) AND failed_at IS NULL",
            [list(model_ids)],
        )
        return int(cursor.fetchone()[0])


def seconds_until_due(*, model_ids: Sequence[UUID], using: str) -> float | None:
    """Return when the next row is due: 0 for now, None for never."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM min(next.run_after) - clock_timestamp())"
            " FROM unnest(%s::uuid[]) AS m (id) CROSS JOIN LATERAL ("
            "  SELECT run_after FROM embedding_queue"
            "  WHERE embedding_model_id = m.id AND failed_at IS NULL"
            "  ORDER BY run_after, id LIMIT 1) AS next",
            [list(model_ids)],
        )
        seconds = cursor.fetchone()[0]
    return None if seconds is None else max(0.0, float(seconds))


def count_left(*, model_ids: Sequence[UUID], using: str) -> dict[str, int]:
    """Return how many rows others have taken, come later, are due, and have failed."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE failed_at IS NULL AND run_after > now()"
            "                          AND locked_at IS NOT NULL),"
            "       count(*) FILTER (WHERE failed_at IS NULL AND run_after > now()"
            "                          AND locked_at IS NULL),"
            "       count(*) FILTER (WHERE failed_at IS NULL AND run_after <= now()),"
            "       count(failed_at)"
            " FROM embedding_queue WHERE embedding_model_id = ANY (%s)",
            [list(model_ids)],
        )
        return dict(zip(("taken", "later", "due", "failed"), cursor.fetchone(), strict=True))
