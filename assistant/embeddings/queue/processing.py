"""From rows that were taken to vectors that are stored."""

import time
from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DatabaseError, transaction

from assistant.embeddings.backends import Backend, ModelSpec
from assistant.embeddings.queue.computing import Computed, compute
from assistant.embeddings.queue.failures import describe, fail
from assistant.embeddings.queue.items import Item, Part, Source, Vector
from assistant.embeddings.queue.outcomes import Outcome
from assistant.embeddings.queue.reading import groups, read
from assistant.embeddings.queue.storing import store
from assistant.embeddings.queue.taking import drop, give_back, kept, renew
from assistant.embeddings.queue.vectors import claim, find_vectors

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["Batch"]

# Seconds after which a row is tried again that another worker or a writer was busy with.
BUSY_PAUSE = 1

# How often, and after how many seconds, a transaction is tried again that passing locks ended.
MOST_TRIES = 4
TABLE_PAUSE = 0.25

# Vectors that a worker keeps of sources that were locked.
MOST_SPARE = 2_000

# Classes of SQLSTATE: what a row's values do, and what passes by itself.
ROW_FAULTS = {"22", "23", "54", "P0"}
PASSING = {"40", "55"}


class Batch:
    """Rows of one model that were taken together."""

    def __init__(
        self,
        items: Sequence[Item],
        *,
        model: "EmbeddingModel",
        backend: Backend,
        using: str,
        spare: dict[str, Vector] | None = None,
    ) -> None:
        self.open = {item.id: item for item in items}
        self.model_id: UUID = model.pk
        self.spec = ModelSpec.of(model)
        self.backend = backend
        self.using = using
        # Computed for sources that were locked when they were to be stored.
        self.spare = {} if spare is None else spare
        self.outcome = Outcome()

    def run(self, stop: Event) -> Outcome:
        """Embed and store what the rows name; what is not settled is given back.

        Raises ``BackendUnavailable``.
        """
        with kept(list(self.open.values()), using=self.using):
            reading = read(list(self.open.values()), backend=self.backend, using=self.using)
            drop(reading.gone, using=self.using)
            self._settle(reading.gone)
            self._fail(reading.errors)
            for number, parts in enumerate(groups(reading.sources)):
                wanted = [part for part in parts if part.source.item.id in self.open]
                if stop.is_set() or self.outcome.outage:
                    break
                if number:
                    renew(self.open.values(), using=self.using)
                if wanted:
                    self._embed(wanted, {})
        give_back(self.open.values(), using=self.using)
        return self.outcome

    def _embed(
        self, parts: list[Part], vectors: dict[str, Vector], tries: int = MOST_TRIES
    ) -> None:
        """Compute and store parts; ``vectors`` are there already, and get those that are made."""
        texts = {chunk.content_hash: chunk.text for part in parts for chunk in part.chunks}
        self._find(parts, texts.keys() - vectors.keys(), vectors)
        computed = Computed()
        try:
            with transaction.atomic(using=self.using):
                computed = self._compute(texts, vectors)
                ready = [part for part in parts if is_ready(part, vectors)]
                stored = store(ready, vectors, model_id=self.model_id, using=self.using)
        except DatabaseError as error:
            self.outcome.computed += len(computed.vectors)
            self._explain(error, parts, vectors, tries)
            return
        self._report(parts, set(stored), computed)
        self._spare(parts, set(stored), vectors)

    def _find(self, parts: Sequence[Part], wanted: set[str], vectors: dict[str, Vector]) -> None:
        for source in {part.source for part in parts if part.is_first and not part.is_last}:
            # Its first part deletes stale chunks whose vectors a later one may want.
            hashes = {chunk.content_hash for chunk in source.chunks}
            source.known = find_vectors(hashes, model_id=self.model_id, using=self.using)
        for part in parts:
            vectors.update({h: v for h, v in part.source.known.items() if h in wanted})
        vectors.update({h: self.spare[h] for h in wanted & self.spare.keys()})
        wanted = wanted - vectors.keys()
        vectors.update(find_vectors(wanted, model_id=self.model_id, using=self.using))

    def _compute(self, texts: dict[str, str], vectors: dict[str, Vector]) -> Computed:
        missing = texts.keys() - vectors.keys()
        if not missing:
            return Computed()
        mine = claim(missing, model_id=self.model_id, using=self.using)
        # Somebody may have stored some before the claim.
        vectors.update(find_vectors(mine, model_id=self.model_id, using=self.using))
        wanted = {
            text_hash: text
            for text_hash, text in texts.items()
            if text_hash in mine and text_hash not in vectors
        }
        computed = compute(wanted, backend=self.backend, spec=self.spec)
        vectors.update(computed.vectors)
        return computed

    def _report(self, parts: Sequence[Part], stored: set[Source], computed: Computed) -> None:
        self.outcome.computed += len(computed.vectors)
        self.outcome.outage = computed.outage
        errors = {}
        busy = []
        for part in parts:
            source = part.source
            wrong = [
                computed.errors[chunk.content_hash]
                for chunk in part.chunks
                if chunk.content_hash in computed.errors
            ]
            if wrong:
                errors[source.item] = wrong[0]
            elif source not in stored:
                busy.append(source.item)
            elif part.is_last:
                self.outcome.done += 1
                self._settle([source.item])
        self._fail(errors)
        self._postpone(busy)

    def _spare(
        self, parts: Sequence[Part], stored: set[Source], vectors: dict[str, Vector]
    ) -> None:
        """Keep what was computed in vain, for the next time; some of it, so that it is bounded."""
        for part in parts:
            for chunk in part.chunks:
                text_hash = chunk.content_hash
                if part.source in stored:
                    self.spare.pop(text_hash, None)
                elif text_hash in vectors and len(self.spare) < MOST_SPARE:
                    self.spare[text_hash] = vectors[text_hash]

    def _explain(
        self, error: DatabaseError, parts: list[Part], vectors: dict[str, Vector], tries: int
    ) -> None:
        """Find the row at fault; what is nobody's fault is tried again, or raised."""
        state = getattr(error.__cause__, "sqlstate", None) or ""
        if state[:2] in ROW_FAULTS:
            if len(parts) > 1:
                for part in parts:
                    self._embed([part], vectors)
            else:
                self._fail({parts[0].source.item: describe(error)})
        elif state[:2] in PASSING and tries > 1:
            # Somebody has a whole table in hand. What was computed is kept meanwhile.
            time.sleep(TABLE_PAUSE)
            self._embed(parts, vectors, tries - 1)
        elif state[:2] in PASSING:
            self._postpone([part.source.item for part in parts])
        else:
            raise error

    def _settle(self, items: Sequence[Item]) -> None:
        for item in items:
            self.open.pop(item.id, None)

    def _fail(self, errors: dict[Item, str]) -> None:
        final = fail(errors, using=self.using)
        self.outcome.failed += final
        self.outcome.retried += len(errors) - final
        self._settle(list(errors))

    def _postpone(self, items: Sequence[Item]) -> None:
        give_back(items, using=self.using, seconds=BUSY_PAUSE)
        self.outcome.postponed += len(items)
        self._settle(items)


def is_ready(part: Part, vectors: dict[str, Vector]) -> bool:
    """Return whether each chunk has its vector."""
    return all(chunk.content_hash in vectors for chunk in part.chunks)
