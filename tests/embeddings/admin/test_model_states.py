"""What the pages of embedding models tell of how it stands with them."""

import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from assistant.conf import conf
from assistant.embeddings.admin import coverage
from assistant.embeddings.admin.backend_states import backend_state
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem
from tests import factories
from tests.db.admin.pages import page

LIST = "/admin/assistant_embeddings/embeddingmodel/"
QUEUE = "/admin/assistant_embeddings/embeddingqueueitem/"


def panel(client: Client, model: EmbeddingModel, name: str) -> str:
    """Return a line of a model's page as text."""
    html = client.get(page(model, "change")).text
    found = re.search(rf'form-row field-{name}">(.*?)</div>\s*</div>', html, re.DOTALL)
    assert found, name
    text = re.sub(r"<[^>]+>", " ", found[1])
    return re.sub(r"\s+", " ", unescape(text)).partition(":")[2].strip()


@pytest.mark.parametrize(
    "fields, text",
    [
        ({}, "live"),
        ({"status": "building"}, "live, being built"),
        ({"status": "retired"}, "retired"),
        ({"is_active": False}, "not active"),
    ],
)
def test_whether_a_model_is_live(viewer: Client, fields: dict[str, Any], text: str) -> None:
    model = factories.make_embedding_model(**fields)

    assert panel(viewer, model, "live_state") == text
    assert f'field-live_state">{text}</td>' in viewer.get(LIST).text


def test_coverage_counts_texts_with_vectors(root: Client, monkeypatch: Any) -> None:
    # Other tests leave the tables large, though empty.
    monkeypatch.setattr(coverage, "PAGES", 10**5)
    model = factories.make_embedding_model()
    assert panel(root, model, "coverage") == "Messages: none yet Knowledge documents: none yet"
    messages = [factories.make_message() for _ in range(3)]
    factories.make_message(content="")
    for message in messages[:2]:
        conversation = message.conversation
        factories.make_embedding(conversation=conversation, message=message, embedding_model=model)
    factories.make_embedding(conversation=messages[2].conversation, message=messages[2])
    factories.make_chunk(embedding_model=model)
    factories.make_chunk(embedding_model=model, embedding_vector=[1, 2, 3])

    found = panel(root, model, "coverage")

    assert "Messages: 2 of 3 have vectors" in found
    assert "Knowledge documents: 1 of 2 have vectors" in found


def test_coverage_of_many_texts_is_a_sample(root: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(coverage, "PAGES", 20)
    model = factories.make_embedding_model()
    conversation = factories.make_conversation()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messages (conversation_id, role, content)"
            " SELECT %s, 'user', repeat('word ', 200) FROM generate_series(1, 2000)",
            [conversation.pk],
        )
        cursor.execute(
            "INSERT INTO conversation_embeddings (conversation_id, message_id, content_hash,"
            " embedding_vector, chunk_text, embedding_model_id)"
            " SELECT conversation_id, id, '', '[1,2,3]', 'word', %s FROM messages",
            [model.pk],
        )

    found = panel(root, model, "coverage")

    size = re.search(r"Messages: about 100 % of 2,000 have vectors \(a sample of (\d+)\)", found)
    assert size
    assert 0 < int(size[1]) < 1000


def test_the_queue_is_counted_and_linked(root: Client) -> None:
    model = EmbeddingModel.objects.get(is_default=True)
    for _ in range(3):
        factories.make_message()
    items = EmbeddingQueueItem.objects.filter(embedding_model=model)
    first = items.earliest("pk")
    items.filter(pk=first.pk).update(failed_at=first.created_at)

    text = root.get(page(model, "change")).text
    listed = root.get(LIST).text

    assert "2 waiting (2 due)" in text
    assert ">1 failed</a>" in text
    assert ">1 failed</a>" in listed
    for state, count in (("waiting", 2), ("failed", 1)):
        address = f"{QUEUE}?model={model.pk}&state={state}"
        assert address.replace("&", "&amp;") in text
        assert len(root.get(address).context["cl"].result_list) == count


def test_a_long_queue_is_counted_in_part(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"LIST_MAX_ROWS": 5}
    model = EmbeddingModel.objects.get(is_default=True)
    for _ in range(7):
        factories.make_message()
    assert conf.LIST_MAX_ROWS == 5

    assert "more than 5 waiting (more than 5 due)" in panel(root, model, "queue")
    assert "more than 5" not in panel(root, factories.make_embedding_model(), "queue")


def test_the_states_of_vector_indexes(root: Client) -> None:
    model = factories.make_embedding_model()
    name = f"idx_conversation_embeddings_vector_{model.pk.hex[-12:]}"
    assert panel(root, model, "vector_indexes").count("missing;") == 2
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX {name} ON conversation_embeddings"
            " USING hnsw ((embedding_vector::halfvec(3)) halfvec_cosine_ops)"
            f" WHERE embedding_model_id = '{model.pk}'"
        )

        valid = panel(root, model, "vector_indexes")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name]
        )
        invalid = panel(root, model, "vector_indexes")

    assert re.search(r"Conversation embeddings: valid, \d", valid)
    assert "Knowledge chunks: missing;" in valid
    assert "Conversation embeddings: invalid;" in invalid
    large = factories.make_embedding_model(dimension=4001)
    assert panel(root, large, "vector_indexes").count("none; above 4,000 dimensions") == 2


@pytest.mark.parametrize(
    "fields, is_ready, part",
    [
        ({"backend": "openai"}, True, "Everything it needs is here."),
        ({"backend": "tests.factories.Backend"}, True, "Everything"),
        ({"backend": "no_such_package.Backend"}, False, "There is no “no_such_package.Backend”"),
        ({"backend": "openai", "model_path": "/no/such/folder"}, False, "/no/such/folder"),
        ({"backend": "openai", "provider": {"api_key_env": "UNSET_KEY"}}, False, "UNSET_KEY"),
        ({"backend": "openai", "provider": {"api_key_env": 3}}, True, "Everything"),
    ],
)
def test_what_a_backend_lacks(fields: dict[str, Any], is_ready: bool, part: str) -> None:
    state = backend_state(EmbeddingModel(name="tiny", dimension=3, **{"provider": {}, **fields}))

    assert state.is_ready is is_ready
    assert part in state.text


@pytest.mark.parametrize(
    "backend, extra", [("fastembed", "fastembed"), ("sentence_transformers", "sentence-trans")]
)
def test_a_missing_extra_is_named(monkeypatch: Any, backend: str, extra: str) -> None:
    monkeypatch.setattr("assistant.embeddings.admin.backend_states.find_spec", lambda name: None)

    state = backend_state(EmbeddingModel(name="tiny", dimension=3, backend=backend))

    assert not state.is_ready
    assert f'pip install "django-ai-assistant-backend[{extra}' in state.text


def test_folders_and_variables_that_are_there(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(os.environ, "SET_KEY", "sk-secret")
    provider = {"api_key_env": "SET_KEY"}

    state = backend_state(
        EmbeddingModel(backend="openai", model_path=str(tmp_path), provider=provider)
    )

    assert state == (True, "Everything it needs is here.")


def test_texts_of_a_model_are_escaped(root: Client) -> None:
    model = factories.make_embedding_model(
        name="<script>alert(1)</script>", backend="<b>x</b>.y", model_path="<i>path</i>"
    )
    factories.make_queue_item(embedding_model=model)

    for address in (LIST, page(model, "change"), QUEUE):
        text = root.get(address).text
        assert "<script>alert" not in text
        assert "<b>x" not in text
        assert "<i>path" not in text
