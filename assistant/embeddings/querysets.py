"""Filters of passages: of conversations' and of documents'."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from django.db import models

from assistant.db.search import FullTextQuerySet

__all__ = ["ChunkQuerySet", "ConversationEmbeddingQuerySet", "KnowledgeChunkQuerySet"]


class ChunkQuerySet(FullTextQuerySet):
    """What both kinds of passages have in common. Everything can be chained.

    Filters that make no sense for a kind leave nothing of it: a conversation has no tags, and a
    document is in no conversation.
    """

    search_vector = models.F("chunk_search")

    def of_model(self, embedding_model: Any) -> Self:
        """Keep the passages of an embedding model (an instance or a key)."""
        return self.filter(embedding_model=embedding_model)

    def answering(self, question: str) -> Self:
        """Keep rows that hold words of a question, the best first, with their ``rank``.

        Words are joined by OR; ``"quoted phrases"`` must be there and ``-exclusions`` must not.
        Filter before: of very many matching rows, only some thousand are ranked.
        """
        from assistant.embeddings.search.keywords import answering  # noqa: PLC0415  it imports us

        return answering(self, question)

    def visible_to(self, user: Any) -> Self:
        """Keep what a user (an instance or a key) may find."""
        raise NotImplementedError

    def in_conversation(self, conversation: Any) -> Self:
        """Keep what is in a conversation (an instance or a key)."""
        raise NotImplementedError

    def tagged(self, tags: Sequence[str]) -> Self:
        """Keep what has all of these tags."""
        raise NotImplementedError

    def since(self, moment: datetime) -> Self:
        """Keep what was said or changed at this time or later."""
        raise NotImplementedError


class ConversationEmbeddingQuerySet(ChunkQuerySet):
    """Filters of what was said."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own conversations."""
        return self.filter(user=user)

    def in_conversation(self, conversation: Any) -> Self:
        """Keep what is in a conversation (an instance or a key)."""
        return self.filter(conversation=conversation)

    def tagged(self, tags: Sequence[str]) -> Self:
        """Keep nothing, if there are tags to have."""
        return self.none() if tags else self

    def since(self, moment: datetime) -> Self:
        """Keep messages of this time or later, and files embedded since."""
        later = models.Q(message__timestamp__gte=moment)
        return self.filter(later | models.Q(message=None, created_at__gte=moment))


class KnowledgeChunkQuerySet(ChunkQuerySet):
    """Filters of documents' passages."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own documents and what is shared with everyone."""
        return self.filter(models.Q(owner=user) | models.Q(owner=None))

    def in_conversation(self, conversation: Any) -> Self:
        """Keep nothing."""
        return self.none()

    def tagged(self, tags: Sequence[str]) -> Self:
        """Keep documents that have all of these tags."""
        return self.filter(document__tags__contains=list(tags)) if tags else self

    def since(self, moment: datetime) -> Self:
        """Keep documents that have changed at this time or later."""
        return self.filter(document__updated_at__gte=moment)
