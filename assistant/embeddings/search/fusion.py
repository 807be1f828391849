"""One ranking of several: reciprocal rank fusion, and all its parameters.

A hit's score is the sum, over the legs that have found it, of ``weight / (K + its rank there)``
(Cormack, Clarke and Büttcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods, SIGIR 2009). Only ranks count, so scores of different kinds need no common scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.embeddings.search.keywords import SQL

__all__ = ["CANDIDATES", "WEIGHTS", "K", "Part", "fused_sql"]

# How many of each leg's best are fused.
CANDIDATES = 100
# How slowly ranks lose weight: the paper's value, which others have kept.
K = 60
# What a leg's opinion counts. On questions (CISI) more for vectors would be a little better, on
# titles that look for their texts a little worse; equal is better than both legs on either.
WEIGHTS = {"vector": 1.0, "keyword": 1.0}


@dataclass(frozen=True)
class Part:
    """Some hits of a leg: SQL for keys and how good each is, and of which kind of row they are."""

    kind: str
    sql: str
    parameters: Sequence[Any]


def fused_sql(
    legs: Mapping[str, Sequence[Part]], *, limit: int, candidates: int = CANDIDATES
) -> SQL:
    """Return SQL for the ``limit`` best: ``kind``, ``id``, ``score`` and ``ranks``, a JSON object.

    ``legs`` are the parts of each leg by its name, at least one part in all. The first column of a
    part is a uuid, the second a number that is higher the better and compares with those of the
    leg's other parts. A leg's ``ranks`` begin at 1.
    """
    selects: list[str] = []
    parameters: list[Any] = []
    for leg, parts in legs.items():
        if not parts:
            continue
        hits = " UNION ALL ".join(
            f"SELECT %s::text, hit.* FROM ({part.sql}) AS hit"  # noqa: S608
            for part in parts
        )
        # The number is float8 whatever a part makes it, and a missing one is the last.
        selects.append(
            "SELECT %s::text AS leg, %s::float8 AS weight, kind, id, "  # noqa: S608
            "row_number() OVER (ORDER BY value::float8 DESC NULLS LAST, kind, id) AS rank "
            f"FROM ({hits}) AS leg (kind, id, value) "
            f"ORDER BY rank LIMIT {int(candidates)}"
        )
        parameters += [leg, WEIGHTS[leg]]
        parameters += [value for part in parts for value in (part.kind, *part.parameters)]
    ranked = " UNION ALL ".join(f"({select})" for select in selects)
    return (
        f"SELECT kind, id, sum(weight / ({K} + rank)) AS score, "  # noqa: S608
        "jsonb_object_agg(leg, rank) AS ranks "
        f"FROM ({ranked}) AS ranked GROUP BY kind, id "
        f"ORDER BY score DESC, min(rank), kind, id LIMIT {int(limit)}",
        parameters,
    )
