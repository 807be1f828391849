"""Storing what was read: one document for each source and owner."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from assistant.embeddings.documents.chunks import replace_chunks
from assistant.embeddings.documents.reading import Text
from assistant.embeddings.models import KnowledgeDocument

__all__ = ["Prepared", "Stored", "add_tags", "find_stored", "store"]

# Adds those tags that a row does not have; rows are locked in order.
ADD_TAGS = """
    WITH locked AS MATERIALIZED (
        SELECT id FROM knowledge_base WHERE id = ANY (%(keys)s::uuid[])
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE knowledge_base AS d SET tags = d.tags || ARRAY(
        SELECT new.tag FROM unnest(%(tags)s::text[]) WITH ORDINALITY AS new (tag, number)
        WHERE NOT EXISTS (SELECT FROM unnest(d.tags) AS old (tag) WHERE old.tag = new.tag)
        ORDER BY new.number
    )
    FROM locked WHERE d.id = locked.id
"""


@dataclass(frozen=True)
class Prepared:
    """A file that was read: its source, what it says, and its chunks by embedding model."""

    source: str
    text: Text
    file_hash: str
    size: int
    extension: str
    chunks: dict[UUID, Sequence[Any]] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return what a row has of it."""
        return {
            "title": self.text.title,
            "content": self.text.content,
            "content_type": self.text.content_type,
            "language": self.text.language,
            "file_hash": self.file_hash,
            "file_size": self.size,
            "file_extension": self.extension[:50] or None,
        }


@dataclass(frozen=True)
class Stored:
    """What is known of a row before it is written."""

    pk: UUID
    file_hash: str | None
    tags: list[str]


def find_stored(
    sources: Iterable[str], *, owner: Any, using: str, lock: bool = False
) -> dict[str, Stored]:
    """Return the rows of an owner by their source, in one query.

    Of several with one source, which other programs may have made, it is the first.
    """
    rows = KnowledgeDocument._base_manager.using(using).filter(source__in=list(sources))
    rows = rows.filter(owner=owner) if owner is not None else rows.filter(owner=None)
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found: dict[str, Stored] = {}
    columns = rows.order_by("created_at", "pk").values_list("source", "pk", "file_hash", "tags")
    for source, pk, file_hash, tags in columns:
        found.setdefault(source or "", Stored(pk, file_hash, tags))
    return found


def store(
    documents: Sequence[Prepared], *, owner: Any, tags: Sequence[str], using: str
) -> Counter[str]:
    """Add or change documents and their chunks, in one transaction.

    Returns how many were ``added``, ``changed`` and ``unchanged``, and ``chunks`` how many of
    these there are new. Who stores the same sources of the same owner at once waits, and finds
    them unchanged. Tags are added, none is removed.
    """
    counts: Counter[str] = Counter()
    with transaction.atomic(using=using):
        lock_sources([item.source for item in documents], owner=owner, using=using)
        stored = find_stored(
            [item.source for item in documents], owner=owner, using=using, lock=True
        )
        rows = KnowledgeDocument._base_manager.using(using)
        new: list[tuple[KnowledgeDocument, Prepared]] = []
        written: list[tuple[UUID, Prepared]] = []
        for item in documents:
            row = stored.get(item.source)
            if row is None:
                document = KnowledgeDocument(
                    source=item.source, owner=owner, tags=list(tags), **item.columns()
                )
                new.append((document, item))
            elif row.file_hash == item.file_hash:
                counts["unchanged"] += 1
            else:
                # The vector of the whole document, where another program has stored one, was of
                # what it said before.
                rows.filter(pk=row.pk).update(
                    tags=list(dict.fromkeys([*row.tags, *tags])),
                    embedding_vector=None,
                    **item.columns(),
                )
                written.append((row.pk, item))
        counts["changed"] = len(written)
        rows.bulk_create([document for document, item in new])  # which gives them their keys
        written += [(document.pk, item) for document, item in new]
        for pk, item in written:
            for model_id, chunks in item.chunks.items():
                done = replace_chunks(document_id=pk, model_id=model_id, chunks=chunks, using=using)
                counts["chunks"] += done.added
    counts["added"] = len(new)
    return counts


def add_tags(keys: Sequence[UUID], *, tags: Sequence[str], using: str) -> None:
    """Add tags to documents that lack them."""
    with connections[using].cursor() as cursor:
        cursor.execute(ADD_TAGS, {"tags": list(tags), "keys": list(keys)})


def lock_sources(sources: Iterable[str], *, owner: Any, using: str) -> None:
    """Keep others from storing these sources of this owner until the transaction ends.

    No unique index can: databases may hold several rows with one source.
    """
    key = "" if owner is None else owner.pk
    locks = sorted({lock_number(f"assistant_ingest {key} {source}") for source in sources})
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [locks]
        )


def lock_number(name: str) -> int:
    """Return the number of PostgreSQL's advisory locks that stands for a name."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
