"""How well a passage answers, by its words: BM25.

The sum over a question's words of ``weight * f * (K1 + 1) / (f + K1 * (1 - B + B * length))``
(Robertson and Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond, 2009), where f is
how often the passage holds the word, and ``length`` its bytes by the mean of all.

``ts_rank`` of one word tells f without looking at the others: it is the sum of 1/n² for n from 1 to
f, by its limit. So f is about r / (1 - r) by that limit, and nothing for nothing.
"""

from math import log, pi
from typing import Any

from django.db import models
from django.db.models import Func, Value

from assistant.embeddings.search.parameters import IDENTIFIER, K1, MOST_REPEATS, B
from assistant.embeddings.search.words import Statistics, Word, quoted

__all__ = ["BM25", "weight"]

LIMIT = pi**2 / 6


def weight(word: Word, statistics: Statistics) -> float:
    """Return what a word is worth: the rarer and the more often asked for, the more.

    Who writes an identifier into a question means that one: it counts as if asked for repeatedly.
    """
    holding = min(statistics.of(word.lexeme), statistics.passages)
    rarity = log(1 + (statistics.passages - holding + 0.5) / (holding + 0.5))
    times = word.count * (IDENTIFIER if word.is_identifier else 1)
    return rarity * min(times, MOST_REPEATS)


class BM25(Func):
    """The score of a row: of its search vector, and of its text's length in bytes."""

    output_field = models.FloatField()

    def __init__(
        self, vector: Any, length: Any, words: tuple[Word, ...], statistics: Statistics
    ) -> None:
        self.weights = [(K1 + 1) * weight(word, statistics) for word in words]
        self.average = statistics.average
        # Written out and not joined by OR: each word's share is a number of its own.
        queries = [Value(quoted(word.lexeme)) for word in words]
        super().__init__(vector, length, *queries)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, list[Any]]:
        """Return a subquery, in which the vector is read once however many words there are."""
        vector, length, *queries = self.get_source_expressions()
        parameters: list[Any] = []
        ranks = []
        for number, query in enumerate(queries):
            sql, values = compiler.compile(query)
            ranks.append(f"ts_rank('{{1,1,1,1}}', vector, {sql}::tsquery) AS r{number}")
            parameters += values
        if not ranks:
            return "0::float8", []
        vector_sql, vector_values = compiler.compile(vector)
        length_sql, length_values = compiler.compile(length)
        norm = f"{LIMIT * K1!r} * ({1 - B!r} + {B / self.average!r} * ({length_sql}))"
        terms = " + ".join(
            f"{weight!r} * r{number} / (norm + r{number} * (1 - norm))"
            for number, weight in enumerate(self.weights)
        )
        sql = (
            f"(SELECT ({terms})::float8 FROM ("  # noqa: S608
            f"SELECT norm, {', '.join(ranks)} FROM ("
            f"SELECT ({vector_sql}) || '' AS vector, {norm} AS norm OFFSET 0"
            ") AS row OFFSET 0) AS ranks)"
        )
        return sql, [*parameters, *vector_values, *length_values]
