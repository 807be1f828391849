"""Snippets: the passage of a hit in which the words of a question are, highlighted."""

from typing import Any, TypeVar

from django.contrib.postgres.search import SearchHeadline
from django.db import models
from django.db.models import Case, Func, QuerySet, Value, When
from django.db.models.functions import Coalesce, Left, Length
from django.db.models.lookups import LessThanOrEqual

from assistant.conf import conf
from assistant.db.expressions import ToSearchVector
from assistant.db.fields import CONFIGURATION
from assistant.db.search import HIGHLIGHT_END, HIGHLIGHT_START, Matches
from assistant.embeddings.search.questions import ToRankingQuery

__all__ = ["with_snippets"]

# Of a text that holds none of the words, as many characters of its beginning.
BEGINNING = 240

Rows = TypeVar("Rows", bound=QuerySet)


def with_snippets(rows: Rows, question: str, *, field: str, name: str = "snippet") -> Rows:
    """Annotate each row with a passage of a text, found words between the ``HIGHLIGHT`` marks.

    For the hits that are shown, not for candidates: the server reads each text again. It looks
    through the first ``SEARCH_EXCERPT_LENGTH`` characters. Where none of the words is there, the
    passage is around the first identifier that one is a part of; and where there is none either, as
    in what only its meaning has found, it is the beginning.
    """
    marks = Value(HIGHLIGHT_START + HIGHLIGHT_END)
    read: Any = Left(field, conf.SEARCH_EXCERPT_LENGTH)
    # A text of its own marks would be highlighted where nothing was found.
    text = Func(read, marks, Value(""), function="translate", output_field=models.TextField())
    words = ToRankingQuery(question)
    marked: dict[str, Any] = {
        "config": CONFIGURATION,
        "start_sel": HIGHLIGHT_START,
        "stop_sel": HIGHLIGHT_END,
    }
    passages = SearchHeadline(
        text,
        words,
        **marked,
        max_words=32,
        min_words=12,
        max_fragments=2,
        fragment_delimiter=" … ",
    )
    # A passage would leave the words of its edges out, which a short text has room for.
    short = When(
        LessThanOrEqual(Length(field), BEGINNING),
        then=SearchHeadline(text, words, **marked, highlight_all=True),
    )
    found = Matches(ToSearchVector(read), words)
    start, stop = Value(HIGHLIGHT_START), Value(HIGHLIGHT_END)
    identifiers = Func(
        text, words, start, stop, function="mark_identifiers", output_field=models.TextField()
    )
    snippet = Case(
        When(~found, then=Coalesce(identifiers, Left(text, BEGINNING))),
        short,
        default=passages,
        output_field=models.TextField(),
    )
    return rows.annotate(**{name: snippet})
