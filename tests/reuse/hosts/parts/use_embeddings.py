"""Embeddings with conversations, without settings."""

from django.contrib.auth import get_user_model
from pgvector.django import CosineDistance

from assistant.conversations.models import Conversation
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeDocument

user = get_user_model().objects.create(username="bo")
conversation = Conversation.objects.create(user=user)
for number in (1.0, 2.0):
    ConversationEmbedding.objects.create(
        conversation=conversation,
        embedding_vector=[1.0] * 383 + [number],
        content_hash="0" * 64,
        chunk_text=f"Chunk {number}",
    )
document = KnowledgeDocument.objects.create(title="T", content="An error budget")

nearest = ConversationEmbedding.objects.order_by(CosineDistance("embedding_vector", [1.0] * 384))
assert nearest[0].chunk_text == "Chunk 1.0"
assert nearest[0].embedding_model == EmbeddingModel.objects.get(is_default=True)
assert KnowledgeDocument.objects.matching("budgets").get() == document

user.delete()
assert not ConversationEmbedding.objects.exists()
