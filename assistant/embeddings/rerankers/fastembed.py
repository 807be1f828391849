"""Cross-encoders as ONNX files, run by fastembed on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.embeddings.backends.base import (
    BackendUnavailable,
    EmbeddingError,
    needs_extra,
    option,
)
from assistant.embeddings.backends.fastembed_models import (
    BATCH_SIZE,
    CHARACTERS_PER_TOKEN,
    check_tokenizer,
    first_line,
    from_hub,
    limit_tokens,
    load,
    quiet,
)
from assistant.embeddings.backends.folders import check_model_folder
from assistant.embeddings.rerankers.base import RerankerSpec

__all__ = ["FastembedReranker"]

# The layouts of fastembed's own models, and of sentence-transformers' repositories.
FILES = ("onnx/model.onnx", "model.onnx")


class FastembedReranker:
    """A cross-encoder that fastembed knows, or the ONNX file of a local folder.

    Options: ``batch_size``, ``max_tokens``, ``threads``, ``cache_dir``, and for a folder
    ``model_file``.
    """

    def __init__(self, spec: RerankerSpec) -> None:
        self.name = spec.name
        self.batch_size: int = option(spec, "batch_size", BATCH_SIZE)
        try:
            import fastembed  # noqa: F401, PLC0415
        except ImportError as error:
            needs_extra("The re-ranker fastembed", "fastembed", error)
        with quiet():
            self.model = _from_folder(spec) if spec.model_path else _from_hub(spec)
        self.max_tokens = limit_tokens(spec, self.model.model.tokenizer)
        self.max_characters = self.max_tokens * CHARACTERS_PER_TOKEN

    def scores(self, question: str, texts: Sequence[str]) -> list[Any]:
        """Return one number a text."""
        question = question[: self.max_characters]
        cut = [text[: self.max_characters] for text in texts]
        try:
            return list(self.model.rerank(question, cut, batch_size=self.batch_size))
        except Exception as error:  # onnxruntime's are subclasses of nothing else
            raise EmbeddingError(f"{self.name} failed: {first_line(error)}") from error


def _from_folder(spec: RerankerSpec) -> Any:
    folder = Path(spec.model_path).expanduser().absolute()
    file = option(spec, "model_file", "") or next(
        (file for file in FILES if (folder / file).is_file()), FILES[0]
    )
    check_model_folder(spec.name, folder, file)
    check_tokenizer(spec.name, folder)
    name = _register(folder, file)
    from fastembed.rerank.cross_encoder import TextCrossEncoder  # noqa: PLC0415

    return load(
        spec, TextCrossEncoder, name, specific_model_path=str(folder), local_files_only=True
    )


def _register(folder: Path, file: str) -> str:
    """Describe a folder's model to fastembed, and return its name there."""
    from fastembed.common.model_description import ModelSource  # noqa: PLC0415
    from fastembed.rerank.cross_encoder import TextCrossEncoder  # noqa: PLC0415

    name = f"{folder}/{file}"
    if _description(name) is None:
        TextCrossEncoder.add_custom_model(
            name,
            model_file=file,
            sources=ModelSource(hf=name),  # it wants one, and never asks it
        )
    return name


def _from_hub(spec: RerankerSpec) -> Any:
    from fastembed.rerank.cross_encoder import TextCrossEncoder  # noqa: PLC0415

    known = _description(spec.model)
    if known is None:
        raise BackendUnavailable(
            f"{spec.name} is no cross-encoder that fastembed knows: put its ONNX files into a "
            'folder and name that as "model_path", or choose another backend.'
        )
    return from_hub(spec, TextCrossEncoder, known, path_name="model_path")


def _description(name: str) -> dict[str, Any] | None:
    """Return what fastembed knows about a model, of somebody's name or without it."""
    from fastembed.rerank.cross_encoder import TextCrossEncoder  # noqa: PLC0415

    known = TextCrossEncoder.list_supported_models()
    wanted = name.lower()
    return next(
        (model for model in known if model["model"].lower() == wanted),
        next((model for model in known if model["model"].lower().endswith(f"/{wanted}")), None),
    )
