"""A migrated database beside the test database, whose rows may be committed."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from assistant.embeddings.backends import forget_backends
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.worker import Worker
from tests.contract.databases import alias, connect, database
from tests.embeddings.embedder import HashedWords

Client = psycopg.Connection[Any]

HASHED_WORDS = "tests.embeddings.embedder.HashedWords"


@pytest.fixture
def model(db: None) -> EmbeddingModel:
    """Return the default model, embedding by the hash of words, in three dimensions."""
    forget_backends()
    HashedWords.reset()
    EmbeddingModel.objects.filter(is_default=True).update(
        backend=HASHED_WORDS, dimension=3, model_path=None
    )
    return EmbeddingModel.objects.get(is_default=True)


@pytest.fixture(scope="session")
def queue_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database as ``migrate`` leaves it, with that model; copied, never connected to."""
    with django_db_blocker.unblock(), database("queue_template") as name:
        with alias(name):
            call_command("migrate", database="scratch", verbosity=0)
            EmbeddingModel.objects.using("scratch").update(backend=HASHED_WORDS, dimension=3)
            Worker(using="scratch").run()  # nothing is there, and the model knows
        yield name


@pytest.fixture
def shared(queue_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name a database of this test alone, Django's alias ``scratch``, for several sessions."""
    forget_backends()
    HashedWords.reset()
    with (
        django_db_blocker.unblock(),
        database("queue", template=queue_template) as name,
        alias(name),
    ):
        yield name


@pytest.fixture
def client(shared: str) -> Iterator[Client]:
    """Return a client of that database that knows nothing of Django."""
    with connect(shared, autocommit=True) as connection:
        yield connection
