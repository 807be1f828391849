"""Folders that hold a model's files."""

import json
from pathlib import Path

from assistant.embeddings.backends.base import BackendUnavailable

__all__ = ["check_model_folder"]

REQUIRED = ("tokenizer.json", "tokenizer_config.json")
OPTIONAL = ("config.json", "special_tokens_map.json")


def check_model_folder(name: str, folder: Path, model_file: str) -> None:
    """Raise ``BackendUnavailable`` that names the folder and the file that is missing or broken."""
    if not folder.is_dir():
        raise BackendUnavailable(f"{name}: there is no folder {folder}, the model path.")
    for file in (model_file, *REQUIRED):
        if not (folder / file).is_file():
            raise BackendUnavailable(f"{name}: {file} is missing in {folder}, the model path.")
    for file in (*REQUIRED, *OPTIONAL):
        if (folder / file).exists():
            _check_json(name, folder, file)


def _check_json(name: str, folder: Path, file: str) -> None:
    try:
        content = json.loads((folder / file).read_bytes())
        if not isinstance(content, dict):
            raise ValueError("an object is expected")
    except (OSError, ValueError) as error:  # not UTF-8 is a ValueError, too
        raise BackendUnavailable(f"{name}: {file} in {folder} cannot be read: {error}") from error
