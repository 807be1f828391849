"""What the tables with vectors share."""

from typing import Any

from django.db import models
from django.http import HttpRequest

from assistant.db.admin import TableAdmin, WordSearchMixin

__all__ = ["SearchableAdmin"]


class SearchableAdmin(WordSearchMixin, TableAdmin):
    """A table that is searched by words and whose vectors never leave the database."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out the vector."""
        return super().get_queryset(request).defer("embedding_vector")
