"""What the tables with vectors share."""

from typing import Any

from django.db import models
from django.http import HttpRequest

from assistant.db.admin import TableAdmin

__all__ = ["SearchableAdmin"]


class SearchableAdmin(TableAdmin):
    """A table that is searched by words and whose vectors never leave the database."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out the vector."""
        return super().get_queryset(request).defer("embedding_vector")

    def search(
        self, request: HttpRequest, queryset: models.QuerySet[Any], text: str
    ) -> models.QuerySet[Any]:
        """Find words through the full-text index."""
        found: models.QuerySet[Any] = queryset.matching(text)  # type: ignore[attr-defined]
        return found
