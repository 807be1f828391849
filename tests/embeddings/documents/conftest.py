"""What tests of documents share."""

import pytest


@pytest.fixture(autouse=True)
def _no_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no embedding model: chunks are cut by characters."""

    monkeypatch.setattr(
        "assistant.embeddings.documents.splitters.load_backend", lambda _model: None
    )
