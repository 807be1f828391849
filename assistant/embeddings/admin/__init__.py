"""Embedding models, the queue, embeddings and the knowledge base in the admin site."""

from assistant.embeddings.admin.conversation_embeddings import ConversationEmbeddingAdmin
from assistant.embeddings.admin.embedding_models import EmbeddingModelAdmin
from assistant.embeddings.admin.evaluations import SearchEvaluationAdmin
from assistant.embeddings.admin.knowledge import KnowledgeDocumentAdmin
from assistant.embeddings.admin.knowledge_chunks import KnowledgeChunkAdmin
from assistant.embeddings.admin.queue import EmbeddingQueueItemAdmin
from assistant.embeddings.admin.search_events import SearchEventAdmin
from assistant.embeddings.admin.search_statistics import (
    SearchChangeAdmin,
    SearchLexemeAdmin,
    SearchStatisticsAdmin,
)
from assistant.embeddings.admin.searches import SearchRecordAdmin

__all__ = [
    "ConversationEmbeddingAdmin",
    "EmbeddingModelAdmin",
    "EmbeddingQueueItemAdmin",
    "KnowledgeChunkAdmin",
    "KnowledgeDocumentAdmin",
    "SearchChangeAdmin",
    "SearchEvaluationAdmin",
    "SearchEventAdmin",
    "SearchLexemeAdmin",
    "SearchRecordAdmin",
    "SearchStatisticsAdmin",
]
