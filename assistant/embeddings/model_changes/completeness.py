"""What a model has, and what it still needs before everybody searches with it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant.conversations.models import Message
from assistant.embeddings.index_states import INDEXED, IndexState, index_states
from assistant.embeddings.model_changes.advice import embed_command, step_command
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem, KnowledgeDocument
from assistant.embeddings.queue.indexing import has_many

__all__ = ["Completeness"]

# How many texts may wait when everybody begins to search with a model, and what share of all where
# that is more. Until they are embedded they are found by their words.
FEW_WAITING = 100
SHARE_WAITING = 0.01


@dataclass(frozen=True)
class Completeness:
    """How it stands with a model; each part is read when it is asked for, once."""

    model: EmbeddingModel
    using: str

    @cached_property
    def texts(self) -> int:
        """Return how many messages and documents there are."""
        return sum(
            kind._base_manager.using(self.using).count() for kind in (Message, KnowledgeDocument)
        )

    @cached_property
    def waiting(self) -> int:
        """Return how many texts wait for their vectors."""
        return int(self._queue().waiting().count())

    @cached_property
    def failed(self) -> int:
        """Return how many texts have failed for good."""
        return int(self._queue().failed().count())

    @property
    def is_behind(self) -> bool:
        """Return whether more texts wait than those of a moment ago."""
        if self.model.status == EmbeddingModel.Status.BUILDING:
            return self.waiting > 0  # however few there are: it is not built
        return self.waiting > FEW_WAITING and self.waiting > SHARE_WAITING * self.texts

    @property
    def covered(self) -> int | None:
        """Return how many texts are done; None while they have not all been queued."""
        if self.model.backfilled_at is None:
            return None
        return max(0, self.texts - self.waiting - self.failed)

    @cached_property
    def indexes(self) -> list[IndexState]:
        """Return the states of the indexes of vectors."""
        return index_states(self.model, using=self.using)

    @cached_property
    def wanted_indexes(self) -> list[IndexState]:
        """Return the indexes that are not there and would pay."""
        return [
            state
            for state, chunks in zip(self.indexes, INDEXED, strict=True)
            if state.status not in {"valid", "impossible"}
            and has_many(chunks, self.model, self.using)
        ]

    def problems(self) -> list[str]:
        """Return what is missing, in a few words each; nothing is where there are no texts."""
        problems = []
        if self.model.backfilled_at is None:
            if self._has_texts():
                problems.append("not all texts have been queued for it")
        elif self.is_behind:
            problems.append(f"{self.waiting:,} texts wait for their vectors")
        if self.failed:
            problems.append(f"{self.failed:,} texts have failed")
        if not problems and self._has_texts() and not self.has_vectors():
            problems.append("it has no vectors")
        problems += [f"the index {state.name} is {state.status}" for state in self.wanted_indexes]
        return problems

    def has_vectors(self) -> bool:
        """Return whether there is any vector of it."""
        return any(
            chunks._base_manager.using(self.using)
            .filter(embedding_model=self.model, embedding_vector__isnull=False)
            .exists()
            for chunks in INDEXED
        )

    def way_out(self) -> str:
        """Return the command that completes the model."""
        is_queued = self.model.backfilled_at is not None
        if self.failed and is_queued and not self.is_behind and not self.wanted_indexes:
            return embed_command(self.model.name, "--retry-failed")
        return step_command("build", self.model.name)

    def _queue(self) -> Any:
        return EmbeddingQueueItem.objects.using(self.using).filter(embedding_model=self.model)

    def _has_texts(self) -> bool:
        # A text without any character has no vector.
        return any(
            kind._base_manager.using(self.using).exclude(content="").exists()
            for kind in (Message, KnowledgeDocument)
        )
