"""A superuser who has logged in, and the rows that a test needs."""

import pytest
from django.test import Client
from project.factories import make_user

from assistant.embeddings.models import EmbeddingModel


@pytest.fixture
def root(db: None) -> Client:
    """Return a browser in which a superuser has logged in through the page for that."""
    make_user(name="root@example.org", password="secret", is_staff=True, is_superuser=True)
    client = Client()
    answer = client.post(
        "/admin/login/?next=/admin/", {"username": "root@example.org", "password": "secret"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    return client


@pytest.fixture
def embedding_model(db: None) -> EmbeddingModel:
    """Return the default model, whether a flush has taken it away or not."""
    model, _made = EmbeddingModel.objects.get_or_create(
        is_default=True, defaults={"name": "all-MiniLM-L6-v2", "dimension": 384}
    )
    return model
