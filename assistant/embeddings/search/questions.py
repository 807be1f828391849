"""Questions, as the database's functions read them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import Value

__all__ = [
    "LENGTH",
    "ToNarrowQuery",
    "ToRankingQuery",
    "ToRestrictingQuery",
    "ToSearchQuery",
    "WordsBetween",
    "clean_question",
]

# As many characters of a question as the database's functions read.
LENGTH = 4_000


def clean_question(text: str) -> str:
    """Return of a text what PostgreSQL takes: no NUL, no half of a surrogate pair."""
    text = text[:LENGTH].replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8")


class QuestionFunc(models.Func):
    """A function of a question, whose value the planner knows."""

    output_field: Any = SearchQueryField()

    def __init__(self, question: str, *arguments: Any, **extra: Any) -> None:
        values = [Value(argument) for argument in (clean_question(question), *arguments)]
        super().__init__(*values, **extra)


class ToSearchQuery(QuestionFunc):
    """What rows match: any of the words, or all the phrases; no exclusion."""

    function = "to_search_query"


class ToNarrowQuery(QuestionFunc):
    """What the best of very many matching rows match: ``(question, frequencies, share)``."""

    function = "to_narrow_query"
    template = "%(function)s(%(expressions)s)"


class ToRankingQuery(QuestionFunc):
    """By which words rows are ranked, and highlighted: any of them."""

    function = "to_ranking_query"


class ToRestrictingQuery(QuestionFunc):
    """What a row must match however it was found: phrases, exclusions; null without any."""

    function = "to_restricting_query"


class WordsBetween(QuestionFunc):
    """The words whose share of rows is in a range: ``(question, frequencies, low, high)``."""

    function = "search_words_between"
    output_field = ArrayField(models.TextField())
