"""Questions, as the database's functions read them."""

from typing import Any

from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import Value

__all__ = ["LENGTH", "ToRankingQuery", "clean_question"]

# As many characters of a question as the database's functions read.
LENGTH = 4_000


def clean_question(text: str) -> str:
    """Return of a text what PostgreSQL takes: no NUL, no half of a surrogate pair."""
    text = text[:LENGTH].replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8")


class ToRankingQuery(models.Func):
    """By which words rows are highlighted: any of a question's."""

    function = "to_ranking_query"
    output_field: Any = SearchQueryField()

    def __init__(self, question: str, **extra: Any) -> None:
        super().__init__(Value(clean_question(question)), **extra)
