"""The keyword leg: rows whose search vectors answer a question, the best first, by BM25.

Where very many rows match, some thousand are read: those whose words weigh most together (see
``thresholds``); where filters leave few of those, more; and where they leave few at all, all.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from assistant.db.search import Matches
from assistant.embeddings.search.bm25 import BM25
from assistant.embeddings.search.parameters import ENOUGH, READ, READ_AT_ONCE
from assistant.embeddings.search.thresholds import are_few, tiers
from assistant.embeddings.search.words import Statistics, Words, read_words

__all__ = ["CHUNKS", "SQL", "Ranking", "answering", "keyword_sql"]

SQL = tuple[str, list[Any]]

NOTHING = "SELECT NULL::uuid AS id, NULL::float8 AS rank WHERE false"

# Stands in a compiled statement where each tier has its query.
PLACE = "\x01query\x01"
# Of matching rows that have to be looked at one by one, as many are.
LOOKED_AT = 9_000

Rows = TypeVar("Rows", bound=QuerySet)


class Query(Func):
    """A query in PostgreSQL's own notation."""

    template = "%(expressions)s::tsquery"


@dataclass(frozen=True)
class Ranking:
    """By which of a table's expressions rows match and are ranked."""

    vector: Any  # of the text's words
    ranked: Any
    length: Any  # bytes
    identifiers: Any = None  # a vector, too; NULL for none
    is_indexed: bool = True  # the identifiers are; else they are asked of phrases alone
    most: int | None = None  # rows that are read of each tier, if fewer than usual
    keep: Any = None  # a condition of single rows, dear enough to ask it of few

    def matching(self, query: str, words: Words) -> Q:
        """Return the condition that a row matches a query, and all that is required."""
        if self._phrases(words):
            return self.restriction(words)
        # What is excluded is part of the query: the index knows it without reading the row.
        found = _matches(self.vector, words.restricting(query))
        if self.identifiers is not None and self.is_indexed:
            found |= _matches(self.identifiers, query) & self._without_words(words)
        return found & self._without_identifiers(words)

    def restriction(self, words: Words) -> Q:
        """Return the condition that a row holds each phrase, and nothing that is excluded."""
        without = self._without_words(words) & self._without_identifiers(words)
        return self._phrases(words) & without

    def _phrases(self, words: Words) -> Q:
        found = Q()
        for phrase in words.required:
            held = Q()
            if phrase.words:
                held |= _matches(self.vector, phrase.words)
            if phrase.identifiers and self.identifiers is not None:
                held |= _matches(self.identifiers, phrase.identifiers)
            found &= held
        return found

    def _without_words(self, words: Words) -> Q:
        query = words.excluded.words
        return _matches(self.vector, f"!({query})") if query else Q()

    def _without_identifiers(self, words: Words) -> Q:
        query = words.excluded.identifiers
        if not query or self.identifiers is None:
            return Q()
        return Q(IsNull(self.identifiers, True)) | _matches(self.identifiers, f"!({query})")

    def found(self, rows: QuerySet, query: str, words: Words) -> QuerySet:
        """Return the rows that match, some thousand of them where each is looked at."""
        found = rows.order_by().filter(self.matching(query, words))
        if self.keep is None:
            return found
        everything = rows.model._base_manager.using(rows.db)
        kept: QuerySet = everything.filter(self.keep, pk__in=found.values("pk")[:LOOKED_AT])
        return kept.order_by()

    def score(self, words: Words, statistics: Statistics) -> BM25:
        """Return the expression that ranks a row."""
        return BM25(self.ranked, self.length, words.words, statistics)


class Octets(Func):
    """A text's length in bytes, which is known without reading the text."""

    function = "octet_length"
    output_field = models.IntegerField()


class Joined(Func):
    """Two search vectors as one."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = models.TextField()


CHUNKS = Ranking(
    vector=F("chunk_search"),
    identifiers=F("chunk_identifiers"),
    ranked=Joined(
        F("chunk_search"),
        Coalesce(F("chunk_identifiers"), Value(""), output_field=models.TextField()),
    ),
    length=Octets("chunk_text"),
)


def _matches(vector: Any, query: str) -> Q:
    return Q(Matches(vector, Query(Value(query))))


def keyword_sql(
    rows: QuerySet,
    words: Words,
    *,
    scale: Statistics,
    statistics: Statistics,
    limit: int,
    ranking: Ranking = CHUNKS,
) -> tuple[SQL, str]:
    """Return SQL, and its parameters, for the ``limit`` best rows: ``id`` and ``rank``.

    ``rows`` are already filtered, of one table; their order does not matter. A higher rank is
    better; equal ones are ordered by key. ``statistics`` are of the table, and say which rows are
    read; ``scale`` is what ranks are computed by, the same for all tables whose ranks compare.

    Also returned is which of the rows that match are ranked: "all", or the "best" by their words
    where that may be fewer.
    """
    if not words.words:
        return (NOTHING, []), "all"
    queries = tiers(words, statistics)
    is_all = are_few(words, statistics)
    read = READ_AT_ONCE if is_all or words.required else READ
    read = min(read, ranking.most or read)
    found = ranking.found(rows, PLACE, words).annotate(rank=ranking.score(words, scale))
    found = found.values_list("pk", "rank")
    try:
        sql, parameters = found.query.get_compiler(connection=connections[rows.db]).as_sql()
    except EmptyResultSet:
        return (NOTHING, []), "all"
    parts: list[str] = []
    values: list[Any] = []
    names: list[str] = []
    for query in queries:
        counts = " + ".join(f"(SELECT count(*) FROM {name})" for name in names)  # noqa: S608
        # Not begun unless needed: the condition does not depend on a row.
        guard = f" WHERE {counts} < {max(ENOUGH, int(limit))}" if counts else ""
        names.append(f"tier{len(names)}")
        parts.append(
            f"{names[-1]} (id, rank) AS MATERIALIZED ("  # noqa: S608
            f"SELECT * FROM ({sql} LIMIT {int(read)}) AS best{guard})"
        )
        places = {PLACE: query, words.restricting(PLACE): words.restricting(query)}
        values += [
            places.get(value, value) if isinstance(value, str) else value for value in parameters
        ]
    every = " UNION ALL ".join(f"SELECT id, rank FROM {name}" for name in names)  # noqa: S608
    statement = (
        f"WITH {', '.join(parts)} SELECT id, max(rank) AS rank FROM ({every}) AS found "  # noqa: S608
        f"GROUP BY id ORDER BY rank DESC, id LIMIT {int(limit)}"
    )
    return (statement, values), "all" if is_all else "best"


def answering(rows: Rows, question: str) -> Rows:
    """Keep the chunks that answer a question, best first, with their ``rank``.

    Filter before: later filters only see the rows that were ranked. ``keyword_sql()`` does the
    same without the table's second visit.
    """
    words = read_words(question, using=rows.db)
    statistics = sum(words.statistics.values(), Statistics())
    (sql, parameters), _plan = keyword_sql(
        rows, words, scale=statistics, statistics=statistics, limit=READ_AT_ONCE
    )
    best = RawSQL(f"SELECT id FROM ({sql}) AS best", parameters)  # noqa: S608, S611
    score = CHUNKS.score(words, statistics)
    return rows.filter(pk__in=best).annotate(rank=score).order_by("-rank", "pk")
