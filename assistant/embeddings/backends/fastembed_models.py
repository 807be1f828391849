"""What fastembed's models have in common, whatever they compute: how they are had and loaded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from assistant.embeddings.backends.base import BackendUnavailable, Described, option

__all__ = [
    "BATCH_SIZE",
    "CHARACTERS_PER_TOKEN",
    "MAX_TOKENS",
    "check_tokenizer",
    "first_line",
    "from_hub",
    "limit_tokens",
    "load",
    "quiet",
]

# What a batch of long texts takes grows with the square of their length.
BATCH_SIZE = 16
MAX_TOKENS = 512
# Nearly all of a text that a tokenizer looks at is cut off again: spare it what surely is.
CHARACTERS_PER_TOKEN = 64
HUB_TIMEOUT = 10


class Spec(Described, Protocol):
    """What loading reads of the description of a model or re-ranker."""

    @property
    def model_path(self) -> str:
        """A folder with the files, or nothing."""


def from_hub(spec: Spec, factory: Any, known: Mapping[str, Any], *, path_name: str) -> Any:
    """Load a model from fastembed's cache, or fetch it into the cache first."""
    from huggingface_hub import HfApi  # noqa: PLC0415

    cache = option(spec, "cache_dir", None, str)
    try:
        return factory(
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
            f'its files into a folder and name that as "{path_name}", or fill the cache that '
            "FASTEMBED_CACHE_PATH names."
        ) from error
    return load(spec, factory, known["model"], cache_dir=cache)


def load(spec: Spec, factory: Any, name: str, **options: Any) -> Any:
    """Load a model by fastembed's name of it."""
    try:
        return factory(name, threads=option(spec, "threads", None, int), **options)
    except Exception as error:
        where = f" from {spec.model_path}" if spec.model_path else ""
        raise BackendUnavailable(
            f"{spec.name} cannot be loaded{where}: {first_line(error)}"
        ) from error


def limit_tokens(spec: Spec, tokenizer: Any) -> int:
    """Have a tokenizer cut texts at the option ``max_tokens``; return how many it leaves."""
    most: int = option(spec, "max_tokens", MAX_TOKENS)
    truncation = dict(tokenizer.truncation)
    tokens = min(int(truncation["max_length"]), most)
    tokenizer.enable_truncation(**{**truncation, "max_length": tokens})
    return tokens


def check_tokenizer(name: str, folder: Path) -> None:
    """Raise ``BackendUnavailable`` where a folder's tokenizer.json is none."""
    from tokenizers import Tokenizer  # noqa: PLC0415

    try:
        Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library's own is a plain one
        raise BackendUnavailable(
            f"{name}: tokenizer.json in {folder} holds no tokenizer: {first_line(error)}"
        ) from error


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
