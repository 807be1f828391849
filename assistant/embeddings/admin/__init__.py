"""Embedding models, embeddings and the knowledge base in the admin site."""

from assistant.embeddings.admin.conversation_embeddings import ConversationEmbeddingAdmin
from assistant.embeddings.admin.embedding_models import EmbeddingModelAdmin
from assistant.embeddings.admin.knowledge import KnowledgeDocumentAdmin

__all__ = ["ConversationEmbeddingAdmin", "EmbeddingModelAdmin", "KnowledgeDocumentAdmin"]
