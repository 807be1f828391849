"""Models as ONNX files, run by fastembed: the light default."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.embeddings.backends.base import (
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
    needs_extra,
    option,
)
from assistant.embeddings.backends.folders import check_model_folder

__all__ = ["FastembedBackend", "check_tokenizer", "first_line", "quiet"]

# What a batch of long texts takes grows with the square of their length.
BATCH_SIZE = 16
MAX_TOKENS = 512
# Nearly all of a text that a tokenizer looks at is cut off again: spare it what surely is.
CHARACTERS_PER_TOKEN = 64
HUB_TIMEOUT = 10
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
        most: int = option(spec, "max_tokens", MAX_TOKENS)
        try:
            import fastembed  # noqa: F401, PLC0415
        except ImportError as error:
            needs_extra("The backend fastembed", "fastembed", error)
        with quiet():
            embedding = _from_folder(spec) if spec.model_path else _from_hub(spec)
        self.model = embedding
        self.folder = Path(embedding.model._model_dir)
        tokenizer = embedding.model.tokenizer
        truncation = dict(tokenizer.truncation)
        self.max_tokens: int | None = min(truncation["max_length"], most)
        tokenizer.enable_truncation(**{**truncation, "max_length": self.max_tokens})
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
    return _load(spec, TextEmbedding, name, specific_model_path=str(folder), local_files_only=True)


def check_tokenizer(name: str, folder: Path) -> None:
    """Raise ``BackendUnavailable`` where a folder's tokenizer.json is none."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    try:
        Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library's own is a plain one
        raise BackendUnavailable(
            f"{name}: tokenizer.json in {folder} holds no tokenizer: {first_line(error)}"
        ) from error


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
    """Load a model from fastembed's cache, or fetch it into the cache first."""
    from fastembed import TextEmbedding  # noqa: PLC0415
    from huggingface_hub import HfApi  # noqa: PLC0415

    known = _description(spec.name)
    if known is None:
        raise BackendUnavailable(
            f"{spec.name} is no model that fastembed knows: put its ONNX files into a folder and "
            'name that as "model path", or choose another backend.'
        )
    cache = option(spec, "cache_dir", None, str)
    try:
        return TextEmbedding(
            known["model"], cache, option(spec, "threads", None, int), local_files_only=True
        )
    except ValueError:
        pass  # not in the cache
    try:
        # fastembed itself would try for most of a minute.
        HfApi().model_info(known["sources"]["hf"], timeout=HUB_TIMEOUT)
    except Exception as error:
        raise BackendUnavailable(
            f"{spec.name} is not on this machine and cannot be fetched ({first_line(error)}): put "
            'its files into a folder and name that as "model path", or fill the cache that '
            "FASTEMBED_CACHE_PATH names."
        ) from error
    return _load(spec, TextEmbedding, known["model"], cache_dir=cache)


def _load(spec: ModelSpec, factory: Any, name: str, **options: Any) -> Any:
    try:
        return factory(name, threads=option(spec, "threads", None, int), **options)
    except Exception as error:
        where = f" from {spec.model_path}" if spec.model_path else ""
        raise BackendUnavailable(
            f"{spec.name} cannot be loaded{where}: {first_line(error)}"
        ) from error


def _description(name: str) -> dict[str, Any] | None:
    """Return what fastembed knows about a model."""
    from fastembed import TextEmbedding  # noqa: PLC0415

    models = {model["model"].lower(): model for model in TextEmbedding.list_supported_models()}
    found: dict[str, Any] | None = models.get(name.lower())
    return found or models.get(f"{USUAL_OWNER}{name}".lower())


@contextmanager
def quiet() -> Iterator[None]:
    """Keep fastembed from writing what the error says anyway."""
    from loguru import logger  # noqa: PLC0415

    logger.disable("fastembed")
    try:
        yield
    finally:
        logger.enable("fastembed")


def first_line(error: Exception) -> str:
    """Return the beginning of what a library says."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]
