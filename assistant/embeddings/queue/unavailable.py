"""Documents while their model cannot be had: their passages can be found by words."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connections, transaction

from assistant.conf import conf
from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.queue.items import Item
from assistant.embeddings.queue.reading import read, read_texts
from assistant.embeddings.queue.storing import store_texts
from assistant.embeddings.queue.taking import give_back, kept, take

if TYPE_CHECKING:
    from assistant.embeddings.models import EmbeddingModel

__all__ = ["split_documents"]


def split_documents(model: "EmbeddingModel", *, problem: str, using: str, stop: Event) -> None:
    """Store the chunks of queued documents without vectors, and leave them queued.

    Each once: its row gets the problem as its error, which a change of the content takes away.
    """
    while not stop.is_set():
        items = take(
            model_id=model.pk,
            using=using,
            rows=conf.EMBED_BATCH_ROWS,
            size=conf.EMBED_BATCH_BYTES,
            documents_without=problem,
        )
        if not items:
            break
        with kept(items, using=using):
            _split(items, model=model, using=using)
        give_back(items, using=using, error=problem)


def _split(items: Sequence[Item], *, model: "EmbeddingModel", using: str) -> None:
    # Chunks that are the document's as it is stay, with their vectors.
    texts = {key: text[0] for key, text in read_texts(items, using=using).items()}
    fitting = _fitting(texts, model_id=model.pk, using=using)
    texts.clear()
    wanted = [item for item in items if item.document_id not in fitting]
    try:
        sources = read(wanted, backend=None, using=using).sources
    except EmbeddingError:
        return  # the splitter cannot be had either
    with transaction.atomic(using=using):
        store_texts(sources, model_id=model.pk, using=using)


def _fitting(texts: dict[UUID, str], *, model_id: UUID, using: str) -> set[UUID]:
    """Return the documents that have chunks, all of which are of their text."""
    ends: defaultdict[UUID, int] = defaultdict(int)
    stale = set()
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT document_id, start_offset, end_offset, content_hash FROM knowledge_chunks"
            " WHERE document_id = ANY (%s) AND embedding_model_id = %s",
            [list(texts), model_id],
        )
        for key, start, end, content_hash in cursor.fetchall():
            ends[key] = max(ends[key], end)
            # A text is hashed as the splitter does.
            digest = hashlib.sha256(texts[key][start:end].encode()).hexdigest()
            if digest != content_hash:
                stale.add(key)
    return {key for key, end in ends.items() if key not in stale and not texts[key][end:].strip()}
