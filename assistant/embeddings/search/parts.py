"""A leg's ranking: the best of what several queries find, as one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.embeddings.search.keywords import SQL

__all__ = ["Part", "leg_sql"]


@dataclass(frozen=True)
class Part:
    """Some of a leg's rows: SQL for keys and how good each is, and of which kind they are."""

    kind: str
    sql: str
    parameters: Sequence[Any]


def leg_sql(parts: Sequence[Part], *, limit: int) -> SQL:
    """Return SQL for the ``limit`` best: ``kind``, ``id`` and ``value``, the best first.

    At least one part. The first column of a part is a uuid, the second a number that is higher the
    better and compares with those of the other parts; a missing one is the last.
    """
    rows = " UNION ALL ".join(
        f"SELECT %s::text, part.* FROM ({part.sql}) AS part"  # noqa: S608
        for part in parts
    )
    return (
        f"SELECT kind, id, value::float8 FROM ({rows}) AS leg (kind, id, value) "  # noqa: S608
        f"ORDER BY value::float8 DESC NULLS LAST, kind, id LIMIT {int(limit)}",
        [value for part in parts for value in (part.kind, *part.parameters)],
    )
