"""Who is in the way."""

from typing import Any

__all__ = ["oldest_transactions"]

# A role without pg_read_all_stats is not told the times of other roles' sessions.
OLDEST = """
SELECT format('%%s (server process %%s, role %%s%%s)',
    coalesce(nullif(application_name, ''), 'unnamed'), pid, usename,
    ', transaction open for ' || round(extract(epoch FROM clock_timestamp() - xact_start)) || ' s')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND pid <> ALL (%s) AND (xact_start IS NOT NULL OR state IS NULL)
ORDER BY xact_start LIMIT 3
"""


def oldest_transactions(connection: Any, *, but: list[int]) -> str:
    """Name the sessions with the oldest open transactions, but for those of one's own."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [but])
        return ", ".join(name for (name,) in cursor.fetchall()) or "none any more"
