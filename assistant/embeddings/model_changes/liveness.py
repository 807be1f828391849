"""Whether texts are queued for a model, and how they are again."""

from django.db import transaction

from assistant.embeddings.model_changes.advice import step_command
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.models import EmbeddingModel

__all__ = ["check_live", "take_back"]


def check_live(model: EmbeddingModel) -> None:
    """Refuse a model for which no texts are queued."""
    if model.is_active and model.status != EmbeddingModel.Status.RETIRED:
        return
    state = "retired" if model.status == EmbeddingModel.Status.RETIRED else "not active"
    raise ModelChangeError(
        f'"{model.name}" is {state}, so nothing is queued for it. To take it back: '
        f"{step_command('build', model.name, '--again')}"
    )


def take_back(model: EmbeddingModel) -> None:
    """Let texts be queued again for a model that is retired or not active."""
    using = model._state.db
    with transaction.atomic(using=using):
        rows = EmbeddingModel.objects.using(using)
        stored = rows.select_for_update(no_key=True).get(pk=model.pk)
        if not stored.is_active or stored.status == EmbeddingModel.Status.RETIRED:
            rows.filter(pk=model.pk).update(is_active=True, status=EmbeddingModel.Status.BUILDING)
    model.refresh_from_db()
