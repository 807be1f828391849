"""A table of vectors to search."""

import random
from typing import Any

from django.db import connection

from assistant.embeddings.index_states import index_name
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk
from tests.factories import make_conversation, make_document, make_embedding_model

DIMENSION = 8
ROWS = 600
RARE = 12  # rows of the second user


def unit(rng: random.Random) -> list[float]:
    """Return a vector, not of length 1, for the distances to differ."""
    return [rng.gauss(0, 1) for _ in range(DIMENSION)]


def make_table(*, distance: str = "cosine", rows: int = ROWS) -> tuple[EmbeddingModel, Any, Any]:
    """Store vectors of one model, most of them of one user, and return the model and the users."""
    rng = random.Random(6)  # noqa: S311
    model = make_embedding_model(dimension=DIMENSION, distance=distance)
    common, rare = make_conversation(), make_conversation()
    ConversationEmbedding.objects.bulk_create(
        ConversationEmbedding(
            conversation=rare if number < RARE else common,
            embedding_model=model,
            embedding_vector=unit(rng),
            content_hash="0" * 64,
            chunk_text=f"Text {number}",
            chunk_index=number,
        )
        for number in range(rows)
    )
    with connection.cursor() as cursor:  # no trigger is left pending: indexes can be made
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return model, common.user, rare.user


def make_library() -> tuple[EmbeddingModel, Any]:
    """Store documents and their chunks, and return the model and the chunks of the tagged ones."""
    rng = random.Random(6)  # noqa: S311
    model = make_embedding_model(dimension=DIMENSION)
    for number in range(30):
        document = make_document(tags=["rare"] if number < 3 else ["common"])
        KnowledgeChunk.objects.bulk_create(
            KnowledgeChunk(
                document=document,
                embedding_model=model,
                embedding_vector=unit(rng),
                content_hash="0" * 64,
                chunk_text=f"Text {index}",
                chunk_index=index,
                start_offset=0,
                end_offset=0,
            )
            for index in range(10)
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return model, KnowledgeChunk.objects.filter(document__tags__contains=["rare"])


def make_index(
    model: EmbeddingModel,
    operator_class: str = "halfvec_cosine_ops",
    *,
    table: str = "conversation_embeddings",
) -> None:
    """Build the model's index, within the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX {index_name(table, model)} ON {table} USING hnsw "
            f"((embedding_vector::halfvec({model.dimension})) {operator_class}) "
            f"WHERE embedding_model_id = '{model.pk}'"
        )
