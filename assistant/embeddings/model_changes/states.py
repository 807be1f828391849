"""How it stands with each model, in a line."""

from typing import Any

from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.models import EmbeddingModel

__all__ = ["model_states"]


def model_states(*, using: str) -> list[dict[str, Any]]:
    """Return what is told of each model, the default one first."""
    rows = EmbeddingModel.objects.using(using).order_by("-is_default", "created_at", "name")
    texts: int | None = None
    states = []
    for model in rows:
        completeness = Completeness(model, using)
        if texts is not None:
            completeness.__dict__["texts"] = texts  # counted once
        texts = completeness.texts
        is_live = model.is_active and model.status != EmbeddingModel.Status.RETIRED
        states.append(
            {
                "name": model.name,
                "is_default": model.is_default,
                "dimension": model.dimension,
                "backend": model.backend,
                "status": str(model.status) if model.is_active else "not active",
                "texts": texts,
                "covered": completeness.covered if is_live else None,
                "waiting": completeness.waiting,
                "failed": completeness.failed,
                "indexes": {state.table: state.status for state in completeness.indexes},
            }
        )
    return states
