"""The tables of what can be found."""

from assistant.embeddings.models.chunks import KnowledgeChunk
from assistant.embeddings.models.conversation_embeddings import ConversationEmbedding
from assistant.embeddings.models.embedding_models import EmbeddingModel
from assistant.embeddings.models.evaluations import SearchEvaluation
from assistant.embeddings.models.knowledge import KnowledgeDocument
from assistant.embeddings.models.queue import EmbeddingQueueItem
from assistant.embeddings.models.search_events import SearchEvent
from assistant.embeddings.models.searches import SearchRecord
from assistant.embeddings.models.statistics import SearchChange, SearchLexeme, SearchStatistics

__all__ = [
    "ConversationEmbedding",
    "EmbeddingModel",
    "EmbeddingQueueItem",
    "KnowledgeChunk",
    "KnowledgeDocument",
    "SearchChange",
    "SearchEvaluation",
    "SearchEvent",
    "SearchLexeme",
    "SearchRecord",
    "SearchStatistics",
]
