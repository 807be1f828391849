"""The keyword leg: rows whose stored search vector answers a question, the best first.

Rows are ranked by PostgreSQL's ``ts_rank``, the length of a row taken into account, over all words
of the question; a rare word counts for more than a common one. To rank a row its vector must be
read, so where very many rows match only some thousand are ranked: those with the rarest words, or
with most of the words at once, and as many as fit of the others. Filters come first: where no more
rows than that match and pass, all of them are ranked.
"""

from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Func, QuerySet, Value

from assistant.db.search import Matches
from assistant.embeddings.search.frequencies import Frequencies, frequencies_of
from assistant.embeddings.search.questions import (
    ToNarrowQuery,
    ToRankingQuery,
    ToSearchQuery,
    WordsBetween,
)

__all__ = ["COLUMN", "SQL", "answering", "best_sql", "keyword_sql", "matching_parts", "rank_of"]

SQL = tuple[str, list[Any]]

COLUMN = "chunk_search"

# How many rows are ranked: of those with the words that matter most, and of the rest.
NARROW, REST = 6_000, 3_000
# How many of the first are expected, at most; the statistics are of a sample.
EXPECTED = 5_000

# A word's weight by the share of rows that hold it, in four steps because a search vector has four
# labels: about the logarithm of one by the share, as usual for the inverse document frequency.
STEPS = (("C", 0.03, 0.2), ("B", 0.003, 0.03), ("A", 0.0, 0.003))
WEIGHTS = "{0.15, 0.4, 0.7, 1}"  # of D, C, B and A; D is what no step has labelled

NOTHING = "SELECT NULL::uuid AS id, NULL::float8 AS rank WHERE false"

Rows = TypeVar("Rows", bound=QuerySet)


def keyword_sql(rows: QuerySet, question: str, *, limit: int) -> SQL:
    """Return SQL, and its parameters, for the ``limit`` best of some chunks: ``id`` and ``rank``.

    ``rows`` are rows with a ``chunk_search``, already filtered, of one table; their order does not
    matter. The result can be a CTE. A higher rank is better; equal ones are ordered by key.
    """
    frequencies = frequencies_of(rows, COLUMN)
    rank = rank_of(models.F(COLUMN), question, frequencies)
    parts = matching_parts(rows, models.F(COLUMN), question, frequencies)
    return best_sql([part.annotate(rank=rank) for part in parts], limit=limit)


def answering(rows: Rows, question: str) -> Rows:
    """Keep the chunks that answer a question, best first, with their ``rank``.

    Filter before: later filters only see the rows that were ranked. ``keyword_sql()`` does the
    same without the table's second visit.
    """
    frequencies = frequencies_of(rows, COLUMN)
    parts = matching_parts(rows, models.F(COLUMN), question, frequencies)
    first, *others = (part.values("pk") for part in parts)
    rank = rank_of(models.F(COLUMN), question, frequencies)
    return rows.filter(pk__in=first.union(*others)).annotate(rank=rank).order_by("-rank", "pk")


def matching_parts(
    rows: QuerySet, vector: Any, question: str, frequencies: Frequencies
) -> tuple[QuerySet, QuerySet]:
    """Return matching rows: those expected to be the best, and some of the others.

    The second part is empty, before anything is read, where the first is expected to be all.
    """
    share = EXPECTED / frequencies.rows if frequencies.rows else 1.0
    narrow = ToNarrowQuery(question, frequencies.of(question), share)
    whole = ToSearchQuery(question)
    rows = rows.order_by()
    return (
        rows.filter(Matches(vector, narrow))[:NARROW],
        rows.filter(Matches(vector, whole), Differs(narrow, whole))[:REST],
    )


def rank_of(vector: Any, question: str, frequencies: Frequencies) -> Func:
    """Return the expression that ranks a row."""
    for label, low, high in STEPS:
        words = WordsBetween(question, frequencies.of(question), low, high)
        vector = Func(vector, Value(label), words, function="setweight")
    return Rank(vector, ToRankingQuery(question))


def best_sql(parts: list[QuerySet], *, limit: int) -> SQL:
    """Return SQL for the ``limit`` best of rows that have a ``rank``; a row may be in several."""
    selects: list[str] = []
    parameters: list[Any] = []
    for part in parts:
        keys = part.values_list("pk", "rank")
        try:
            sql, values = keys.query.get_compiler(connection=connections[part.db]).as_sql()
        except EmptyResultSet:
            continue
        selects.append(f"({sql})")
        parameters += values
    if not selects:
        return NOTHING, []
    found = " UNION ALL ".join(selects)
    return (
        f"SELECT id, max(rank) AS rank FROM ({found}) AS found (id, rank) "  # noqa: S608
        f"GROUP BY id ORDER BY rank DESC, id LIMIT {int(limit)}",
        parameters,
    )


class Rank(Func):
    """How well a labelled search vector answers; 1 divides by the logarithm of its length."""

    template = f"ts_rank('{WEIGHTS}', %(expressions)s, 1)::float8"
    output_field = models.FloatField()


class Differs(Func):
    """Whether two queries differ; known before anything is read."""

    template = "%(expressions)s"
    arg_joiner = " <> "
    output_field = models.BooleanField()
    conditional = True
