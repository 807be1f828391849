"""Models as ONNX files, run by fastembed: the light default."""

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

__all__ = ["FastembedBackend"]

# Where models of these names are published under no name of somebody's.
USUAL_OWNER = "sentence-transformers/"
POOLING_OPTIONS = {"pooling", "normalize"}


class FastembedBackend:
    """A model that fastembed knows, or the ONNX file of a local folder.

    Options: ``batch_size``, ``max_tokens``, ``threads``, ``cache_dir``, and for a folder whose
    model fastembed does not know ``pooling`` ("mean" or "cls"), ``normalize`` and ``model_file``.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.name = spec.name
        self.batch_size: int = option(spec, "batch_size", BATCH_SIZE)
        try:
            import fastembed  # noqa: F401, PLC0415
        except ImportError as error:
            needs_extra("The backend fastembed", "fastembed", error)
        with quiet():
            embedding = _from_folder(spec) if spec.model_path else _from_hub(spec)
        self.model = embedding
        self.folder = Path(embedding.model._model_dir)
        self.max_tokens: int | None = limit_tokens(spec, embedding.model.tokenizer)
        self.max_characters = self.max_tokens * CHARACTERS_PER_TOKEN

    def embed_documents(self, texts: Sequence[str]) -> list[Any]:
        """Return one array a text."""
        cut = [text[: self.max_characters] for text in texts]
        return self.run(self.model.passage_embed(cut, batch_size=self.batch_size))

    def embed_query(self, text: str) -> Any:
        """Return an array."""
        return self.run(self.model.query_embed(text[: self.max_characters]))[0]

    def tokenizer_file(self) -> Path | None:
        """Return the model's."""
        return self.folder / "tokenizer.json"

    def run(self, vectors: Any) -> list[Any]:
        """Compute what fastembed yields."""
        try:
            return list(vectors)
        except Exception as error:  # onnxruntime's are subclasses of nothing else
            raise EmbeddingError(f"{self.name} failed: {first_line(error)}") from error


def _from_folder(spec: ModelSpec) -> Any:
    from fastembed import TextEmbedding  # noqa: PLC0415

    folder = Path(spec.model_path).expanduser().absolute()
    known = _description(spec.name)
    file = option(spec, "model_file", known["model_file"] if known else "", str)
    if not file:
        # The layouts of fastembed's own models, and of sentence-transformers' repositories.
        file = "model.onnx" if (folder / "model.onnx").exists() else "onnx/model.onnx"
    check_model_folder(spec.name, folder, file)
    check_tokenizer(spec.name, folder)
    if known and file == known["model_file"] and not POOLING_OPTIONS & spec.provider.keys():
        name = known["model"]
    else:
        name = _register(spec, folder, file)
    return load(spec, TextEmbedding, name, specific_model_path=str(folder), local_files_only=True)


def _register(spec: ModelSpec, folder: Path, file: str) -> str:
    """Describe to fastembed a model that it does not know, and return its name there."""
    from fastembed import TextEmbedding  # noqa: PLC0415
    from fastembed.common.model_description import ModelSource, PoolingType  # noqa: PLC0415

    poolings = {"mean": PoolingType.MEAN, "cls": PoolingType.CLS, "none": PoolingType.DISABLED}
    pooling = option(spec, "pooling", "mean")
    if pooling not in poolings:
        raise EmbeddingError(
            f'{spec.name}: the option "pooling" is {pooling!r}: one of {", ".join(poolings)} is '
            "expected."
        )
    normalize = option(spec, "normalize", True)
    name = f"{folder}/{file} {pooling} {normalize} {spec.dimension}"
    if _description(name) is None:
        TextEmbedding.add_custom_model(
            name,
            pooling=poolings[pooling],
            normalization=normalize,
            sources=ModelSource(hf=spec.name),  # it wants one, and never asks it
            dim=spec.dimension,
            model_file=file,
        )
    return name


def _from_hub(spec: ModelSpec) -> Any:
    from fastembed import TextEmbedding  # noqa: PLC0415

    known = _description(spec.name)
    if known is None:
        raise BackendUnavailable(
            f"{spec.name} is no model that fastembed knows: put its ONNX files into a folder and "
            'name that as "model path", or choose another backend.'
        )
    return from_hub(spec, TextEmbedding, known, path_name="model path")


def _description(name: str) -> dict[str, Any] | None:
    """Return what fastembed knows about a model."""
    from fastembed import TextEmbedding  # noqa: PLC0415

    models = {model["model"].lower(): model for model in TextEmbedding.list_supported_models()}
    found: dict[str, Any] | None = models.get(name.lower())
    return found or models.get(f"{USUAL_OWNER}{name}".lower())
