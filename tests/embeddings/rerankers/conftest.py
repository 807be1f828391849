"""Re-rankers that nobody has loaded yet, and the server of the backends' tests."""

from collections.abc import Iterator

import pytest

from assistant.embeddings.rerankers import forget_rerankers
from tests.embeddings.backends.conftest import no_network, server

__all__ = ["no_network", "server"]


@pytest.fixture(autouse=True)
def fresh_rerankers() -> Iterator[None]:
    """Let a test load its own."""
    forget_rerankers()
    yield
    forget_rerankers()
