"""Cross-encoders run by sentence-transformers on torch: for GPUs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.embeddings.backends.base import (
    BackendUnavailable,
    EmbeddingError,
    needs_extra,
    option,
)
from assistant.embeddings.backends.fastembed_models import first_line
from assistant.embeddings.rerankers.base import RerankerSpec

__all__ = ["SentenceTransformersReranker"]

BATCH_SIZE = 16
MAX_TOKENS = 512
CHARACTERS_PER_TOKEN = 64


class SentenceTransformersReranker:
    """A local folder, or a model that the library finds or fetches by its name.

    Options: ``batch_size``, ``max_tokens``, ``device`` ("cpu", "cuda", …), ``cache_dir``.
    """

    def __init__(self, spec: RerankerSpec) -> None:
        self.name = spec.name
        self.batch_size: int = option(spec, "batch_size", BATCH_SIZE)
        most: int = option(spec, "max_tokens", MAX_TOKENS)
        folder = Path(spec.model_path).expanduser() if spec.model_path else None
        if not (folder or spec.model):
            raise EmbeddingError(f'{spec.name}: a "model" or a "model_path" is expected.')
        try:
            from sentence_transformers import CrossEncoder  # noqa: PLC0415
        except ImportError as error:
            needs_extra("The re-ranker sentence_transformers", "sentence-transformers", error)
        if folder and not folder.is_dir():
            raise BackendUnavailable(f"{spec.name}: there is no folder {folder}.")
        try:
            self.model: Any = CrossEncoder(
                str(folder or spec.model),
                device=option(spec, "device", None, str),
                cache_folder=option(spec, "cache_dir", None, str),
                local_files_only=bool(folder),
            )
        except Exception as error:
            raise BackendUnavailable(
                f"{spec.name} cannot be loaded ({first_line(error)}): put its files into a folder "
                'and name that as "model_path".'
            ) from error
        self.model.max_length = min(self.model.max_length or most, most)
        self.max_characters = self.model.max_length * CHARACTERS_PER_TOKEN

    def scores(self, question: str, texts: Sequence[str]) -> Any:
        """Return an array of one score a text."""
        question = question[: self.max_characters]
        try:
            return self.model.predict(
                [(question, text[: self.max_characters]) for text in texts],
                batch_size=self.batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        except Exception as error:
            raise EmbeddingError(f"{self.name} failed: {first_line(error)}") from error
