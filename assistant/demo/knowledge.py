"""The demo's knowledge documents, and the vectors of them and of the conversations."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps

from assistant.demo.content import Dialogue, Document, dialogues, documents
from assistant.demo.conversations import ANY_DAY, conversation_ids, message_id
from assistant.demo.embedder import DIMENSION, embed
from assistant.demo.numbers import chance, moment, schedule
from assistant.demo.runs import Run, demo_id

__all__ = ["embedding_ids", "embeddings_of", "load", "remove"]

CHUNK_LENGTH = 1200
BACKEND = "assistant.demo.embedder.HashedWords"
# Shorter messages say too little to be found by meaning.
SHORTEST = 60

MODELS: tuple[dict[str, Any], ...] = (
    {
        "name": "demo-hashed-words",
        "dimension": DIMENSION,
        "description": (
            "Demo data. Each word of a text counts in one of 64 places; no language model, so "
            "texts are alike only where they share words."
        ),
        "backend": BACKEND,
        "is_active": True,
    },
    {
        "name": "demo-hashed-words-small",
        "dimension": 16,
        "description": "Demo data. A smaller predecessor, no longer used and without vectors.",
        "backend": BACKEND,
        "is_active": False,
    },
)


def load(run: Run) -> None:
    """Add the models, documents and vectors that are missing."""
    for item in MODELS:
        load_model(run, **item)
    embedding_model = demo_id("embedding model", MODELS[0]["name"])
    rows = chunks(run, embedding_model)
    embeddings = add_missing(run, "conversation embeddings", embeddings_of(run), rows)
    rows = (document_row(run, item, embedding_model) for item in documents())
    added = add_missing(run, "knowledge documents", documents_of(run), rows)
    rows = (row for item in documents() for row in passages(item, embedding_model))
    add_missing(run, "knowledge chunks", passages_of(run), rows)
    # These have their vectors.
    queue = queue_of(run).filter(embedding_model_id=embedding_model)
    queue.filter(document_id__in=[row.pk for row in added]).delete()
    queue.filter(message_id__in={row.message_id for row in embeddings}).delete()


def load_model(run: Run, *, name: str, **columns: Any) -> None:
    """Add an embedding model, under a numbered name where its own is taken."""
    stored = models_of(run)
    key = demo_id("embedding model", name)
    if stored.filter(pk=key).exists():
        return
    free, number = name, 1
    while stored.filter(name=free).exists():
        number += 1
        free = f"{name}-{number}"
    if free != name:
        run.notes.append(
            f"The embedding model {name} is not the demo's and stays as it is; "
            f"the demo's is {free}."
        )
    created = moment(run.today, days_ago=240, minutes=9 * 60)
    stored.create(pk=key, name=free, is_default=False, created_at=created, **columns)
    run.counts["embedding models"] += 1


def add_missing(run: Run, kind: str, stored: Any, rows: Iterator[dict[str, Any]]) -> list[Any]:
    """Add those rows whose keys are not there, and return them."""
    found = {row["pk"]: row for row in rows}
    present = set(stored.filter(pk__in=found).values_list("pk", flat=True))
    missing = [stored.model(**row) for pk, row in found.items() if pk not in present]
    stored.bulk_create(missing, batch_size=500)
    run.counts[kind] += len(missing)
    return missing


def chunks(run: Run, embedding_model: UUID) -> Iterator[dict[str, Any]]:
    """Yield the embeddings of messages and attached files as columns."""
    for dialogue in dialogues():
        times = schedule(dialogue, run.today)
        for number, (turn, time) in enumerate(zip(dialogue.turns, times, strict=True)):
            if len(turn.content) < SHORTEST or turn.role == "system":
                continue
            yield from embed_text(
                dialogue,
                turn.content,
                name=f"{number}",
                message_id=message_id(dialogue, number),
                source_type="message",
                created_at=time,
                metadata={"role": turn.role},
                embedding_model_id=embedding_model,
            )
        for name, text in dialogue.files.items():
            yield from embed_text(
                dialogue,
                text,
                name=name,
                source_type="file",
                created_at=times[0],
                metadata={"file": name, "bytes": len(text.encode())},
                embedding_model_id=embedding_model,
            )


def embed_text(
    dialogue: Dialogue, text: str, *, name: str, metadata: dict[str, Any], **columns: Any
) -> Iterator[dict[str, Any]]:
    """Yield the embeddings of a text's chunks."""
    for index, chunk in enumerate(split(text)):
        yield {
            "pk": demo_id("embedding", dialogue.slug, name, index),
            "conversation_id": demo_id("conversation", dialogue.slug),
            "content_hash": sha256(chunk),
            "embedding_vector": embed(chunk),
            "chunk_text": chunk,
            "chunk_index": index,
            "metadata": {**metadata, "characters": len(chunk)},
            **columns,
        }


def embedding_ids() -> list[UUID]:
    """Return the keys of the demo's embeddings of conversations."""
    return [row["pk"] for row in chunks(Run(using="", today=ANY_DAY), UUID(int=0))]


def split(text: str) -> list[str]:
    """Return the text in chunks of whole paragraphs, as far as they are not too long."""
    parts = [""]
    for paragraph in text.split("\n\n"):
        if parts[-1] and len(parts[-1]) + len(paragraph) > CHUNK_LENGTH:
            parts.append("")
        parts[-1] = f"{parts[-1]}\n\n{paragraph}" if parts[-1] else paragraph
    return parts


def document_row(run: Run, document: Document, embedding_model: UUID) -> dict[str, Any]:
    """Return a document as columns."""
    minutes = 8 * 60 + 540 * chance("document", document.slug)
    created = moment(run.today, days_ago=document.days_ago, minutes=minutes)
    return {
        "pk": demo_id("document", document.slug),
        "title": document.title,
        "content": document.content,
        "source": document.source,
        "content_type": document.content_type,
        "file_hash": sha256(document.content),
        "tags": list(document.tags),
        "embedding_vector": embed(f"{document.title}\n{document.content}"),
        "created_at": created,
        "updated_at": created,
        "file_size": len(document.content.encode()),
        "file_extension": document.extension,
        "language": document.language,
        "embedding_model_id": embedding_model,
    }


def passages(document: Document, embedding_model: UUID) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a document as columns."""
    start = 0
    for index, text in enumerate(split(document.content)):
        start = document.content.index(text, start)
        yield {
            "pk": demo_id("chunk", document.slug, index),
            "document_id": demo_id("document", document.slug),
            "embedding_model_id": embedding_model,
            "chunk_index": index,
            "chunk_text": text,
            "content_hash": sha256(text),
            "start_offset": start,
            "end_offset": start + len(text),
            "embedding_vector": embed(text),
        }
        start += len(text)


def document_ids() -> list[UUID]:
    """Return the keys of the demo's documents."""
    return [demo_id("document", document.slug) for document in documents()]


def remove(run: Run) -> None:
    """Delete the documents, the vectors that others have moved, and the models."""
    moved = embeddings_of(run).exclude(conversation_id__in=conversation_ids())
    run.counts["conversation embeddings"] += moved.filter(pk__in=embedding_ids()).delete()[0]
    _, deleted = documents_of(run).filter(pk__in=document_ids()).delete()
    run.counts["knowledge documents"] += deleted.get("assistant_embeddings.KnowledgeDocument", 0)
    run.counts["knowledge chunks"] += deleted.get("assistant_embeddings.KnowledgeChunk", 0)
    # The lock keeps others from adding vectors of these models meanwhile.
    keys = [demo_id("embedding model", item["name"]) for item in MODELS]
    for model in models_of(run).filter(pk__in=keys).order_by("pk").select_for_update():
        used = embeddings_of(run).filter(embedding_model=model).count()
        used += documents_of(run).filter(embedding_model=model).count()
        used += passages_of(run).filter(embedding_model=model).count()
        if used:
            run.notes.append(
                f"The embedding model {model.name} stays: {used} embeddings and documents that "
                "stay, too, are its."
            )
        else:
            run.counts["embedding models"] += model.delete(using=run.using)[0]


def sha256(text: str) -> str:
    """Return the hash of a text as the database's generate_content_hash() makes it."""
    return hashlib.sha256(text.encode()).hexdigest()


def models_of(run: Run) -> Any:
    """Return the embedding models that are stored."""
    return apps.get_model("assistant_embeddings", "EmbeddingModel")._base_manager.using(run.using)


def embeddings_of(run: Run) -> Any:
    """Return the conversations' embeddings that are stored."""
    model = apps.get_model("assistant_embeddings", "ConversationEmbedding")
    return model._base_manager.using(run.using)


def passages_of(run: Run) -> Any:
    """Return the documents' chunks that are stored."""
    model = apps.get_model("assistant_embeddings", "KnowledgeChunk")
    return model._base_manager.using(run.using)


def queue_of(run: Run) -> Any:
    """Return what waits to be embedded."""
    model = apps.get_model("assistant_embeddings", "EmbeddingQueueItem")
    return model._base_manager.using(run.using)


def documents_of(run: Run) -> Any:
    """Return the documents that are stored."""
    return apps.get_model("assistant_embeddings", "KnowledgeDocument")._base_manager.using(
        run.using
    )
