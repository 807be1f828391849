"""What tests of documents share."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _no_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no embedding model: chunks are cut by characters."""

    def refuse(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("assistant.embeddings.documents.splitters.import_module", refuse)
