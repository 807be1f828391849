"""The words of a question, and how many passages hold each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections

from assistant.embeddings.search.questions import clean_question

__all__ = ["Phrase", "Statistics", "Word", "Words", "quoted", "read_words"]

# Of one model, or of all where none is given.
READ = """
WITH question AS MATERIALIZED (SELECT * FROM parse_search_question(%(question)s)),
model AS MATERIALIZED (
    SELECT id FROM embedding_models WHERE id = %(model)s OR %(model)s::uuid IS NULL
)
SELECT lexemes, counts, phrases::text[], identifiers::text[],
    excluded::text, excluded_identifiers::text, wholes,
    (
        SELECT jsonb_object_agg(source, jsonb_build_array(passages, bytes)) FROM (
            SELECT source, sum(passages) AS passages, sum(bytes) AS bytes
            FROM search_statistics WHERE embedding_model_id IN (SELECT id FROM model)
            GROUP BY source
        ) AS totals
    ),
    (
        SELECT jsonb_object_agg(source, found) FROM (
            SELECT source, jsonb_object_agg(lexeme, passages) AS found FROM (
                SELECT source, lexeme, sum(passages) AS passages
                FROM model JOIN search_lexemes ON embedding_model_id = model.id
                WHERE source IN ('messages', 'documents')
                    AND lexeme = ANY ((SELECT lexemes FROM question)::text[])
                GROUP BY source, lexeme
            ) AS held
            GROUP BY source
        ) AS sources
    )
FROM question
"""

# The length of a passage in bytes, where none is known.
USUAL_LENGTH = 1_000


@dataclass(frozen=True)
class Word:
    """A lexeme of a question, how often it is there, and whether it is an identifier's whole."""

    lexeme: str
    count: int = 1
    is_identifier: bool = False


@dataclass(frozen=True, eq=False)  # part of expressions, which have to be hashable
class Statistics:
    """How many passages there are, their bytes in all, and how many hold a lexeme."""

    passages: float = 0
    bytes: float = 0
    holding: Mapping[str, float] | None = None

    def of(self, lexeme: str) -> float:
        """Return how many passages hold a lexeme."""
        return (self.holding or {}).get(lexeme, 0)

    @property
    def average(self) -> float:
        """Return the mean length of a passage in bytes."""
        return self.bytes / self.passages if self.passages and self.bytes else USUAL_LENGTH

    def __add__(self, other: "Statistics") -> "Statistics":
        """Return those of both."""
        lexemes = {*(self.holding or ()), *(other.holding or ())}
        return Statistics(
            self.passages + other.passages,
            self.bytes + other.bytes,
            {lexeme: self.of(lexeme) + other.of(lexeme) for lexeme in lexemes},
        )


@dataclass(frozen=True)
class Phrase:
    """What is asked for in a certain form: a text holds it by its words or by its identifiers.

    Both are queries in PostgreSQL's own notation, empty for nothing.
    """

    words: str = ""
    identifiers: str = ""


@dataclass(frozen=True)
class Words:
    """What a question asks of words: any of some, all of some phrases, none of the exclusions."""

    words: tuple[Word, ...]
    required: tuple[Phrase, ...]
    excluded: Phrase
    statistics: Mapping[str, Statistics]  # by source

    @property
    def any(self) -> str:
        """Return the query for what holds any of the words; empty without any."""
        return " | ".join(quoted(word.lexeme) for word in self.words)

    def restricting(self, query: str) -> str:
        """Return a query that leaves out what is excluded, too; of a text's own words."""
        return f"({query}) & !({self.excluded.words})" if self.excluded.words else query


def quoted(lexeme: str) -> str:
    """Return a lexeme as it is written in a query."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def read_words(question: str, *, using: str, embedding_model: Any = None) -> Words:
    """Let the database read a question, and return its words with what is known of them."""
    values = {"question": clean_question(question), "model": embedding_model}
    with connections[using].cursor() as cursor:
        cursor.execute(READ, values)
        lexemes, counts, phrases, inner, *excluded, wholes, totals, found = cursor.fetchone()
    sums, holding = _object(totals), _object(found)
    return Words(
        tuple(
            Word(lexeme, count, is_identifier=lexeme in wholes)
            for lexeme, count in zip(lexemes, counts, strict=True)
        ),
        tuple(Phrase(*pair) for pair in zip(phrases, inner, strict=True)),
        Phrase(*excluded),
        {
            source: Statistics(passages, size, holding.get(source))
            for source, (passages, size) in sums.items()
        },
    )


def _object(value: Any) -> dict[str, Any]:
    # Django's cursors leave JSON to its fields.
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value or {}
    return found
