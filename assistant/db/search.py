"""Full-text search, by a stored search vector or by an indexed expression."""

import re
from datetime import timedelta
from typing import Any, Self

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db import models
from django.db.models.functions import Left

from assistant.db.fields import CONFIGURATION

__all__ = ["HIGHLIGHT_END", "HIGHLIGHT_START", "FullTextQuerySet"]

# What surrounds a found word in an excerpt: control characters, which no markup has.
HIGHLIGHT_START, HIGHLIGHT_END = "\x02", "\x03"

# A row of dashes, such as a rule between paragraphs: each excludes what follows, and PostgreSQL
# fails at 33 of them. What stands between them it skips.
DASHES = re.compile(r'(?<![^\s"!&|()])-[-\s!&|()]*-')

# Among how many of the latest rows newest_matching() looks first.
WINDOW = 10_000


class FullTextQuerySet(models.QuerySet[Any]):
    """Finds rows by words, through the GIN index on ``search_vector``.

    A subclass names there what is indexed, as it is indexed. Django's own ``SearchVector`` would
    compute the vectors again and never use the index.
    """

    search_vector: Any

    def matching(self, text: str) -> Self:
        """Keep rows that match a query written as for a web search.

        Words are joined by AND; ``"quoted phrases"``, ``or`` and ``-exclusions`` are understood.
        No text is an error; a query without any searchable word matches nothing.
        """
        return self.filter(Matches(self.search_vector, _query(text)))

    def ranked(self, text: str) -> Self:
        """Keep matching rows, the best first, with their ``rank``."""
        rank = SearchRank(self.search_vector, _query(text))
        return self.matching(text).annotate(rank=rank).order_by("-rank", "pk")

    def with_excerpts(self, text: str, *, field: str, length: int, name: str = "excerpt") -> Self:
        """Annotate passages around the words found, each word between the ``HIGHLIGHT`` marks.

        Looks through the first ``length`` characters of ``field``: the server takes about 70 ms
        for a megabyte.
        """
        headline = SearchHeadline(
            Left(field, length),
            _query(text),
            config=CONFIGURATION,
            start_sel=HIGHLIGHT_START,
            stop_sel=HIGHLIGHT_END,
            max_words=24,
            min_words=8,
            max_fragments=2,
            fragment_delimiter=" … ",
        )
        return self.annotate(**{name: headline})

    def newest_matching(self, text: str, *, by: str | None, limit: int) -> list[Any]:
        """Return the keys of the matching rows that are newest by a column, ``limit`` at most.

        ``by`` names an indexed column of time, or None where any of the rows will do. Bounded
        however common the words are and wherever in the table they are; with a plain ORDER BY …
        LIMIT, PostgreSQL walks through all rows where it expects matches and finds none.
        """
        matching = self.matching(text).order_by()
        if by is None:
            return list(matching.values_list("pk", flat=True)[:limit])
        everything = self.model._base_manager.using(self.db)
        times = everything.order_by(f"-{by}").values_list(by, flat=True)
        # An order that no index has: the words find the rows, whatever the planner expects.
        order = models.ExpressionWrapper(
            models.F(by) + timedelta(0), output_field=models.DateTimeField()
        )
        newest = matching.order_by(order.desc(), "-pk").values_list("pk", flat=True)
        for since in times[WINDOW : WINDOW + 1]:
            keys = list(newest.filter(**{f"{by}__gte": since})[:limit])
            if len(keys) == limit:
                return keys
        return list(newest[:limit])


class Matches(models.Func):
    """Whether a search vector matches a query."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    arity = 2
    output_field = models.BooleanField()
    conditional = True


def _query(text: str) -> SearchQuery:
    # PostgreSQL's text has no NUL; to a search it is nothing but a break between words.
    text = DASHES.sub(_once_or_twice, text.replace("\0", " "))
    return SearchQuery(text, config=CONFIGURATION, search_type="websearch")


def _once_or_twice(dashes: re.Match[str]) -> str:
    # Two exclude what is excluded.
    return "-" if dashes[0].count("-") % 2 else "--"
