"""Look at arrays that become vectors: which cannot, and of which model the others are."""

# ruff: noqa: S608  # Every name comes from the list of what the files make.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.schema.adopting.findings import REFUSED, Finding
from assistant.schema.adopting.rows import KEYS, number_of

__all__ = ["PROBLEMS", "TABLES", "Problem", "count_vectors"]

# With what an administrator can do about rows that cannot be kept.
TABLES = {
    "conversation_embeddings": "DELETE FROM conversation_embeddings",
    "knowledge_base": "UPDATE knowledge_base SET embedding_vector = NULL",
}
LONGEST = 16_000  # pgvector's limit

# The first double that is no finite single: the largest single and half a step.
# https://en.wikipedia.org/wiki/Single-precision_floating-point_format
TOO_BIG = "3.4028235677973366e38"


@dataclass(frozen=True)
class Problem:
    """What is wrong with an array; ``condition`` finds it without pgvector."""

    name: str
    expected: str
    condition: str


PROBLEMS = (
    Problem(
        "shape",
        "numbers in one dimension",
        "coalesce(array_ndims(embedding_vector), 0) <> 1",
    ),
    Problem(
        "length",
        f"at most {LONGEST:,} numbers",
        f"cardinality(embedding_vector) > {LONGEST}",
    ),
    Problem(
        "null",
        "no NULL among the numbers",
        "array_position(embedding_vector, NULL) IS NOT NULL",
    ),
    Problem(
        "finite",
        "finite numbers, as single precision has them",
        # NaN is above all numbers here.
        f"{TOO_BIG} <= ANY (embedding_vector) OR -{TOO_BIG} >= ANY (embedding_vector)",
    ),
    Problem(
        "norm",
        "a norm between 1e-15 and 1e15",
        # PostgreSQL's own arithmetic is an error where a square is too large or too small.
        "(SELECT sqrt(sum(power(least(greatest(abs(x), 1e-30), 1e30), 2))) "
        "FROM unnest(embedding_vector) AS x) NOT BETWEEN 1e-15 AND 1e15",
    ),
)

# Each array is read as few times as can be: sound ones are told by two comparisons and the norm.
COUNT = f"""
SELECT problem, size, count(*),
    (array_agg(id::text ORDER BY id) FILTER (WHERE problem IS NOT NULL))[:{KEYS}]
FROM (
    SELECT id, cardinality(v) AS size, CASE
        WHEN coalesce(array_ndims(v), 0) <> 1 THEN 'shape'
        WHEN cardinality(v) > {LONGEST} THEN 'length'
        WHEN {TOO_BIG} > ALL (v) AND -{TOO_BIG} < ALL (v)
            THEN CASE WHEN NOT vector_norm(v::vector) BETWEEN 1e-15 AND 1e15 THEN 'norm' END
        WHEN array_position(v, NULL) IS NOT NULL THEN 'null'
        ELSE 'finite'
    END AS problem
    FROM (SELECT id, embedding_vector AS v FROM {{table}} WHERE embedding_vector IS NOT NULL) AS a
) AS judged
GROUP BY problem, size ORDER BY problem, size
"""


def count_vectors(connection: Any, table: str, sizes: dict[int, int]) -> Iterator[Finding]:
    """Add how many sound vectors there are of each size; yield those that cannot be kept.

    The extension ``vector`` must be there.
    """
    counts: dict[str, int] = {}
    keys: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(table=table))
        for problem, size, count, first in cursor.fetchall():
            if problem is None:
                sizes[size] = sizes.get(size, 0) + count
                continue
            counts[problem] = counts.get(problem, 0) + count
            keys[problem] = sorted([*keys.get(problem, []), *first])[:KEYS]
    for problem in PROBLEMS:
        if count := counts.get(problem.name):
            condition = f"embedding_vector IS NOT NULL AND ({problem.condition})"
            find = f"SELECT * FROM {table} WHERE {condition};"
            yield Finding(
                REFUSED,
                f"{table}.embedding_vector",
                f"{number_of(count)} with another array",
                problem.expected,
                f"Find them: {find} Mend them, for instance: {TABLES[table]} WHERE {condition};",
                count,
                tuple(keys[problem.name]),
            )
