"""A model by its name."""

from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.models import EmbeddingModel

__all__ = ["default_model", "find_model"]


def find_model(name: str, *, using: str) -> EmbeddingModel:
    """Return the model of a name; the error lists those there are."""
    models = EmbeddingModel.objects.using(using)
    model: EmbeddingModel | None = None
    if "\0" not in name:
        model = models.filter(name=name).first()
    if model is None:
        known = ", ".join(models.order_by("name").values_list("name", flat=True)) or "none"
        raise ModelChangeError(f'No embedding model is called "{name}"; there is {known}.')
    return model


def default_model(*, using: str) -> EmbeddingModel | None:
    """Return the model that searches use."""
    model: EmbeddingModel | None = EmbeddingModel.objects.using(using).get_default()
    return model
