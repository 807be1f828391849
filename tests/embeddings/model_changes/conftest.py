"""A database of each test's own, with texts in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.embeddings.backends import forget_backends
from tests.contract import rows
from tests.embeddings.queue.conftest import (  # noqa: F401 (fixtures)
    Client,
    client,
    queue_template,
    shared,
)
from tests.embeddings.queue.test_sessions import work

WORDS = [
    "harbour",
    "ledger",
    "orchard",
    "lantern",
    "compass",
    "kettle",
    "meadow",
    "thimble",
    "saddle",
    "quarry",
]

DOCUMENTS = 4


@pytest.fixture(autouse=True)
def few_rows(settings: Any) -> None:
    """Let an index pay from a few rows on."""
    settings.ASSISTANT = {"EMBED_INDEX_ROWS": 20}


@pytest.fixture
def texts(client: Client) -> Iterator[int]:  # noqa: F811
    """Store messages and documents that are embedded by the default model; return how many."""
    conversation = rows.conversation(client)
    for number in range(40):
        words = " ".join(WORDS[(number + step) % len(WORDS)] for step in range(3))
        rows.message(client, conversation, content=f"note {number} on the {words}")
    for number in range(DOCUMENTS):
        rows.insert(
            client,
            "knowledge_base",
            title=f"Guide {number}",
            content=f"A guide to the {WORDS[number]} and the {WORDS[-number]}",
        )
    work()
    yield 40 + DOCUMENTS
    forget_backends()
