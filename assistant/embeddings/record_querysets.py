"""Reads of the searches that were recorded."""

from typing import Any

from django.db import models

__all__ = ["SearchRecordQuerySet"]


class SearchRecordQuerySet(models.QuerySet[Any]):
    """Filters of recorded searches."""

    def empty(self) -> "SearchRecordQuerySet":
        """Keep the searches that found nothing."""
        return self.filter(hit_count=0)

    def recent_questions(self, limit: int) -> list[str]:
        """Return texts that were asked lately, each once, the newest first."""
        # Who asks the same again and again is read several times, and no more than that.
        texts = (
            self.filter(query__isnull=False)
            .order_by("-created_at")
            .values_list("query", flat=True)[: 10 * limit]
        )
        return list(dict.fromkeys(texts))[:limit]
