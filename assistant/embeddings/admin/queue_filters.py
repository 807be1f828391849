"""Filters of the queue that follow its two partial indexes: what waits, and what has failed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.embeddings.models import EmbeddingModel

__all__ = ["MODEL_VAR", "STATE_VAR", "FailedFilter", "ModelFilter"]

STATE_VAR = "state"
MODEL_VAR = "model"
# How many models are offered.
MAX_MODELS = 50


class FailedFilter(SimpleListFilter):
    """What waits, or what has failed; of one model always one of them, for no index has both."""

    title = _("state")
    parameter_name = STATE_VAR

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.is_of_model = MODEL_VAR in request.GET

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the two states."""
        return [("waiting", _("Waiting")), ("failed", _("Failed"))]

    def value(self) -> str | None:
        """Return what is asked for, or what a model's rows are by default."""
        found = super().value()
        if found is not None and found not in {"waiting", "failed"}:
            raise IncorrectLookupParameters
        return found or ("waiting" if self.is_of_model else None)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Keep the rows of one index."""
        if self.value() is None:
            return queryset
        return queryset.filter(failed_at__isnull=self.value() == "waiting")

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the choices; "All" would be two indexes where a model is chosen."""
        choices = iter(super().choices(changelist))
        everything = next(choices)
        if not self.is_of_model:
            yield everything
        yield from choices


class ModelFilter(SimpleListFilter):
    """The rows of one embedding model."""

    title = _("embedding model")
    parameter_name = MODEL_VAR

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the models."""
        rows = EmbeddingModel.objects.order_by("name").values_list("pk", "name")
        return [(str(key), name) for key, name in rows[:MAX_MODELS]]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Keep the model's rows."""
        if (value := self.value()) is None:
            return queryset
        try:
            return queryset.filter(embedding_model=UUID(value))
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
