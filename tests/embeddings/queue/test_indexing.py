"""Indexes after a first load."""

from typing import Any

from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk
from assistant.embeddings.vector_indexes import index_name
from tests.contract import rows
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import value, work


def test_an_index_is_built_where_there_are_many_vectors(client: Client, settings: Any) -> None:
    settings.ASSISTANT = {"EMBED_INDEX_ROWS": 3}
    conversation = rows.conversation(client)
    model = EmbeddingModel.objects.using("scratch").get()
    name = index_name("conversation_embeddings", model)

    for number, expected in ((2, None), (3, name)):
        rows.message(client, conversation, content=f"text {number}")
        rows.message(client, conversation, content="text")
        work()
        assert value(client, "SELECT to_regclass(%s)::text", name) == expected

    chunks = index_name(KnowledgeChunk._meta.db_table, model)
    assert value(client, "SELECT to_regclass(%s)::text", chunks) is None
