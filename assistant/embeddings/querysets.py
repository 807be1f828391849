"""Full-text search over the stored search vectors."""

from typing import Any, Self

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models

from assistant.db.fields import CONFIGURATION

__all__ = ["FullTextQuerySet"]


class FullTextQuerySet(models.QuerySet[Any]):
    """Finds rows by words, through the GIN index on the model's search vector.

    The model names that field in ``full_text_field``. Django's own ``SearchVector`` would compute
    the vectors again and never use the index.
    """

    def matching(self, text: str) -> Self:
        """Keep rows that match a query written as for a web search.

        Words are joined by AND; ``"quoted phrases"``, ``or`` and ``-exclusions`` are understood.
        No text is an error; a query without any searchable word matches nothing.
        """
        return self.filter(**{self._search_field: _query(text)})

    def ranked(self, text: str) -> Self:
        """Keep matching rows, the best first, with their ``rank``."""
        rank = SearchRank(models.F(self._search_field), _query(text))
        return self.matching(text).annotate(rank=rank).order_by("-rank", "pk")

    @property
    def _search_field(self) -> str:
        return str(self.model.full_text_field)


def _query(text: str) -> SearchQuery:
    # PostgreSQL's text has no NUL; to a search it is nothing but a break between words.
    return SearchQuery(text.replace("\0", " "), config=CONFIGURATION, search_type="websearch")
