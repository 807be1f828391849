"""The chunks of a new text, for each embedding model in use."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from assistant.embeddings.backends import load_backend
from assistant.embeddings.documents.chunks import ChunksUnavailableError, split_content
from assistant.embeddings.documents.reading import Text
from assistant.embeddings.models import EmbeddingModel

__all__ = ["Splitters"]


class Splitters:
    """Split texts as each live model takes them; without the splitter, not at all."""

    def __init__(self, *, using: str, note: Callable[[str], None]) -> None:
        self.using = using
        self.note = note
        self.backends: list[tuple[UUID, Any]] | None = None

    def split(self, text: Text) -> dict[UUID, Sequence[Any]]:
        """Return the chunks by the model's key."""
        if self.backends is None:
            self.backends = list(self._load())
        try:
            return {
                pk: split_content(
                    text.content,
                    content_type=text.content_type,
                    backend=backend,
                )
                for pk, backend in self.backends
            }
        except ChunksUnavailableError as error:
            self.note(f"Documents are stored without their chunks, which come later: {error}")
            return {}

    def _load(self) -> Any:
        models = EmbeddingModel._base_manager.using(self.using)
        live = models.filter(is_active=True).exclude(status=EmbeddingModel.Status.RETIRED)
        for model in live.order_by("pk"):
            yield model.pk, self._backend(model)

    def _backend(self, model: EmbeddingModel) -> Any:
        """Return what knows the model's tokens, or None: then characters are counted."""
        try:
            return load_backend(model)
        except Exception as error:  # whatever a host's own backend raises
            self.note(f"Chunks for {model.name} are cut by characters: {error}")
            return None
