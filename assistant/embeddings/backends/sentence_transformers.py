"""Models run by sentence-transformers on torch: for GPUs, and models without an ONNX file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.embeddings.backends.base import (
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
    needs_extra,
    option,
)

__all__ = ["SentenceTransformersBackend"]

BATCH_SIZE = 16
MAX_TOKENS = 512
CHARACTERS_PER_TOKEN = 64


class SentenceTransformersBackend:
    """A local folder, or a model that the library finds or fetches by its name.

    Options: ``batch_size``, ``max_tokens``, ``device`` ("cpu", "cuda", …), ``cache_dir``.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.name = spec.name
        self.batch_size: int = option(spec, "batch_size", BATCH_SIZE)
        most: int = option(spec, "max_tokens", MAX_TOKENS)
        self.folder = Path(spec.model_path).expanduser() if spec.model_path else None
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        except ImportError as error:
            needs_extra("The backend sentence_transformers", "sentence-transformers", error)
        if self.folder and not self.folder.is_dir():
            raise BackendUnavailable(f"{spec.name}: there is no folder {self.folder}.")
        try:
            self.model: Any = SentenceTransformer(
                str(self.folder or spec.name),
                device=option(spec, "device", None, str),
                cache_folder=option(spec, "cache_dir", None, str),
                local_files_only=bool(self.folder),
            )
        except Exception as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            raise BackendUnavailable(
                f"{spec.name} cannot be loaded ({first}): put its files into a folder and name "
                'that as "model path".'
            ) from error
        self.model.max_seq_length = min(self.model.max_seq_length or most, most)
        self.max_tokens: int | None = self.model.max_seq_length
        self.max_characters = self.model.max_seq_length * CHARACTERS_PER_TOKEN

    def embed_documents(self, texts: Sequence[str]) -> Any:
        """Return one array a text."""
        # Since 5.0 a model may treat questions and documents differently.
        return self.encode(getattr(self.model, "encode_document", self.model.encode), texts)

    def embed_query(self, text: str) -> Any:
        """Return an array."""
        return self.encode(getattr(self.model, "encode_query", self.model.encode), [text])[0]

    def tokenizer_file(self) -> Path | None:
        """Return the folder's, or that of the library's cache."""
        if self.folder:
            files = [self.folder / "tokenizer.json"]
        else:
            from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415

            names = (self.name, f"sentence-transformers/{self.name}")
            found = (try_to_load_from_cache(name, "tokenizer.json") for name in names)
            files = [Path(file) for file in found if isinstance(file, str)]
        return next((file for file in files if file.is_file()), None)

    def encode(self, encode: Any, texts: Sequence[str]) -> Any:
        """Compute vectors."""
        try:
            return encode(
                [text[: self.max_characters] for text in texts],
                batch_size=self.batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        except Exception as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
            raise EmbeddingError(f"{self.name} failed: {first}") from error
